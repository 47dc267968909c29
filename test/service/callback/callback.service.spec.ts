import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import {
  CallbackError,
  CallbackTimeoutError,
  ForbiddenError,
  GoneError,
  ThrottledError,
  TooLargeError,
} from '../../../src/service/callback/callback.errors.js';
import { CallbackService } from '../../../src/service/callback/callback.service.js';
import { readConfig } from '../../../src/service/config.js';
import { type Answer, ConnectionsEndpoint } from '../../support/connections-endpoint.js';
import '../../support/service-app.js';

/** With the `=` that ids end with, and which has to be escaped in a URL. */
const id = 'L0SM9cOFvHcCIhw=' as ConnectionId;

function callbackTo(url: string, settings: NodeJS.ProcessEnv = {}) {
  const service = new CallbackService(readConfig({ WS_API_ENDPOINT: url, ...settings }));
  return Object.assign(service, { [Symbol.dispose]: () => service.onApplicationShutdown() });
}

it('posts signed text to the connection', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);

  await callback.post(id, '{"type":"pong"} ü');

  expect(endpoint.posts).toMatchObject([{ connectionId: id, data: '{"type":"pong"} ü' }]);
  expect(endpoint.posts[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 .*\/us-east-1\/execute-api\/aws4_request/,
  );
});

it.each<[Answer, new () => CallbackError, number]>([
  ['gone', GoneError, 1],
  ['invalid id', GoneError, 1],
  ['too large', TooLargeError, 1],
  ['forbidden', ForbiddenError, 1],
  ['limit exceeded', ThrottledError, 3],
  ['unavailable', CallbackError, 3],
])('rejects when @connections answers %s', async (answer, errorClass, tries) => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  endpoint.answer = () => answer;

  const error: unknown = await callback.post(id, '{}').catch((reason: unknown) => reason);

  expect((error as Error).constructor).toBe(errorClass);
  expect((error as Error).cause).toBeInstanceOf(Error);
  expect(endpoint.posts).toHaveLength(tries);
});

it('succeeds when a later try does', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  endpoint.answer = () => (endpoint.posts.length === 1 ? 'unavailable' : 'accepted');

  await callback.post(id, '{}');

  expect(endpoint.posts).toHaveLength(2);
});

it.each<[Answer, RegExp]>([
  ['never', /requestTimeout/],
  ['half', /inactivity/],
])('gives up in time when the answer comes %s', async (answer, reason) => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_REQUEST_TIMEOUT_MS: '100' });
  endpoint.answer = () => answer;

  const error = await callback.post(id, '{}').catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(CallbackTimeoutError);
  // the two are different timeouts of the SDK's handler
  expect(error).toMatchObject({ message: expect.stringMatching(reason) });
});

it('gives up in time when the connection is not accepted', async () => {
  await using listener = await fullListener();
  using callback = callbackTo(listener.url, { CALLBACK_CONNECT_TIMEOUT_MS: '100' });

  const error = await callback.post(id, '{}').catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(CallbackTimeoutError);
  expect((error as Error).message).toContain('did not establish a connection');
});

it('rejects when the connection is refused', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  using callback = callbackTo(`http://127.0.0.1:${port}/dev`);

  const error = await callback.post(id, '{}').catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(CallbackError);
  expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});

it('has no more callbacks under way than its concurrency, and takes waiting for its turn for no timeout', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_CONCURRENCY: '2', CALLBACK_CONNECT_TIMEOUT_MS: '50' });
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  endpoint.answer = () => answer;

  const posts = Promise.all(Array.from({ length: 6 }, () => callback.post(id, '{}')));
  // longer than a connection may take: without a limit of its own, four of them would have waited in vain by now
  setTimeout(decide, 200, 'accepted');
  await posts;

  expect(endpoint.posts).toHaveLength(6);
  expect(endpoint.maxInFlight).toBe(2);
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
