import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import {
  CallbackError,
  CallbackTimeoutError,
  ForbiddenError,
  GoneError,
  QueueFullError,
  ThrottledError,
  TooLargeError,
} from '../../../src/nest/callback/callback.errors.js';
import { type CallbackService } from '../../../src/nest/callback/callback.service.js';
import { callbackTo, connection, postAsMany, postToAll } from '../../support/callback.js';
import { type Answer, ConnectionsEndpoint } from '../../support/connections-endpoint.js';
import { fullListener } from '../../support/full-listener.js';

/** With the `=` that ids end with, which must be escaped in a URL. */
const id = 'L0SM9cOFvHcCIhw=' as ConnectionId;

afterEach(() => void vi.restoreAllMocks());

it('posts signed text to the connection', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);

  await callback.post(id, '{"type":"pong"} ü');

  expect(endpoint.posts).toMatchObject([{ connectionId: id, data: '{"type":"pong"} ü' }]);
  expect(endpoint.posts[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 .*\/us-east-1\/execute-api\/aws4_request/,
  );
});

const PATHS: readonly [string, (callback: CallbackService, data: string) => Promise<void>][] = [
  ['alone', async (callback, data) => callback.post(id, data)],
  ['with many', async (callback, data) => postAsMany(callback, { connectionId: id }, data)],
];
const FINAL: readonly [Answer, typeof CallbackError][] = [
  ['gone', GoneError],
  ['invalid id', GoneError],
  ['too large', TooLargeError],
  ['forbidden', ForbiddenError],
];
const TRANSIENT: readonly [Answer, typeof CallbackError][] = [
  ['limit exceeded', ThrottledError],
  ['unavailable', CallbackError],
];

describe.each(PATHS)('a message sent %s', (_, post) => {
  it.each(FINAL)('is not retried when the response of @connections is %s', async (response, errorClass) => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url);
    endpoint.answer = () => response;

    const error: unknown = await post(callback, '{}').catch((reason: unknown) => reason);

    expect((error as Error).constructor).toBe(errorClass);
    expect(endpoint.posts).toHaveLength(1);
  });

  it.each(TRANSIENT)(
    'is retried until its deadline when the response is %s',
    async (response, errorClass) => {
      await using endpoint = await ConnectionsEndpoint.start();
      // pauses so short that there are several attempts
      vi.spyOn(Math, 'random').mockReturnValue(0.1);
      using callback = callbackTo(endpoint.url, { CALLBACK_DEADLINE_MS: '600' });
      endpoint.answer = () => response;

      const error: unknown = await post(callback, '{}').catch((reason: unknown) => reason);

      expect((error as Error).constructor).toBe(errorClass);
      expect(endpoint.posts.length).toBeGreaterThan(2);
    },
  );

  it.each<Answer>(['never', 'half'])('fails in time when the response comes %s', async (response) => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url, {
      CALLBACK_REQUEST_TIMEOUT_MS: '100',
      CALLBACK_DEADLINE_MS: '250',
    });
    endpoint.answer = () => response;

    // without its timeouts, it would not end before the test's own timeout
    await expect(post(callback, '{}')).rejects.toBeInstanceOf(CallbackTimeoutError);
  });

  it('is retried when the server closes the kept-alive connection', async () => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url);
    await post(callback, 'first');
    endpoint.dropConnections();

    await post(callback, 'second');

    expect(endpoint.posts.map(({ data }) => data)).toEqual(['first', 'second']);
  });
});

it('succeeds when a later attempt does', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  endpoint.answer = () => (endpoint.posts.length === 1 ? 'unavailable' : 'accepted');

  await callback.post(id, '{}');

  expect(endpoint.posts).toHaveLength(2);
});

it('gives up in time when the connection is not accepted', async () => {
  await using listener = await fullListener();
  // a pause so long that there is one attempt only
  vi.spyOn(Math, 'random').mockReturnValue(0.99);
  using callback = callbackTo(
    listener.url,
    { CALLBACK_REQUEST_TIMEOUT_MS: '250', CALLBACK_DEADLINE_MS: '140' },
    undefined,
    { connectTimeoutMs: 50 },
  );

  const error = await callback.post(id, '{}').catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(CallbackTimeoutError);
  expect((error as Error).message).toContain('no connection in time');
});

it('rejects when the connection is refused', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  using callback = callbackTo(`http://127.0.0.1:${port}/dev`, { CALLBACK_DEADLINE_MS: '250' });

  const error = await callback.post(id, '{}').catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(CallbackError);
  expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});

it('keeps the posts in flight within its concurrency, and does not count waiting for a slot as a timeout', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(
    endpoint.url,
    { CALLBACK_CONCURRENCY: '2', CALLBACK_REQUEST_TIMEOUT_MS: '1000' },
    undefined,
    { connectTimeoutMs: 200 },
  );
  const { promise: response, resolve: respond } = Promise.withResolvers<Answer>();
  endpoint.answer = () => response;

  const posts = Promise.all(Array.from({ length: 6 }, (_, n) => callback.post(connection(n), '{}')));
  // longer than the connect timeout: if they waited for an HTTP connection, four of them would have failed by now
  setTimeout(respond, 400, 'accepted');
  await posts;

  expect(endpoint.posts).toHaveLength(6);
  expect(endpoint.maxInFlight).toBe(2);
});

it('posts to a connection in order, one at a time, also when some need several attempts', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  const accepted = new Map<string, string[]>();
  const inFlight = new Map<string, number>();
  let maxInFlight = 0;
  let posts = 0;
  endpoint.answer = async ({ connectionId, data }) => {
    const now = (inFlight.get(connectionId) ?? 0) + 1;
    inFlight.set(connectionId, now);
    maxInFlight = Math.max(maxInFlight, now);
    await sleep(Math.random() * 5);
    inFlight.set(connectionId, now - 1);
    posts += 1;
    if (posts % 3 === 0) return 'limit exceeded';
    if (posts % 7 === 0) return 'unavailable';
    accepted.set(connectionId, [...(accepted.get(connectionId) ?? []), data]);
    return 'accepted';
  };
  const connections = [0, 1, 2, 3].map(connection);
  const messages = Array.from({ length: 12 }, (_, n) => String(n));

  // alternating: alone and to many
  await Promise.all(
    messages.map((data, n) =>
      n % 2 === 0
        ? Promise.all(connections.map((connectionId) => callback.post(connectionId, data)))
        : postToAll(callback, connections, data),
    ),
  );

  for (const connectionId of connections) {
    const got = accepted.get(connectionId)!;
    expect(got.filter((data) => Number(data) % 2 === 0)).toEqual(['0', '2', '4', '6', '8', '10']);
    expect(got.filter((data) => Number(data) % 2 === 1)).toEqual(['1', '3', '5', '7', '9', '11']);
  }
  expect(maxInFlight).toBe(1);
});

it('does not let a connection without responses delay another one', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_CONCURRENCY: '2', CALLBACK_DEADLINE_MS: '4000' });
  endpoint.answer = ({ connectionId }) => (connectionId === id ? 'never' : 'accepted');
  const slow = Promise.allSettled([1, 2, 3, 4].map(() => callback.post(id, '{}')));

  await Promise.all(Array.from({ length: 50 }, (_, n) => callback.post(connection(n), '{}')));

  expect(endpoint.posts.filter(({ connectionId }) => connectionId === id)).toHaveLength(1);
  for (const { reason } of (await slow) as PromiseRejectedResult[]) {
    expect(reason).toBeInstanceOf(CallbackTimeoutError);
  }
});

it('continues with the next message to a connection when one has failed', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  endpoint.answer = ({ data }) => (data === 'first' ? 'forbidden' : 'accepted');

  const results = await Promise.allSettled([callback.post(id, 'first'), callback.post(id, 'second')]);

  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

it.each<[string, NodeJS.ProcessEnv, ConnectionId[]]>([
  ['messages', { CALLBACK_QUEUE: '3' }, [0, 1, 2, 3].map(connection)],
  ['messages for one connection', { CHANNELS_PER_CONNECTION: '3' }, [id, id, id, id]],
  ['bytes', { CALLBACK_QUEUE_BYTES: '131072' }, [0, 1, 2, 3].map(connection)],
])(
  'refuses more %s than the queue may hold, and accepts them again when there is room',
  async (_, settings, to) => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url, settings, undefined, { queuePerConnection: 1 });
    const { promise: response, resolve: respond } = Promise.withResolvers<Answer>();
    endpoint.answer = () => response;
    const data = 'x'.repeat(40_000);

    const posts = to.map((connectionId) => callback.post(connectionId, data));

    await expect(posts[3]).rejects.toBeInstanceOf(QueueFullError);
    respond('accepted');
    await Promise.all(posts.slice(0, 3));
    await callback.post(to[3]!, data);
    expect(endpoint.posts).toHaveLength(4);
  },
);

it('fails every message in time when it gets no slot for an attempt', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, {
    CALLBACK_CONCURRENCY: '1',
    CALLBACK_REQUEST_TIMEOUT_MS: '100',
    CALLBACK_DEADLINE_MS: '250',
  });
  endpoint.answer = () => 'never';
  const posts = [0, 1, 2, 3, 4, 5].map((n) => callback.post(connection(n % 3), '{}'));
  const many = postToAll(callback, [0, 1, 2].map(connection), '{}');

  for (const { reason } of (await Promise.allSettled(posts)) as PromiseRejectedResult[]) {
    expect(reason).toBeInstanceOf(CallbackTimeoutError);
  }
  expect(await many).toMatchObject({ failed: 3 });
  expect(endpoint.posts.length).toBeLessThan(9);
});

describe('before the process ends', () => {
  it('fails at once when the connection is refused: the local gateway has ended', async () => {
    await using endpoint = await ConnectionsEndpoint.start();
    // pauses so long that only the shutdown ends them
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    using callback = callbackTo(endpoint.url, { CALLBACK_DEADLINE_MS: '20000' });
    endpoint.answer = () => 'unavailable';
    const post = callback.post(id, '{}').catch((reason: unknown) => reason);
    const queued = callback.post(id, '{}').catch((reason: unknown) => reason);
    await expect.poll(() => endpoint.posts.length).toBe(3);
    await endpoint[Symbol.asyncDispose]();

    callback.beforeApplicationShutdown();

    // retried until the deadline, they would outlast the test
    for (const each of [post, queued]) expect(await each).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('continues to retry other errors: API Gateway is still there', async () => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url);
    endpoint.answer = () => (endpoint.posts.length < 4 ? 'unavailable' : 'accepted');
    const post = callback.post(id, '{}');
    await expect.poll(() => endpoint.posts.length).toBeGreaterThan(0);

    callback.beforeApplicationShutdown();

    await post;
    expect(endpoint.posts).toHaveLength(4);
  });
});

it('reports each attempt and each message to its observer', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  const attempts: unknown[] = [];
  const settled: unknown[] = [];
  let posts = 0;
  using callback = callbackTo(
    endpoint.url,
    {},
    {
      attempted: (operation, result, durationMs) => void attempts.push([operation, result, durationMs > 0]),
      settled: (result) => void settled.push(result),
      posted: () => void (posts += 1),
    },
  );
  endpoint.answer = () => (endpoint.posts.length === 1 ? 'limit exceeded' : 'accepted');

  await callback.post(id, '{}');
  endpoint.answer = () => 'gone';
  await postAsMany(callback, { connectionId: id }, '{}').catch(() => undefined);

  expect(attempts).toEqual([
    ['post', 'throttled', true],
    ['post', 'delivered', true],
    ['post', 'gone', true],
  ]);
  expect(settled).toEqual(['delivered', 'gone']);
  expect(posts).toBe(1);
});
