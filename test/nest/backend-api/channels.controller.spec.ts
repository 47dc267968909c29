import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogStore } from '../../../src/nest/store/log-store.js';
import { startBackendApi, type TestApi } from './backend-api.js';

/** For what needs no settings of its own and leaves nothing behind that another test would see. */
let shared: TestApi;
beforeAll(async () => {
  shared = await startBackendApi();
});
afterAll(async () => shared[Symbol.asyncDispose]());

describe('POST /v1/channels/{channel}/messages', () => {
  it('sends a message to every member, and returns its position in the log', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=', ['news']);
    await api.connect('bob=', ['news']);
    const response = await api.publish('news', { text: 'hello' });
    expect(response).toMatchObject({ status: 200, type: 'application/json' });
    expect(response.body).toEqual({ epoch: expect.any(String) as string, offset: 1 });
    for (const connectionId of ['alice=', 'bob=']) {
      expect(api.service.endpoint.messagesTo(connectionId)).toEqual([
        { type: 'message', channel: 'news', offset: 1, data: { text: 'hello' } },
      ]);
    }
  });

  it.each(['a/b', 'a%b', 'a%2Fb', 'team:x@y.z', '..', '-'])(
    'takes the channel %s, percent-encoded',
    async (channel) => {
      await shared.connect('alice=', [channel]);
      await shared.publish(channel, 1).expect(200);
      expect(shared.service.endpoint.messagesTo('alice=')).toMatchObject([{ channel, data: 1 }]);
    },
  );

  it.each(
    [null, false, 0, '', 'text', [], [1, [2]], {}, { ümlaut: '😀', nested: { a: null } }].map((data) => ({
      data,
    })),
  )('delivers $data unmodified', async ({ data }) => {
    await shared.connect('alice=', ['news']);
    await shared.publish('news', data).expect(200);
    expect(shared.service.endpoint.messagesTo('alice=')).toMatchObject([{ data }]);
  });

  it('delivers fields with the names of inherited properties, and is not affected by them', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=', ['news']);
    const data = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":1},"prototype":2}';
    await api.call('post', '/v1/channels/news/messages').type('json').send(`{"data":${data}}`).expect(200);
    expect(api.service.endpoint.posts.at(-1)?.data).toContain(`"data":${data}`);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it.each([
    ['is not JSON', 'hello', 'not JSON'],
    ['is broken JSON', '{"data":', 'not JSON'],
    ['is empty', '', 'not JSON'],
    ['is not an object', '[1]', 'expected object'],
    ['has no data', '{}', 'data'],
    ['has an unknown field', '{"data":1,"channel":"news"}', 'channel'],
    ['has a field __proto__', '{"data":1,"__proto__":{"x":1}}', '__proto__'],
  ])('refuses a body that %s, with its path', async (_, body, detail) => {
    const response = await shared.call('post', '/v1/channels/news/messages').type('json').send(body);
    expect(response).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(response.body).toMatchObject({
      code: 'bad_request',
      detail: expect.stringContaining(detail) as string,
    });
  });

  // zod's own sentences begin with one of these words
  const ZOD = /Invalid|Unrecognized|Too (big|small)|must|received/;

  it.each([
    ['post', '/v1/channels/news/messages', []],
    ['post', '/v1/channels/news/messages', { data: 1, extra: 1 }],
    ['post', '/v1/messages', {}],
    ['post', '/v1/messages', { messages: [] }],
    ['post', '/v1/messages', { messages: [{ channel: 5, data: 1 }] }],
    ['get', '/v1/channels/news/messages?epoch=&since_offset=1', undefined],
    ['get', '/v1/channels/news/messages?limit=x', undefined],
    ['get', '/v1/channels/news/messages?limit=0', undefined],
    ['get', '/v1/channels/news/members?before=a', undefined],
  ] as const)('refuses in our words: %s %s with %j', async (method, path, body) => {
    const call = shared.call(method, path);
    const response = body === undefined ? await call : await call.send(body);
    expect(response.body).toMatchObject({ code: 'bad_request' });
    expect((response.body as { detail: string }).detail).not.toMatch(ZOD);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json; charset=utf-16',
    'nonsense',
  ])('refuses a body of type %s', async (type) => {
    const response = await shared
      .call('post', '/v1/channels/news/messages')
      .set('Content-Type', type)
      .send('{"data":1}');
    expect(response.body).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it.each(['application/json', 'Application/JSON;charset=UTF-8', 'application/json; charset="utf-8"'])(
    'takes a body of type %s',
    async (type) => {
      const call = shared.call('post', '/v1/channels/news/messages').set('Content-Type', type);
      expect((await call.send('{"data":"ü"}')).status).toBe(200);
    },
  );

  it('refuses a compressed body', async () => {
    await using api = await startBackendApi();
    const call = api.call('post', '/v1/channels/news/messages').set('Content-Encoding', 'gzip');
    expect((await call.send({ data: 1 })).body).toMatchObject({ code: 'unsupported_media_type' });
  });

  it('refuses a request without a body', async () => {
    await using api = await startBackendApi();
    expect((await api.call('post', '/v1/channels/news/messages')).body).toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  it('refuses a body over 128 KB', async () => {
    await using api = await startBackendApi();
    const response = await api.publish('news', 'x'.repeat(131_072));
    expect(response.body).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it('refuses a message that is too large with its envelope, and does not log it', async () => {
    await using api = await startBackendApi();
    const data = 'x'.repeat(131_072 - '{"data":""}'.length);
    expect((await api.publish('news', data)).body).toMatchObject({ status: 413, code: 'message_too_large' });
    expect((await api.call('get', '/v1/channels/news')).body).toMatchObject({ offset: 0 });
  });

  it.each([
    ['data that is nested too deeply', `{"data":${'['.repeat(61)}${']'.repeat(61)}}`, 'data: nested 61 deep'],
    ['a field that occurs twice', '{"data":1,"data":2}', 'data: occurs twice'],
    ['bytes that are not UTF-8', Buffer.from('{"data":"\xe9"}', 'latin1'), 'not UTF-8'],
    ['a byte order mark', '\ufeff{"data":1}', 'byte order mark'],
  ])('refuses %s', async (_, text, detail) => {
    const call = shared.call('post', '/v1/channels/refused/messages').type('json');
    const { body } = await call.serialize((unmodified) => unmodified as string).send(text);
    expect(body).toMatchObject({ status: 400, code: 'bad_request' });
    expect((body as { detail: string }).detail).toContain(detail);
    expect((await shared.call('get', '/v1/channels/refused')).body).toMatchObject({ offset: 0 });
  });

  it.each([
    ['%00', 400, 'bad_request'],
    ['a%20b', 400, 'bad_request'],
    ['%C3%BC', 400, 'bad_request'],
    ['%E0%A4', 400, 'bad_request'],
    ['%', 400, 'bad_request'],
    ['a/b', 404, 'not_found'],
    ['', 404, 'not_found'],
  ])('refuses the channel %j', async (segment, status, code) => {
    const response = await shared.call('post', `/v1/channels/${segment}/messages`).send({ data: 1 });
    expect(response.body).toMatchObject({ status, code });
  });

  it('refuses channel names of any excessive length', async () => {
    expect((await shared.publish('a'.repeat(257), 1)).body).toMatchObject({
      status: 400,
      code: 'channel_name_too_long',
    });
    expect((await shared.publish('a'.repeat(5000), 1)).body).toMatchObject({
      status: 400,
      code: 'bad_request',
    });
    for (const path of ['', '/members', '/messages']) {
      const response = await shared.call('get', `/v1/channels/${'a'.repeat(257)}${path}`);
      expect(response.body).toMatchObject({ code: 'channel_name_too_long' });
    }
  });

  it("publishes to a user's own channel as to any other", async () => {
    await using api = await startBackendApi({ AUTH: 'authorizer' });
    await api.connect('alice=', ['user:alice'], 'alice');
    await api.publish('user:alice', 1).expect(200);
    expect(api.service.endpoint.messagesTo('alice=')).toMatchObject([{ channel: 'user:alice', data: 1 }]);
  });

  it('publishes to channels to which clients cannot', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=', ['broadcast:all']);
    await api.publish('broadcast:all', 1).expect(200);
    expect(api.service.endpoint.messagesTo('alice=')).toMatchObject([{ channel: 'broadcast:all' }]);
  });

  it('accepts names of up to 256 characters', async () => {
    await using api = await startBackendApi();
    await api.publish('%'.repeat(256), 1).expect(200);
    expect((await api.publish('%'.repeat(257), 1)).body).toMatchObject({ code: 'channel_name_too_long' });
  });
});

it.each([
  ['put', '/v1/channels/news/messages'],
  ['delete', '/v1/channels/news/messages'],
  ['post', '/v1/channels/news'],
  ['get', '/v1/messages'],
  ['post', '/v1/counts'],
  ['get', '/v1'],
  ['get', '/v2/counts'],
] as const)('knows no %s %s', async (method, path) => {
  const response = await shared.call(method, path);
  expect(response).toMatchObject({ status: 404, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ code: 'not_found' });
});

describe('GET /v1/channels/{channel}/messages', () => {
  it('returns the messages of the log in order', async () => {
    await using api = await startBackendApi();
    const { body: first } = await api.publish('news', 'one');
    await api.publish('news', 'two');
    const { body } = await api.call('get', '/v1/channels/news/messages').expect(200);
    const publishedAt = expect.any(Number) as number;
    expect(body).toEqual({
      epoch: (first as { epoch: string }).epoch,
      offset: 2,
      messages: [
        { offset: 1, publishedAt, data: 'one' },
        { offset: 2, publishedAt, data: 'two' },
      ],
    });
  });

  it('returns the client that has published a message', async () => {
    await using api = await startBackendApi({ AUTH: 'authorizer' });
    await api.connect('alice=', ['news'], 'alice');
    await api.service.send('alice=', { action: 'publish', channel: 'news', data: 1 }).expect(200);
    const { body } = await api.call('get', '/v1/channels/news/messages');
    expect(body).toMatchObject({ messages: [{ offset: 1, data: 1, from: 'alice=', user: 'alice' }] });
  });

  it('returns consecutive pages', async () => {
    await using api = await startBackendApi();
    for (const data of ['one', 'two', 'three']) await api.publish('news', data);
    const read = async (query: object) =>
      (await api.call('get', '/v1/channels/news/messages').query({ limit: 2, ...query })).body as {
        epoch: string;
        recovered?: boolean;
        messages: { offset: number }[];
      };
    const { epoch, messages } = await read({});
    expect(messages.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(await read({ epoch, since_offset: 2 })).toMatchObject({
      recovered: true,
      messages: [{ offset: 3 }],
    });
    expect(await read({ epoch, since_offset: 3 })).toMatchObject({ recovered: true, messages: [] });
  });

  it('reports missing messages', async () => {
    await using api = await startBackendApi({ HISTORY_MESSAGES: '1' });
    await api.publish('news', 'one');
    const { epoch } = (await api.publish('news', 'two')).body as { epoch: string };
    const read = async (query: object) =>
      (await api.call('get', '/v1/channels/news/messages').query(query)).body as object;
    const missing = { recovered: false, messages: [{ offset: 2 }] };
    expect(await read({ epoch, since_offset: 0 })).toMatchObject(missing);
    expect(await read({ epoch: 'another', since_offset: 2 })).toMatchObject(missing);
    expect(await read({ epoch, since_offset: 3 })).toMatchObject(missing);
    expect(await read({ epoch, since_offset: 1 })).toMatchObject({ recovered: true });
  });

  it('says when something between others is missing', async () => {
    await using api = await startBackendApi();
    const { epoch } = (await api.publish('news', 'one')).body as { epoch: string };
    for (const data of ['two', 'three']) await api.publish('news', data);
    const logs = api.service.app.get(LogStore);
    const readLog = logs.readLog.bind(logs);
    logs.readLog = async (...parameters) =>
      (await readLog(...parameters)).filter(({ offset }) => offset !== 2);
    const { body } = await api.call('get', '/v1/channels/news/messages').query({ epoch, since_offset: 0 });
    expect(body).toMatchObject({ recovered: false, messages: [{ offset: 1 }, { offset: 3 }] });
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=-1',
    'limit=ten',
    'limit=',
    'limit=1&limit=2',
    'limit=99999999999999999999',
    'since_offset=1',
    'epoch=x',
    'epoch=&since_offset=1',
    'since=1',
    '__proto__=1',
  ])('refuses ?%s', async (query) => {
    const response = await shared.call('get', `/v1/channels/news/messages?${query}`);
    expect(response.body).toMatchObject({ status: 400, code: 'bad_request' });
  });
});

describe('GET /v1/channels/{channel}', () => {
  it('counts the members, and returns the position of the log', async () => {
    await using api = await startBackendApi();
    await api.connect('alice=', ['news']);
    const { body: published } = await api.publish('news', 1);
    const { body } = await api.call('get', '/v1/channels/news').expect(200);
    expect(body).toEqual({ members: 1, ...(published as object) });
  });

  it('returns a channel without members as empty', async () => {
    await using api = await startBackendApi();
    expect((await api.call('get', '/v1/channels/empty')).body).toMatchObject({ members: 0, offset: 0 });
  });
});

describe('GET /v1/channels/{channel}/members', () => {
  it('returns the members', async () => {
    await using api = await startBackendApi({ AUTH: 'authorizer' });
    await api.connect('alice=', ['news'], 'alice');
    const { body } = await api.call('get', '/v1/channels/news/members').expect(200);
    expect(body).toEqual({
      members: [{ connectionId: 'alice=', userId: 'alice', joinedAt: expect.any(Number) as number }],
    });
  });

  it('returns consecutive pages with each member once', async () => {
    await using api = await startBackendApi();
    const ids = ['a=', 'b=', 'c=', 'd=', 'e='];
    for (const id of ids) await api.connect(id, ['news']);
    const found: string[] = [];
    let pages = 0;
    for (let after: string | undefined; ;) {
      const query = { limit: 2, ...(after !== undefined && { after }) };
      const { body } = await api.call('get', '/v1/channels/news/members').query(query).expect(200);
      const { members, next } = body as { members: { connectionId: string }[]; next?: string };
      found.push(...members.map(({ connectionId }) => connectionId));
      pages += 1;
      if (next === undefined) break;
      after = next;
    }
    expect(found.toSorted()).toEqual(ids);
    expect(pages).toBe(3);
  });

  it.each(['limit=1001', 'after=', 'after=%C3%BC', 'before=a'])('refuses ?%s', async (query) => {
    const response = await shared.call('get', `/v1/channels/news/members?${query}`);
    expect(response.body).toMatchObject({ status: 400, code: 'bad_request' });
  });
});

it('counts connections, and channels that have members', async () => {
  await using api = await startBackendApi();
  await api.connect('alice=', ['news', 'sport']);
  await api.connect('bob=', ['news']);
  expect((await api.call('get', '/v1/counts').expect(200)).body).toEqual({ connections: 2, channels: 2 });
});
