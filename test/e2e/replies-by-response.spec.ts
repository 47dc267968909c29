import { expect, it } from 'vitest';
import { LocalPrograms } from '../support/local-programs.js';

/** Both programs with `REPLIES=response`: replies come by a route response, published messages by callback. */
it('replies by the route response, and publishes by callback', async () => {
  const replies = 'response';
  await using programs = await LocalPrograms.start({ settings: { REPLIES: replies }, values: { replies } });
  using alice = await programs.open();
  using bob = await programs.open();

  alice.send({ action: 'ping', id: 1 });
  expect(await alice.next()).toEqual({ type: 'pong', id: 1 });
  alice.send('hello');
  expect(await alice.next()).toMatchObject({ type: 'error', code: 'not_json' });
  for (const client of [alice, bob]) {
    client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  alice.send({ action: 'publish', id: 2, channel: 'news', data: 'hello' });
  expect(await bob.next()).toMatchObject({ type: 'message', data: 'hello' });
  const both = [await alice.next(), await alice.next()] as { readonly type: string }[];
  expect(both.map(({ type }) => type).toSorted()).toEqual(['message', 'published']);
  expect([...alice.unexpected, ...bob.unexpected]).toEqual([]);
});
