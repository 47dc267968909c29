import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPublishApi, type TestApi } from './backend-api.js';

/** For what needs no settings of its own and leaves nothing behind that another test would see. */
let shared: TestApi;
beforeAll(async () => {
  shared = await startPublishApi();
});
afterAll(async () => shared[Symbol.asyncDispose]());

describe('POST /v1/channels/{channel}/messages', () => {
  it('sends a message to every member, and says where in the log it is', async () => {
    await using api = await startPublishApi();
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
  )('delivers $data as it is', async ({ data }) => {
    await shared.connect('alice=', ['news']);
    await shared.publish('news', data).expect(200);
    expect(shared.service.endpoint.messagesTo('alice=')).toMatchObject([{ data }]);
  });

  it('delivers members with the names of what objects inherit, and takes nothing from them', async () => {
    await using api = await startPublishApi();
    await api.connect('alice=', ['news']);
    const data = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":1},"prototype":2}';
    await api.call('post', '/v1/channels/news/messages').type('json').send(`{"data":${data}}`).expect(200);
    expect(api.service.endpoint.posts.at(-1)?.data).toContain(`"data":${data}`);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it.each([
    ['is no JSON', 'hello', 'not JSON'],
    ['is broken JSON', '{"data":', 'not JSON'],
    ['is empty', '', 'not JSON'],
    ['is no object', '[1]', 'expected object'],
    ['has no data', '{}', 'data'],
    ['has a field that is not known', '{"data":1,"channel":"news"}', 'channel'],
    ['has a field __proto__', '{"data":1,"__proto__":{"x":1}}', '__proto__'],
  ])('refuses a body that %s, and says where', async (_, body, detail) => {
    const response = await shared.call('post', '/v1/channels/news/messages').type('json').send(body);
    expect(response).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(response.body).toMatchObject({
      code: 'bad_request',
      detail: expect.stringContaining(detail) as string,
    });
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
    await using api = await startPublishApi();
    const call = api.call('post', '/v1/channels/news/messages').set('Content-Encoding', 'gzip');
    expect((await call.send({ data: 1 })).body).toMatchObject({ code: 'unsupported_media_type' });
  });

  it('refuses a request without a body', async () => {
    await using api = await startPublishApi();
    expect((await api.call('post', '/v1/channels/news/messages')).body).toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  it('refuses a body over 128 KB', async () => {
    await using api = await startPublishApi();
    const response = await api.publish('news', 'x'.repeat(131_072));
    expect(response.body).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it('refuses what would be too large with what stands around it, and keeps it from the log', async () => {
    await using api = await startPublishApi();
    const data = 'x'.repeat(131_072 - '{"data":""}'.length);
    expect((await api.publish('news', data)).body).toMatchObject({ status: 413, code: 'message_too_large' });
    expect((await api.call('get', '/v1/channels/news')).body).toMatchObject({ offset: 0 });
  });

  it('refuses what is nested too deeply, and serves on', async () => {
    await using api = await startPublishApi();
    const data = '['.repeat(60_000) + ']'.repeat(60_000);
    const response = await api
      .call('post', '/v1/channels/news/messages')
      .type('json')
      .send(`{"data":${data}}`);
    expect(response.body).toMatchObject({ status: 413, code: 'message_too_large' });
    await api.publish('news', 1).expect(200);
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

  it('refuses names that are too long, however long', async () => {
    expect((await shared.publish('a'.repeat(129), 1)).body).toMatchObject({
      status: 400,
      code: 'channel_name_too_long',
    });
    expect((await shared.publish('a'.repeat(5000), 1)).body).toMatchObject({
      status: 400,
      code: 'bad_request',
    });
    for (const path of ['', '/members', '/messages']) {
      const response = await shared.call('get', `/v1/channels/${'a'.repeat(129)}${path}`);
      expect(response.body).toMatchObject({ code: 'channel_name_too_long' });
    }
  });

  it("publishes to a user's own channel as to any other", async () => {
    await using api = await startPublishApi({ AUTH: 'authorizer' });
    await api.connect('alice=', ['user:alice'], 'alice');
    await api.publish('user:alice', 1).expect(200);
    expect(api.service.endpoint.messagesTo('alice=')).toMatchObject([{ channel: 'user:alice', data: 1 }]);
  });

  it('publishes to channels to which clients may not', async () => {
    await using api = await startPublishApi();
    await api.connect('alice=', ['broadcast:all']);
    await api.publish('broadcast:all', 1).expect(200);
    expect(api.service.endpoint.messagesTo('alice=')).toMatchObject([{ channel: 'broadcast:all' }]);
  });

  it('takes names as long as the setting says', async () => {
    await using api = await startPublishApi({ CHANNEL_NAME_LENGTH: '200' });
    await api.publish('%'.repeat(200), 1).expect(200);
    expect((await api.publish('%'.repeat(201), 1)).body).toMatchObject({ code: 'channel_name_too_long' });
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
  it('shows what the log keeps, in order', async () => {
    await using api = await startPublishApi();
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

  it('names the client that has published', async () => {
    await using api = await startPublishApi({ AUTH: 'authorizer' });
    await api.connect('alice=', ['news'], 'alice');
    await api.service.send('alice=', { action: 'publish', channel: 'news', data: 1 }).expect(200);
    const { body } = await api.call('get', '/v1/channels/news/messages');
    expect(body).toMatchObject({ messages: [{ offset: 1, data: 1, from: 'alice=', user: 'alice' }] });
  });

  it('gives pages that follow one another', async () => {
    await using api = await startPublishApi();
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

  it('says when something is missing', async () => {
    await using api = await startPublishApi({ HISTORY_MESSAGES: '1' });
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
  it('counts the members, and says where the log is', async () => {
    await using api = await startPublishApi();
    await api.connect('alice=', ['news']);
    const { body: published } = await api.publish('news', 1);
    const { body } = await api.call('get', '/v1/channels/news').expect(200);
    expect(body).toEqual({ members: 1, ...(published as object) });
  });

  it('knows every channel: one that nobody has joined has no members', async () => {
    await using api = await startPublishApi();
    expect((await api.call('get', '/v1/channels/empty')).body).toMatchObject({ members: 0, offset: 0 });
  });
});

describe('GET /v1/channels/{channel}/members', () => {
  it('says who is there', async () => {
    await using api = await startPublishApi({ AUTH: 'authorizer' });
    await api.connect('alice=', ['news'], 'alice');
    const { body } = await api.call('get', '/v1/channels/news/members').expect(200);
    expect(body).toEqual({
      members: [{ connectionId: 'alice=', userId: 'alice', joinedAt: expect.any(Number) as number }],
    });
  });

  it('gives pages that follow one another, and name each member once', async () => {
    await using api = await startPublishApi();
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
  await using api = await startPublishApi();
  await api.connect('alice=', ['news', 'sport']);
  await api.connect('bob=', ['news']);
  expect((await api.call('get', '/v1/counts').expect(200)).body).toEqual({ connections: 2, channels: 2 });
});
