import { expect, it } from 'vitest';
import { HttpPool } from '../../../../src/nest/callback/client/http-pool.js';
import { ConnectionsEndpoint } from '../../../support/connections-endpoint.js';

const request = { method: 'POST', path: '/dev/@connections/c1', headers: {}, body: 'data' };

async function clientOf(endpoint: ConnectionsEndpoint) {
  const client = new HttpPool(endpoint.url, { connections: 1, connectTimeoutMs: 1000 });
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

it('rejects when its signal is aborted: before it, while it waits for a connection, and while it waits for the response', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using client = await clientOf(endpoint);
  endpoint.answer = () => 'never';
  const controller = new AbortController();
  const posted = client.request(request, 5_000, controller.signal);
  const waiting = client.request(request, 5_000, controller.signal);
  await expect.poll(() => endpoint.posts.length).toBe(1);

  controller.abort();

  for (const each of [posted, waiting, client.request(request, 5_000, controller.signal)]) {
    await expect(each).rejects.toMatchObject({ name: 'AbortError' });
  }
  expect(endpoint.posts).toHaveLength(1);
});

it('times out also while it waits for a connection, and never sends that request', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using client = await clientOf(endpoint);
  endpoint.answer = ({ data }) => (data === 'slow' ? 'never' : 'accepted');
  const slow = client.request({ ...request, body: 'slow' }, 150);
  const waiting = client.request(request, 50);

  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  await expect(slow).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(await client.request({ ...request, body: 'next' }, 1000)).toMatchObject({ status: 200 });
  expect(endpoint.posts.map(({ data }) => data)).toEqual(['slow', 'next']);
});
