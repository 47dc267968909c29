import { expect, it } from 'vitest';
import { HttpPool, type PoolResponse } from '../../../../src/nest/callback/client/http-pool.js';
import { ConnectionsEndpoint } from '../../../support/connections-endpoint.js';

const requestOf = (text: string) => ({
  method: 'POST',
  path: '/dev/@connections/c1',
  headers: [],
  body: Buffer.from(text),
});

function poolTo(endpoint: ConnectionsEndpoint) {
  const pool = new HttpPool(endpoint.url, { sockets: 1, connectTimeoutMs: 1000 });
  const request = (text: string, timeoutMs = 10_000) =>
    new Promise<PoolResponse>((resolve, reject) => {
      pool.send(requestOf(text), timeoutMs, (response, failure) => {
        if (response) resolve(response);
        else reject(failure);
      });
    });
  return { request, close: () => pool.close(), [Symbol.dispose]: () => pool.close() };
}

it('times out also while a request waits for a socket, and never sends that request', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using pool = poolTo(endpoint);
  endpoint.answer = ({ data }) => (data === 'slow' ? 'never' : 'accepted');
  const slow = pool.request('slow', 150);
  const waiting = pool.request('waiting', 50);

  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  await expect(slow).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(await pool.request('next')).toMatchObject({ status: 200 });
  expect(endpoint.posts.map(({ data }) => data)).toEqual(['slow', 'next']);
});

it('sends requests that wait for a socket in their order', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using pool = poolTo(endpoint);
  const texts = Array.from({ length: 5 }, (_, n) => String(n));
  await Promise.all(texts.map((text) => pool.request(text)));
  expect(endpoint.posts.map(({ data }) => data)).toEqual(texts);
});

it('rejects the requests in flight, those that wait, and all later ones when it is closed', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using pool = poolTo(endpoint);
  endpoint.answer = () => 'never';
  const settled = Promise.allSettled(['in flight', 'waiting'].map((text) => pool.request(text)));
  await expect.poll(() => endpoint.posts.length).toBe(1);
  pool.close();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(pool.request('later')).rejects.toBeInstanceOf(Error);
  expect(endpoint.posts).toHaveLength(1);
});
