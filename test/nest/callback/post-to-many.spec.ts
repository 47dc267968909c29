import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  CallbackTimeoutError,
  QueueFullError,
  ThrottledError,
} from '../../../src/nest/callback/callback.errors.js';
import { callbackTo, connection, postToAll } from '../../support/callback.js';
import { type Answer, ConnectionsEndpoint } from '../../support/connections-endpoint.js';

const connections = (count: number) => Array.from({ length: count }, (_, n) => connection(n));

it('posts the same text to each connection once, signed', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);

  const report = await postToAll(callback, connections(300), '{"type":"message"} ü');

  expect(report).toEqual({ recipients: 300, delivered: 300, gone: 0, throttled: 0, failed: 0 });
  expect(new Set(endpoint.posts.map(({ connectionId }) => connectionId))).toEqual(new Set(connections(300)));
  expect(endpoint.posts.every(({ data }) => data === '{"type":"message"} ü')).toBe(true);
  expect(endpoint.posts[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/us-east-1/);
});

it('delivers to all while API Gateway throttles, with lower concurrency', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  // an account that accepts 20 posts in each 20 ms and responds after 10 ms: the right concurrency is ten
  let tokens = 20;
  const refill = setInterval(() => (tokens = 20), 20);
  let throttled = 0;
  endpoint.answer = async () => {
    await sleep(10);
    tokens -= 1;
    if (tokens >= 0) return 'accepted';
    throttled += 1;
    return 'limit exceeded';
  };

  const report = await postToAll(callback, connections(1500), '{}');
  clearInterval(refill);

  expect(report).toMatchObject({ delivered: 1500, throttled: 0, failed: 0 });
  expect(throttled).toBeGreaterThan(0);
  // without the lower concurrency, more attempts fail than succeed
  expect(throttled).toBeLessThan(1500);
});

it('counts recipients that were still throttled apart from those that failed', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_DEADLINE_MS: '300' });
  const responses: Readonly<Record<string, Answer>> = { 'c0=': 'limit exceeded', 'c1=': 'forbidden' };
  endpoint.answer = ({ connectionId }) => responses[connectionId] ?? 'accepted';

  const report = await postToAll(callback, [2, 0, 3].map(connection), '{}');
  expect(report).toMatchObject({ recipients: 3, delivered: 2, throttled: 1, failed: 0 });
  expect(report.firstFailure).toBeInstanceOf(ThrottledError);
  expect(await postToAll(callback, [1, 0].map(connection), '{}')).toMatchObject({ throttled: 1, failed: 1 });
});

it('delivers to the others at once when some connections get no response', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, {
    CALLBACK_CONCURRENCY: '4',
    CALLBACK_REQUEST_TIMEOUT_MS: '4000',
    CALLBACK_DEADLINE_MS: '4000',
  });
  endpoint.answer = ({ connectionId }) => (['c0=', 'c1='].includes(connectionId) ? 'never' : 'accepted');
  let isOver = false;

  // ten messages: those that wait for the two connections must not occupy the slots of the others
  const reports = Promise.all(Array.from({ length: 10 }, () => postToAll(callback, connections(40), '{}')));
  void reports.then(() => (isOver = true));
  while (endpoint.posts.length < 10 * 38 + 2) await sleep(5);

  expect(isOver).toBe(false);
  for (const report of await reports) {
    expect(report).toMatchObject({ delivered: 38, failed: 2 });
    expect(report.firstFailure).toBeInstanceOf(CallbackTimeoutError);
  }
});

it('does not delay the posts to a single connection', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_CONCURRENCY: '2' });
  const { promise: response, resolve: respond } = Promise.withResolvers<Answer>();
  endpoint.answer = ({ connectionId }) => (connectionId === 'alone=' ? 'accepted' : response);
  const many = postToAll(callback, connections(20), '{}');

  await callback.post('alone=' as ReturnType<typeof connection>, '{}');

  respond('accepted');
  expect(await many).toMatchObject({ delivered: 20 });
});

it('refuses the whole message when its bytes exceed the bound of the queue', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_QUEUE_BYTES: '131072' });
  const { promise: response, resolve: respond } = Promise.withResolvers<Answer>();
  endpoint.answer = () => response;
  const data = 'x'.repeat(100_000);
  const first = postToAll(callback, connections(5), data);

  await expect(postToAll(callback, connections(5), data)).rejects.toBeInstanceOf(QueueFullError);

  respond('accepted');
  expect(await first).toMatchObject({ delivered: 5 });
  expect(await postToAll(callback, connections(5), data)).toMatchObject({ delivered: 5 });
});

it('reads no more recipients than the queue can hold', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_QUEUE: '20' });
  const { promise: response, resolve: respond } = Promise.withResolvers<Answer>();
  endpoint.answer = () => response;
  let read = 0;
  async function* pages() {
    for (; read < 200; read += 1) yield [{ connectionId: connection(read) }];
  }

  const report = callback.postToMany(pages(), '{}');
  while (endpoint.posts.length < 10) await sleep(5);
  expect(read).toBeLessThan(12);

  respond('accepted');
  expect(await report).toMatchObject({ recipients: 200, delivered: 200 });
});
