import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { QUOTAS } from '../../../src/api/quotas.js';
import {
  CallbackTimeoutError,
  ForbiddenError,
  GoneError,
  QueueFullError,
} from '../../../src/nest/callback/callback.errors.js';
import { type Constants } from '../../../src/nest/config/constants.js';
import { type CallbackService } from '../../../src/nest/callback/callback.service.js';
import { callbackTo, connection, postAsMany } from '../../support/callback.js';
import { type Answer, ConnectionsEndpoint } from '../../support/connections-endpoint.js';

const id = connection(1);

/** The two ways to send a message to a client that accepts several in one frame. */
const alone = (callback: CallbackService, data: string) => callback.post(id, data, { isBatched: true });
const withMany = (callback: CallbackService, data: string) =>
  postAsMany(callback, { connectionId: id, isBatched: true }, data);

/** A connection with a post in flight, which ends when the test says so; later messages wait. */
async function busy(settings: NodeJS.ProcessEnv = {}, constants: Partial<Constants> = {}) {
  const endpoint = await ConnectionsEndpoint.start();
  const callback = callbackTo(endpoint.url, settings, undefined, constants);
  const { promise, resolve: endFirst } = Promise.withResolvers<Answer>();
  endpoint.answer = ({ data }) => (data === '"first"' ? promise : 'accepted');
  const first = callback.post(id, '"first"', { isBatched: true });
  return {
    endpoint,
    callback,
    first,
    endFirst,
    async [Symbol.asyncDispose]() {
      endFirst('accepted');
      callback[Symbol.dispose]();
      await endpoint[Symbol.asyncDispose]();
    },
  };
}

const dataOf = (endpoint: ConnectionsEndpoint) => endpoint.posts.map(({ data }) => data);

describe.each([
  ['alone', alone],
  ['to many', withMany],
])('messages sent %s', (_, post) => {
  it('are sent together, in order, when they waited for the same connection', async () => {
    await using at = await busy();
    const others = [1, 2, 3].map((n) => post(at.callback, `{"n":${n},"text":"ü"}`));
    await new Promise(setImmediate);
    at.endFirst('accepted');
    await Promise.all([at.first, ...others]);
    expect(dataOf(at.endpoint)).toEqual([
      '"first"',
      '[{"n":1,"text":"ü"},{"n":2,"text":"ü"},{"n":3,"text":"ü"}]',
    ]);
  });

  it('all reject with GoneError after one post', async () => {
    await using at = await busy();
    at.endpoint.answer = () => (at.endpoint.posts.length === 1 ? 'accepted' : 'gone');
    const results = await Promise.allSettled([1, 2, 3].map((n) => post(at.callback, String(n))));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const { reason } of results as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(GoneError);
    expect(at.endpoint.posts).toHaveLength(2);
  });
});

it('reports as how many messages a post is billed, and how many more they would be one by one', async () => {
  const posted: unknown[] = [];
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, {}, { posted: (...units) => void posted.push(units) });
  await Promise.all(['1', '2', '3'].map((data) => alone(callback, data)));
  await alone(callback, JSON.stringify('x'.repeat(33 * 1024)));
  expect(posted).toEqual([
    [1, 2],
    [2, 0],
  ]);
});

it('sends a single message unmodified', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  await alone(callback, '1');
  expect(dataOf(endpoint)).toEqual(['1']);
});

it('does not batch for a client that accepts one message per frame', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url);
  await Promise.all([1, 2, 3].map((n) => callback.post(id, String(n))));
  expect(dataOf(endpoint)).toEqual(['1', '2', '3']);
});

it('batches messages of both ways, and keeps the order around a message that cannot be batched', async () => {
  await using at = await busy();
  const others: Promise<void>[] = [];
  const begin = [
    () => alone(at.callback, '1'),
    () => withMany(at.callback, '2'),
    () => at.callback.post(id, '3'),
    () => alone(at.callback, '4'),
    () => withMany(at.callback, '5'),
  ];
  for (const post of begin) {
    others.push(post());
    // a message to many reads its page before it is queued
    await new Promise(setImmediate);
  }
  at.endFirst('accepted');
  await Promise.all(others);
  expect(dataOf(at.endpoint)).toEqual(['"first"', '[1,2]', '3', '[4,5]']);
});

it('fills a post up to 32 KB; a larger message is sent alone', async () => {
  await using at = await busy();
  const half = (letter: string, shorterBy: number) =>
    JSON.stringify(letter.repeat(QUOTAS.batchBytes / 2 - shorterBy));
  // two halves, the brackets and the comma are exactly 32 KB
  const messages = [half('a', 4), half('b', 3), '1', half('c', -20_000), '2', '3'];
  const sent = messages.map((data) => alone(at.callback, data));
  at.endFirst('accepted');
  await Promise.all(sent);
  expect(dataOf(at.endpoint).slice(1)).toEqual([
    `[${messages[0]},${messages[1]}]`,
    '1',
    messages[3],
    '[2,3]',
  ]);
  expect(at.endpoint.posts[1]?.data).toHaveLength(QUOTAS.batchBytes);
});

it('rejects every message of a batch after a final error', async () => {
  await using at = await busy();
  at.endpoint.answer = ({ data }) => (data.startsWith('[') ? 'forbidden' : 'accepted');
  const results = await Promise.allSettled([1, 2, 3].map((n) => alone(at.callback, String(n))));
  for (const { reason } of results as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(ForbiddenError);
  expect(dataOf(at.endpoint)).toEqual(['"first"', '[1,2,3]']);
});

it('sends messages one by one when API Gateway refuses the batch as too large', async () => {
  await using at = await busy();
  at.endpoint.answer = ({ data }) => (data.startsWith('[') ? 'too large' : 'accepted');
  await Promise.all([1, 2, 3].map((n) => alone(at.callback, String(n))));
  expect(dataOf(at.endpoint).filter((data) => !data.startsWith('['))).toEqual(['"first"', '1', '2', '3']);
});

it('adds messages that came in the meantime to the batch of a retry', async () => {
  await using at = await busy();
  const posts: string[] = [];
  const late: Promise<void>[] = [];
  at.endpoint.answer = ({ data }) => {
    posts.push(data);
    if (data !== '[1,2]') return 'accepted';
    late.push(alone(at.callback, '3'));
    return 'limit exceeded';
  };
  await Promise.all([1, 2].map((n) => alone(at.callback, String(n))));
  await Promise.all(late);
  expect(posts.at(-1)).toBe('[1,2,3]');
});

it('fails only the message whose deadline has passed', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, {
    CALLBACK_DEADLINE_MS: '3000',
    CALLBACK_REQUEST_TIMEOUT_MS: '5000',
  });
  endpoint.answer = () => (endpoint.posts.length === 1 ? 'never' : 'accepted');
  const first = alone(callback, '1').catch((reason: unknown) => reason);
  await sleep(1500);
  const second = alone(callback, '2');
  expect(await first).toBeInstanceOf(CallbackTimeoutError);
  await second;
  expect(dataOf(endpoint)).toEqual(['1', '2']);
});

it('counts each message of a batch for the bounds of the queue', async () => {
  await using at = await busy({ CHANNELS_PER_CONNECTION: '1' }, { queuePerConnection: 3 });
  const others = [1, 2].map((n) => alone(at.callback, String(n)));
  await expect(alone(at.callback, '3')).rejects.toBeInstanceOf(QueueFullError);
  expect(at.callback.queuedMessages).toBe(3);
  at.endFirst('accepted');
  await Promise.all(others);
  expect(at.callback.queuedMessages).toBe(0);
  expect(at.callback.queuedBytes).toBe(0);
});

it('waits for further messages as long as CALLBACK_LINGER_MS says', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  using callback = callbackTo(endpoint.url, { CALLBACK_LINGER_MS: '100' });
  const startedAt = performance.now();
  await Promise.all([alone(callback, '1'), withMany(callback, '2')]);
  expect(performance.now() - startedAt).toBeGreaterThan(95);
  expect(dataOf(endpoint)).toEqual(['[1,2]']);
});
