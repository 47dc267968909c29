import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { ConnectionClosingError } from '../../../src/nest/callback/callback.errors.js';
import { callbackTo, connection, postToAll } from '../../support/callback.js';
import { type Answer, ConnectionsEndpoint } from '../../support/connections-endpoint.js';

const slow = connection(0);
const isSlow = (connectionId: string) => connectionId.startsWith('slow');

afterEach(() => void vi.restoreAllMocks());

/** An endpoint to which one client is slow, while posts to others succeed until the test ends. */
async function withSlowClient() {
  const endpoint = await ConnectionsEndpoint.start();
  const closings: unknown[] = [];
  const callback = callbackTo(
    endpoint.url,
    {},
    {
      closing: (...closing) => void closings.push(closing),
      notClosed: (connectionId, error) => void closings.push([connectionId, error]),
    },
  );
  endpoint.answer = ({ connectionId }) => (connectionId === slow ? 'limit exceeded' : 'accepted');
  const stop = new AbortController();
  const others = (async () => {
    while (!stop.signal.aborted) {
      await callback.post(connection(1), '{}');
      await sleep(50);
    }
  })();
  return {
    endpoint,
    callback,
    closings,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await others;
      callback[Symbol.dispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

it('closes a client that does not read, and drops what waits for it', async () => {
  await using at = await withSlowClient();

  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => at.callback.post(slow, String(n))),
  );

  for (const { reason } of results as PromiseRejectedResult[])
    expect(reason).toBeInstanceOf(ConnectionClosingError);
  const attempted = at.endpoint.posts.filter(({ connectionId }) => connectionId === slow);
  expect(new Set(attempted.map(({ data }) => data))).toEqual(new Set(['0']));
  await expect.poll(() => at.endpoint.deleted).toEqual([slow]);
  expect(at.closings).toEqual([[slow, 'does_not_read', 19]]);
});

it('refuses messages to a connection that is being closed, and accepts them afterwards', async () => {
  await using at = await withSlowClient();
  const { promise: isDeleted, resolve: finish } = Promise.withResolvers<'accepted'>();
  at.endpoint.deletion = () => isDeleted;
  await at.callback.post(slow, '{}').catch(() => undefined);
  await expect.poll(() => at.endpoint.deleted).toEqual([slow]);

  await expect(at.callback.post(slow, '{}')).rejects.toBeInstanceOf(ConnectionClosingError);
  expect(await postToAll(at.callback, [slow, connection(2)], '{}')).toMatchObject({
    delivered: 1,
    failed: 1,
  });

  at.endpoint.answer = () => 'accepted';
  finish('accepted');
  await expect.poll(() => at.callback.post(slow, '{}').then(() => 'posted', String)).toBe('posted');
});

it('reports a connection that could not be closed', async () => {
  await using at = await withSlowClient();
  at.endpoint.deletion = () => 'forbidden';
  await at.callback.post(slow, '{}').catch(() => undefined);
  await expect.poll(() => at.closings).toHaveLength(2);
  expect(at.closings[1]).toMatchObject([slow, { name: 'ForbiddenError' }]);
});

it('closes no client while the whole account is throttled', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_DEADLINE_MS: '5000' });
  // all alike: one attempt of eight succeeds
  let attempts = 0;
  endpoint.answer = () => ((attempts += 1) % 8 === 0 ? 'accepted' : 'limit exceeded');
  await postToAll(
    callback,
    Array.from({ length: 300 }, (_, n) => connection(n)),
    '{}',
  );
  expect(endpoint.deleted).toEqual([]);
});

it('does not lower the concurrency of messages to many for clients that do not read', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_DEADLINE_MS: '20000' });
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
  const ids = Array.from({ length: 2_000 }, (_, n) => (n % 20 === 0 ? `slow${n}` : `c${n}`) as ConnectionId);
  endpoint.answer = ({ connectionId }) => (isSlow(connectionId) ? 'limit exceeded' : 'accepted');
  const report = postToAll(callback, ids, '{}');

  // 100 of 2,000 do not read, and have several attempts each
  const attempts = () => endpoint.posts.filter(({ connectionId }) => isSlow(connectionId)).length;
  await expect.poll(attempts).toBeGreaterThan(500);

  expect(callback.fanOutConcurrency).toBe(64);
  endpoint.answer = () => 'accepted';
  await report;
});

it('delivers to the others at once although more clients do not read than the window has slots', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_CONCURRENCY: '4' });
  // all that do not read come first
  const ids = Array.from({ length: 200 }, (_, n) => (n < 100 ? `slow${n}` : `c${n}`) as ConnectionId);
  endpoint.answer = ({ connectionId }) => (isSlow(connectionId) ? 'limit exceeded' : 'accepted');
  let isOver = false;
  const report = postToAll(callback, ids, '{}').finally(() => (isOver = true));

  await expect
    .poll(() => endpoint.posts.filter(({ connectionId }) => !isSlow(connectionId)).length)
    .toBe(100);

  expect(isOver).toBe(false);
  endpoint.answer = () => 'accepted';
  expect(await report).toMatchObject({ delivered: 200 });
});

it('delivers to the others at once while attempts to clients that do not read take long', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_CONCURRENCY: '8' });
  vi.spyOn(Math, 'random').mockReturnValue(0.01);
  const { promise: isReleased, resolve: release } = Promise.withResolvers<Answer>();
  const attempts = new Map<string, number>();
  endpoint.answer = ({ connectionId }) => {
    if (!isSlow(connectionId)) return 'accepted';
    const attempt = (attempts.get(connectionId) ?? 0) + 1;
    attempts.set(connectionId, attempt);
    return attempt <= 2 ? 'limit exceeded' : isReleased;
  };
  const slowIds = Array.from({ length: 20 }, (_, n) => `slow${n}` as ConnectionId);
  const toSlow = postToAll(callback, slowIds, '{}');
  await expect.poll(() => slowIds.filter((id) => (attempts.get(id) ?? 0) >= 2).length).toBe(20);
  await expect.poll(() => [...attempts.values()].filter((attempt) => attempt > 2).length).toBe(2);

  const report = await postToAll(
    callback,
    Array.from({ length: 20 }, (_, n) => connection(n)),
    '{}',
  );

  expect(report).toMatchObject({ delivered: 20 });
  release('accepted');
  expect(await toSlow).toMatchObject({ delivered: 20 });
});
