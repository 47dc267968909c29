import { expect, it } from 'vitest';
import { HttpPool } from '../../../../src/nest/callback/client/http-pool.js';
import { ConnectionsEndpoint } from '../../../support/connections-endpoint.js';

const requestOf = (text: string) => ({
  method: 'POST',
  path: '/dev/@connections/c1',
  headers: [],
  body: Buffer.from(text),
});

function poolTo(endpoint: ConnectionsEndpoint) {
  const pool = new HttpPool(endpoint.url, { sockets: 1, connectTimeoutMs: 1000 });
  return Object.assign(pool, { [Symbol.dispose]: () => pool.close() });
}

it('times out also while a request waits for a socket, and never sends that request', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using pool = poolTo(endpoint);
  endpoint.answer = ({ data }) => (data === 'slow' ? 'never' : 'accepted');
  const slow = pool.request(requestOf('slow'), 150);
  const waiting = pool.request(requestOf('waiting'), 50);

  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  await expect(slow).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(await pool.request(requestOf('next'), 1000)).toMatchObject({ status: 200 });
  expect(endpoint.posts.map(({ data }) => data)).toEqual(['slow', 'next']);
});

it('sends requests that wait for a socket in their order', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using pool = poolTo(endpoint);
  const texts = Array.from({ length: 5 }, (_, n) => String(n));
  await Promise.all(texts.map((text) => pool.request(requestOf(text), 10_000)));
  expect(endpoint.posts.map(({ data }) => data)).toEqual(texts);
});

it('rejects the requests in flight, those that wait, and all later ones when it is closed', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using pool = poolTo(endpoint);
  endpoint.answer = () => 'never';
  const settled = Promise.allSettled(
    ['in flight', 'waiting'].map((text) => pool.request(requestOf(text), 10_000)),
  );
  await expect.poll(() => endpoint.posts.length).toBe(1);
  pool.close();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(pool.request(requestOf('later'), 10_000)).rejects.toBeInstanceOf(Error);
  expect(endpoint.posts).toHaveLength(1);
});
