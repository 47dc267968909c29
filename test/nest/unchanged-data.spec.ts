import { Injectable, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ChannelNameSchema, DataSchema } from '../../src/api/message-schemas.js';
import { type ChannelName } from '../../src/api/messages.js';
import { ChannelsService } from '../../src/nest/channels/channels.service.js';
import { type Sender } from '../../src/nest/connections/caller.js';
import { Caller } from '../../src/nest/handlers/handler-parameters.js';
import { Message, OnMessage } from '../../src/nest/messages/handler-decorators.js';
import { LogStore } from '../../src/nest/store/log-store.js';
import { startService } from '../support/service-app.js';
import { startBackendApi, type TestApi } from './backend-api/backend-api.js';

/** Parsing and serializing would change each of them. */
const DATA = [
  '1234567890123456789',
  '-0',
  '1.0',
  '1e400',
  '-1E+3',
  '1e-400',
  '0.1000000000000000055511151231257827',
  '{"b":1,"a":2,"10":3,"9":4}',
  '{"a":1,"a":2}',
  '{"__proto__":{"x":1},"constructor":2}',
  String.raw`"\u00e9\/\ud800\uD83D\uDE00"`,
  '{ "a" :\n[ 1 ,\t2 ] }',
];

const NEWS = 'news' as ChannelName;

let api: TestApi;
beforeAll(async () => {
  api = await startBackendApi({ AUTH: 'authorizer' });
  await api.connect('alice=', [NEWS], 'alice');
});
afterAll(async () => api[Symbol.asyncDispose]());

/** The posts to a connection while `action` runs, unparsed. */
async function postsDuring(action: () => Promise<unknown>, connectionId = 'alice='): Promise<string[]> {
  const { posts } = api.service.endpoint;
  posts.length = 0;
  await action();
  return posts.filter((post) => post.connectionId === connectionId).map(({ data }) => data);
}

const fromClient = (text: string) => async () =>
  api.service.post('/message', 'alice=').send(text).expect(200);

const fromBackend = (path: string, text: string) => async () =>
  api.call('post', path).type('json').send(text).expect(200);

async function history(query: object): Promise<string> {
  const response = await api.call('get', `/v1/channels/${NEWS}/messages`).query(query).expect(200);
  expect(response.type).toBe('application/json');
  return response.text;
}

describe.each(DATA)('the data %s passes unchanged', (data) => {
  it('from a client to members, into the log, its pages, and to a member that resumes', async () => {
    const log = api.service.app.get(LogStore);
    const { epoch, offset: before } = await log.position(NEWS);
    const message = `"data":${data},"from":"alice=","user":"alice"}`;

    const [received] = await postsDuring(
      fromClient(`{"action":"publish","data" : ${data} ,"channel":"${NEWS}"}`),
    );
    expect(received).toBe(`{"type":"message","channel":"news","offset":${before + 1},${message}`);

    expect((await log.readLog(NEWS, before, 1))[0]?.content).toBe(`{${message}`);
    expect(await history({ epoch, since_offset: before })).toMatch(
      new RegExp(String.raw`"recovered":true,"messages":\[\{"offset":\d+,"publishedAt":\d+,`),
    );
    expect(await history({ epoch, since_offset: before })).toContain(message);

    const [resumed] = await postsDuring(
      fromClient(`{"action":"join","channel":"news","since":{"epoch":"${epoch}","offset":${before}}}`),
    );
    expect(resumed).toBe(received);
  });

  it.each([
    ['a channel', `/v1/channels/${NEWS}/messages`, `{"data":${data}}`],
    ['a channel, in a batch', '/v1/messages', `{"messages":[{"data":${data},"channel":"${NEWS}"}]}`],
    ['a connection', '/v1/connections/alice=/messages', `{ "data": ${data} }`],
    ['a user', '/v1/users/alice/messages', `{"data":${data}}`],
  ])('from another backend to %s', async (_, path, text) => {
    const [received] = await postsDuring(fromBackend(path, text));
    expect(received).toMatch(/^\{"type":"message",/);
    expect(received?.endsWith(`"data":${data}}`)).toBe(true);
  });
});

it.each([
  '1234567890123456789',
  '1.0',
  '-0',
  '1E2',
  '1e-400',
  '1'.padEnd(128, '0'),
  String.raw`"\u00e9\ud800"`,
  `"${String.raw`\u00e9`.repeat(128)}"`,
])('repeats the id %s as it was sent, also in an error', async (id) => {
  expect(await postsDuring(fromClient(`{"action":"ping","id": ${id} }`))).toEqual([
    `{"type":"pong","id":${id}}`,
  ]);
  const [error] = await postsDuring(fromClient(`{"id":${id},"action":"leave"}`));
  expect(error).toContain(`"code":"bad_message"`);
  expect(error?.endsWith(`,"id":${id}}`)).toBe(true);
});

it('repeats the id of a message that is nested too deeply', async () => {
  const deep = '['.repeat(61) + ']'.repeat(61);
  const [error] = await postsDuring(
    fromClient(`{"action":"publish","channel":"news","data":${deep},"id":1.0}`),
  );
  expect(error).toMatch(/"code":"bad_message".*,"id":1\.0\}$/);
});

it.each([
  [
    'bytes that are not UTF-8',
    Buffer.from('{"action":"ping","id":"\xe9"}', 'latin1'),
    'bad_message',
    /UTF-8/,
  ],
  ['a byte order mark', Buffer.from('\ufeff{"action":"ping"}'), 'not_json', /byte order mark/],
])('reports %s to the client', async (_, bytes, code, message) => {
  const send = async () =>
    api.service
      .post('/message', 'alice=')
      .serialize((unmodified) => unmodified as string)
      .send(bytes)
      .expect(200);
  const posts = await postsDuring(send);
  expect(posts.map((post) => JSON.parse(post) as unknown)).toEqual([
    { type: 'error', code, message: expect.stringMatching(message) },
  ]);
});

it('serves what an earlier version has stored, however deeply it is nested', async () => {
  const deep = '['.repeat(60_000) + ']'.repeat(60_000);
  const { offset } = await api.service.app
    .get(LogStore)
    .append(NEWS, `{"data":${deep}}`, { messages: 100, ageMs: 60_000 });
  const { epoch } = await api.service.app.get(LogStore).position(NEWS);
  expect(await history({ epoch, since_offset: offset - 1 })).toContain(deep);
});

it('passes data unchanged through a handler with DataSchema, and repeats its id', async () => {
  const Relayed = z.object({ channel: ChannelNameSchema, data: DataSchema.optional() });
  @Injectable()
  class Relay {
    constructor(private readonly channels: ChannelsService) {}

    @OnMessage('relay', { schema: Relayed })
    async relay(@Message() { channel, data }: z.output<typeof Relayed>, @Caller() caller: Sender) {
      if (data !== undefined) await this.channels.publish(channel, caller, data);
      return { type: 'relayed' };
    }
  }
  @Module({ providers: [Relay] })
  class RelayModule {}
  await using service = await startService({}, { imports: [RelayModule] });
  await service.send('bob=', { action: 'join', channel: 'news' });
  service.endpoint.posts.length = 0;
  await service
    .post('/message', 'bob=')
    .send('{"action":"relay","id":1.0,"channel":"news","data":1e400}')
    .expect(200);
  expect(service.endpoint.posts.map(({ data }) => data)).toEqual([
    '{"type":"message","channel":"news","offset":1,"data":1e400,"from":"bob="}',
    '{"type":"relayed","id":1.0}',
  ]);
});
