import { afterAll, beforeAll, expect, it } from 'vitest';
import { Store } from '../../../src/nest/store/store.js';
import { startBackendApi, type TestApi } from './backend-api.js';

/** For tests without settings of their own that leave nothing behind for other tests. */
let shared: TestApi;
beforeAll(async () => {
  shared = await startBackendApi();
});
afterAll(async () => shared[Symbol.asyncDispose]());

const batch = (api: TestApi, messages: unknown) => api.call('post', '/v1/messages').send({ messages });

it('publishes each message, and keeps the order of those of one channel', async () => {
  await using api = await startBackendApi();
  await api.connect('alice=', ['a', 'b']);
  const messages = Array.from({ length: 100 }, (_, n) => ({ channel: n % 3 === 0 ? 'a' : 'b', data: n }));
  const { body } = await batch(api, messages).expect(200);
  const { results } = body as { results: { offset: number }[] };
  for (const channel of ['a', 'b']) {
    const sent = messages.filter((message) => message.channel === channel).map(({ data }) => data);
    expect(sent.map((n) => results[n]?.offset)).toEqual(sent.map((_, index) => index + 1));
    const received = api.service.endpoint.messagesTo('alice=') as { channel: string; data: number }[];
    expect(received.filter((message) => message.channel === channel).map(({ data }) => data)).toEqual(sent);
  }
});

it('gives each message its own result or problem, and publishes the others if one fails', async () => {
  await using api = await startBackendApi();
  await api.connect('alice=', ['news']);
  const { body } = await batch(api, [
    { channel: 'news', data: 1 },
    { channel: 'news', data: 'x'.repeat(131_072) },
    { channel: 'n'.repeat(257), data: 1 },
    { channel: 'news', data: 2 },
  ]).expect(200);
  expect(body).toMatchObject({
    results: [
      { offset: 1 },
      { problem: { status: 413, code: 'message_too_large' } },
      { problem: { status: 400, code: 'channel_name_too_long' } },
      { offset: 2 },
    ],
  });
  expect(api.service.endpoint.messagesTo('alice=')).toMatchObject([{ data: 1 }, { data: 2 }]);
});

it.each([
  ['no messages', []],
  ['101 messages', Array.from({ length: 101 }, () => ({ channel: 'news', data: 1 }))],
  ['a message without a channel', [{ data: 1 }]],
  ['a message without data', [{ channel: 'news' }]],
  ['an invalid channel name', [{ channel: 'no name!', data: 1 }]],
  ['an unknown field', [{ channel: 'news', data: 1, from: 'me' }]],
  ['messages that are not a list', { channel: 'news', data: 1 }],
])('publishes nothing of a batch with %s', async (_, messages) => {
  const response = await batch(shared, messages);
  expect(response.body).toMatchObject({ status: 400, code: 'bad_request' });
  expect((await shared.call('get', '/v1/channels/news')).body).toMatchObject({ offset: 0 });
});

it('says which message is wrong', async () => {
  await using api = await startBackendApi();
  const response = await batch(api, [
    { channel: 'news', data: 1 },
    { channel: '', data: 1 },
  ]);
  expect(response.body).toMatchObject({ detail: expect.stringMatching(/^messages\.1\.channel: /) as string });
});

it('accepts 1 MB and not one byte more', async () => {
  await using api = await startBackendApi();
  const send = (bytes: number) =>
    api
      .call('post', '/v1/messages')
      .type('json')
      .send('{"messages":[{"channel":"news","data":1}]}'.padEnd(bytes));
  await send(1_048_576).expect(200);
  expect((await send(1_048_577)).body).toMatchObject({ status: 413, code: 'body_too_large' });
});

it.each([
  ['nested too deeply', '['.repeat(400_000) + ']'.repeat(400_000), 'messages.0.data: nested 400000 deep'],
  ['sent twice', '1,"data":2', 'messages.0.data: occurs twice'],
])('publishes nothing of a batch with data that is %s', async (_, data, detail) => {
  const { body } = await shared
    .call('post', '/v1/messages')
    .type('json')
    .send(`{"messages":[{"channel":"news","data":${data}},{"channel":"news","data":1}]}`);
  expect(body).toMatchObject({ status: 400, code: 'bad_request' });
  expect((body as { detail: string }).detail).toContain(detail);
  expect((await shared.call('get', '/v1/channels/news')).body).toMatchObject({ offset: 0 });
});

it('reports for each message that the store cannot be reached', async () => {
  await using api = await startBackendApi();
  await api.service.app.get(Store).close();
  const { body } = await batch(api, [{ channel: 'news', data: 1 }]).expect(200);
  expect(body).toMatchObject({ results: [{ problem: { status: 503, code: 'store_unavailable' } }] });
  const single = await api.publish('news', 1);
  expect(single.body).toMatchObject({ status: 503, code: 'store_unavailable' });
  expect(single.headers).toHaveProperty('retry-after');
});
