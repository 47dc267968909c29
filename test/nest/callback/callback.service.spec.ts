import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
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
import { callbackTo, connection, postToAll } from '../../support/callback.js';
import { type Answer, ConnectionsEndpoint } from '../../support/connections-endpoint.js';

/** With the `=` that ids end with, and which has to be escaped in a URL. */
const id = 'L0SM9cOFvHcCIhw=' as ConnectionId;

/** One post by the path of a message to many, with what it rejects with. */
async function postSigned(callback: CallbackService, data: string): Promise<void> {
  const { firstFailure } = await postToAll(callback, [id], data);
  if (firstFailure instanceof Error) throw firstFailure;
}

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
  ['with many', postSigned],
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

describe.each(PATHS)('a message that goes %s', (_, post) => {
  it.each(FINAL)('is not tried again when @connections answers %s', async (answer, errorClass) => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url);
    endpoint.answer = () => answer;

    const error: unknown = await post(callback, '{}').catch((reason: unknown) => reason);

    expect((error as Error).constructor).toBe(errorClass);
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(endpoint.posts).toHaveLength(1);
  });

  it.each(TRANSIENT)('is tried until its deadline when the answer is %s', async (answer, errorClass) => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url, { CALLBACK_DEADLINE_MS: '600' });
    endpoint.answer = () => answer;

    const error: unknown = await post(callback, '{}').catch((reason: unknown) => reason);

    expect((error as Error).constructor).toBe(errorClass);
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(endpoint.posts.length).toBeGreaterThan(2);
  });

  it.each<Answer>(['never', 'half'])('fails in time when the answer comes %s', async (answer) => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url, {
      CALLBACK_REQUEST_TIMEOUT_MS: '100',
      CALLBACK_DEADLINE_MS: '250',
    });
    endpoint.answer = () => answer;

    // without its timeouts it would not end before the test's own
    await expect(post(callback, '{}')).rejects.toBeInstanceOf(CallbackTimeoutError);
  });

  it('survives a kept-alive connection that the other side closes', async () => {
    await using endpoint = await ConnectionsEndpoint.start();
    using callback = callbackTo(endpoint.url);
    await post(callback, 'first');
    endpoint.dropConnections();

    await post(callback, 'second');

    expect(endpoint.posts.map(({ data }) => data)).toEqual(['first', 'second']);
  });
});

it('succeeds when a later try does', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  endpoint.answer = () => (endpoint.posts.length === 1 ? 'unavailable' : 'accepted');

  await callback.post(id, '{}');

  expect(endpoint.posts).toHaveLength(2);
});

it('gives up in time when the connection is not accepted', async () => {
  await using listener = await fullListener();
  // so long a pause that there is one try only
  vi.spyOn(Math, 'random').mockReturnValue(0.99);
  using callback = callbackTo(listener.url, {
    CALLBACK_CONNECT_TIMEOUT_MS: '50',
    CALLBACK_DEADLINE_MS: '140',
  });

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

it('has no more callbacks under way than its concurrency, and takes waiting for its turn for no timeout', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_CONCURRENCY: '2', CALLBACK_CONNECT_TIMEOUT_MS: '50' });
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  endpoint.answer = () => answer;

  const posts = Promise.all(Array.from({ length: 6 }, (_, n) => callback.post(connection(n), '{}')));
  // longer than a connection may take: without a limit of its own, four of them would have waited in vain by now
  setTimeout(decide, 200, 'accepted');
  await posts;

  expect(endpoint.posts).toHaveLength(6);
  expect(endpoint.maxInFlight).toBe(2);
});

it('keeps the order of a connection, also when some need several tries, and has one under way at a time', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  const accepted = new Map<string, string[]>();
  const underWay = new Map<string, number>();
  let most = 0;
  let posts = 0;
  endpoint.answer = async ({ connectionId, data }) => {
    const now = (underWay.get(connectionId) ?? 0) + 1;
    underWay.set(connectionId, now);
    most = Math.max(most, now);
    await sleep(Math.random() * 5);
    underWay.set(connectionId, now - 1);
    posts += 1;
    if (posts % 3 === 0) return 'limit exceeded';
    if (posts % 7 === 0) return 'unavailable';
    accepted.set(connectionId, [...(accepted.get(connectionId) ?? []), data]);
    return 'accepted';
  };
  const connections = [0, 1, 2, 3].map(connection);
  const messages = Array.from({ length: 12 }, (_, n) => String(n));

  // alternately alone and to many
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
  expect(most).toBe(1);
});

it('does not let a connection that never answers delay another one', async () => {
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

it('goes on with the next message to a connection when one has failed', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  endpoint.answer = ({ data }) => (data === 'first' ? 'forbidden' : 'accepted');

  const results = await Promise.allSettled([callback.post(id, 'first'), callback.post(id, 'second')]);

  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

it.each<[string, NodeJS.ProcessEnv, ConnectionId[]]>([
  ['messages', { CALLBACK_QUEUE: '3' }, [0, 1, 2, 3].map(connection)],
  ['messages for one connection', { CALLBACK_QUEUE_PER_CONNECTION: '3' }, [id, id, id, id]],
  ['bytes', { CALLBACK_QUEUE_BYTES: '131072' }, [0, 1, 2, 3].map(connection)],
])('refuses more %s than may wait, and takes them again when there is room', async (_, settings, to) => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, settings);
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  endpoint.answer = () => answer;
  const data = 'x'.repeat(40_000);

  const posts = to.map((connectionId) => callback.post(connectionId, data));

  await expect(posts[3]).rejects.toBeInstanceOf(QueueFullError);
  decide('accepted');
  await Promise.all(posts.slice(0, 3));
  await callback.post(to[3]!, data);
  expect(endpoint.posts).toHaveLength(4);
});

it('gives up all in time when their turn, or that of another try, does not come', async () => {
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

describe('when the process is about to end', () => {
  it('gives up at once what is refused: the local gateway has ended', async () => {
    await using endpoint = await ConnectionsEndpoint.start();
    // so long pauses that only being told ends them
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    using callback = callbackTo(endpoint.url, { CALLBACK_DEADLINE_MS: '20000' });
    endpoint.answer = () => 'unavailable';
    const post = callback.post(id, '{}').catch((reason: unknown) => reason);
    const queued = callback.post(id, '{}').catch((reason: unknown) => reason);
    await expect.poll(() => endpoint.posts.length).toBe(3);
    await endpoint[Symbol.asyncDispose]();

    callback.beforeApplicationShutdown();

    // tried on until the deadline, they would outlast the test
    for (const each of [post, queued]) expect(await each).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('goes on with everything else: API Gateway is still there', async () => {
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

it('tells its observer of each try and of each message', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  const tries: unknown[] = [];
  const ends: unknown[] = [];
  using callback = callbackTo(
    endpoint.url,
    {},
    {
      tried: (operation, result, durationMs) => void tries.push([operation, result, durationMs > 0]),
      ended: (result) => void ends.push(result),
    },
  );
  endpoint.answer = () => (endpoint.posts.length === 1 ? 'limit exceeded' : 'accepted');

  await callback.post(id, '{}');
  endpoint.answer = () => 'gone';
  await postSigned(callback, '{}').catch(() => undefined);

  expect(tries).toEqual([
    ['post', 'throttled', true],
    ['post', 'delivered', true],
    ['post', 'gone', true],
  ]);
  expect(ends).toEqual(['delivered', 'gone']);
});

/** A port whose queue of connections to be accepted is full: the kernel answers no further one. */
async function fullListener() {
  const sleeper = new Worker(
    `const server = require('node:net').createServer();
     server.listen(0, '127.0.0.1', 1, () => {
       require('node:worker_threads').parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const [port] = (await once(sleeper, 'message')) as [number];
  const queued = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  return {
    url: `http://127.0.0.1:${port}/dev`,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy();
      await sleeper.terminate();
    },
  };
}
