import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MembershipStore } from '../../../src/nest/store/membership-store.js';
import { type Answer } from '../../support/connections-endpoint.js';
import { connect, rawPost, startService, startServiceWith } from '../../support/service-app.js';

it('replies to the client by callback, and responds to API Gateway with an empty 200', async () => {
  await using service = await startServiceWith(['alice=']);
  const response = await service.send('alice=', { action: 'ping', id: 1 });
  expect(response).toMatchObject({ status: 200, text: '' });
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'pong', id: 1 }]);
});

it('sends the client an error for a frame that is not JSON, although API Gateway declares application/json', async () => {
  await using service = await startServiceWith(['alice=']);
  const response = await service.post('/message', 'alice=').send('hello');
  expect(response.status).toBe(200);
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ type: 'error', code: 'not_json' }]);
});

it('sends the client an error for an empty frame, with and without a content type', async () => {
  await using service = await startServiceWith(['alice=']);
  await service.post('/message', 'alice=').send('').expect(200);
  expect(await rawPost(`${service.url}/message`, { ConnectionId: 'alice=' })).toMatchObject({ status: 200 });
  expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ code: 'not_json' }, { code: 'not_json' }]);
});

it.each([
  'text/plain',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'x/y; charset=latin1',
])('reads a body of type %s as UTF-8 text', async (type) => {
  await using service = await startServiceWith(['alice=']);
  const message = '{"action":"ping","id":"ümlaut"}';
  await service.post('/message', 'alice=').set('Content-Type', type).send(message).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'pong', id: 'ümlaut' }]);
});

it('reads 128 KB', async () => {
  await using service = await startServiceWith(['alice=']);
  const message = '{"action":"ping"}'.padEnd(131_072);
  await service.post('/message', 'alice=').send(message).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toEqual([{ type: 'pong' }]);
});

it('refuses one byte more than 128 KB', async () => {
  await using service = await startService();
  const message = '{"action":"ping"}'.padEnd(131_073);
  const response = await service.post('/message', 'alice=').send(message);
  expect(response).toMatchObject({ status: 413, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ status: 413, code: 'body_too_large' });
  expect(service.endpoint.posts).toEqual([]);
});

it('refuses a request whose ConnectionId is missing or repeated', async () => {
  await using service = await startService();
  const url = `${service.url}/message`;
  expect(JSON.parse((await rawPost(url, {}, '{"action":"ping"}')).body)).toMatchObject({
    code: 'missing_header',
  });
  const twice = await rawPost(url, { ConnectionId: ['alice=', 'bob='] }, '{"action":"ping"}');
  expect(JSON.parse(twice.body)).toMatchObject({ code: 'repeated_header' });
  expect(service.endpoint.posts).toEqual([]);
});

it.each<Answer>(['gone', 'invalid id'])('returns 200 when @connections responds %s', async (answer) => {
  await using service = await startService();
  service.endpoint.answer = () => answer;
  expect(await service.send('alice=', { action: 'ping' })).toMatchObject({ status: 200 });
});

it.each<[Answer, string]>([
  ['forbidden', 'ForbiddenError'],
  ['too large', 'TooLargeError'],
  ['limit exceeded', 'ThrottledError'],
  ['never', 'CallbackTimeoutError'],
  ['unavailable', 'CallbackError'],
])('returns 502 when @connections responds %s', async (answer, detail) => {
  await using service = await startService(
    { CALLBACK_REQUEST_TIMEOUT_MS: answer === 'never' ? '50' : '29000', CALLBACK_DEADLINE_MS: '28000' },
    undefined,
    { connectTimeoutMs: 29_000 },
  );
  // the pause after the first attempt would end behind the deadline, so that there is no second one
  vi.spyOn(Math, 'random').mockReturnValue(1_000);
  onTestFinished(() => void vi.restoreAllMocks());
  service.endpoint.answer = () => answer;
  const response = await service.send('alice=', { action: 'ping' });
  expect(response).toMatchObject({ status: 502, type: 'application/problem+json' });
  expect(response.body).toMatchObject({ status: 502, code: 'callback_failed', detail });
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      connectionId: 'alice=',
      err: expect.objectContaining({ type: detail, cause: expect.anything() }),
    }),
  );
});

/** A service for one channel per connection: two replies and one refusal. The first post ends when the test says so. */
async function oneChannelService() {
  const service = await startService({ CHANNELS_PER_CONNECTION: '1' }, undefined, { queuePerConnection: 1 });
  await connect(service, 'alice=');
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  service.endpoint.answer = () => answer;
  const ping = (id: number) => service.send('alice=', { action: 'ping', id }).then((response) => response);
  const pings = [ping(1), ping(2), ping(3)];
  await expect.poll(() => service.lines.filter(({ msg }) => msg === 'handled').length).toBe(2);
  await expect.poll(() => service.lines.filter(({ code }) => code === 'overloaded').length).toBe(1);
  return { service, ping, pings, accept: () => decide('accepted') };
}

it('does not handle more messages than the client has places for replies, and sends overloaded', async () => {
  const { service, pings, accept } = await oneChannelService();
  await using _ = service;

  accept();

  expect((await Promise.all(pings)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(service.endpoint.messagesTo('alice=').toSorted(byId)).toMatchObject([
    { type: 'pong', id: 1 },
    { type: 'pong', id: 2 },
    { type: 'error', id: 3, code: 'overloaded' },
  ]);
});

it('closes a client that has more messages without a reply than there are places for errors', async () => {
  const { service, ping, pings, accept } = await oneChannelService();
  await using _ = service;

  const last = await ping(4);

  expect(last).toMatchObject({ status: 502, body: { code: 'callback_failed' } });
  await expect.poll(() => service.endpoint.deleted).toEqual(['alice=']);
  accept();
  await Promise.all(pings);
  expect(service.lines).toContainEqual(
    expect.objectContaining({ connectionId: 'alice=', reason: 'too_many_messages', dropped: 2 }),
  );
  // it is open as far as the service knows, and not banned
  await ping(5).then(({ status }) => expect(status).toBe(200));
});

it('replies to a client that joins all its channels and sends as many pings at once', async () => {
  await using service = await startServiceWith(['alice=']);
  const ids = Array.from({ length: 100 }, (_, n) => n);

  const statuses = await Promise.all(
    ids.flatMap((id) => [
      service.send('alice=', { action: 'join', channel: `c${id}`, id }).then(({ status }) => status),
      service.send('alice=', { action: 'ping', id: id + 100 }).then(({ status }) => status),
    ]),
  );

  expect(new Set(statuses)).toEqual(new Set([200]));
  const replies = (service.endpoint.messagesTo('alice=') as { type: string; id: number }[]).toSorted(byId);
  expect(replies.map(({ type, id }) => `${type} ${id}`)).toEqual([
    ...ids.map((id) => `joined ${id}`),
    ...ids.map((id) => `pong ${id + 100}`),
  ]);
});

const byId = (a: unknown, b: unknown) => (a as { id: number }).id - (b as { id: number }).id;

it('sends the client overloaded when its message does not fit into the queue', async () => {
  await using service = await startService({ CALLBACK_QUEUE_BYTES: '131072' });
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  service.endpoint.answer = ({ data }) => (data.includes('first') ? answer : 'accepted');
  await service.send('alice=', { action: 'join', channel: 'news' });
  const publish = (id: string) =>
    service.send('alice=', { action: 'publish', id, channel: 'news', data: id + 'x'.repeat(100_000) });
  const first = publish('first').then(({ status }) => status);
  await expect.poll(() => service.endpoint.posts.length).toBe(2);

  const second = publish('second').then(({ status }) => status);
  await expect.poll(() => service.lines.some(({ code }) => code === 'overloaded')).toBe(true);

  decide('accepted');
  expect(await Promise.all([first, second])).toEqual([200, 200]);
  expect(service.endpoint.messagesTo('alice=')).toContainEqual(
    expect.objectContaining({ type: 'error', id: 'second', code: 'overloaded' }),
  );
});

it('sends queued messages in one frame to a client that has offered backchannel.batch', async () => {
  await using service = await startService();
  await service.post('/connect', 'alice=').set('Sec-WebSocket-Protocol', 'backchannel.batch').expect(200);
  await service.send('alice=', { action: 'join', channel: 'news' });
  await service.send('bob=', { action: 'join', channel: 'news' });
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  service.endpoint.answer = ({ connectionId, data }) =>
    connectionId === 'alice=' && data.includes('"data":0') ? answer : 'accepted';
  const published = [0, 1, 2, 3].map((data) =>
    service.send('bob=', { action: 'publish', channel: 'news', data }).then(({ status }) => status),
  );
  const toBob = () => service.endpoint.messagesTo('bob=') as { type: string }[];
  await expect.poll(() => toBob().filter(({ type }) => type === 'message').length).toBe(4);

  decide('accepted');

  expect(await Promise.all(published)).toEqual([200, 200, 200, 200]);
  const frames = service.endpoint.messagesTo('alice=').slice(1) as object[];
  expect(frames.length).toBeLessThan(4);
  expect(
    frames
      .flat()
      .map((message) => (message as { data: number }).data)
      .toSorted((a, b) => a - b),
  ).toEqual([0, 1, 2, 3]);
  expect(frames.some((each) => Array.isArray(each))).toBe(true);
});

describe('REPLIES=response', () => {
  const settings = { REPLIES: 'response' };

  it('replies in the HTTP response and posts nothing', async () => {
    await using service = await startServiceWith(['alice='], settings);
    const response = await service.send('alice=', { action: 'ping', id: 1 });
    expect(response.status).toBe(200);
    expect(JSON.parse(response.text)).toEqual({ type: 'pong', id: 1 });
    expect(service.endpoint.posts).toEqual([]);
  });

  it('replies with 200 to a mistake of the client', async () => {
    await using service = await startServiceWith(['alice='], settings);
    const response = await service.post('/message', 'alice=').send('hello');
    expect(response.status).toBe(200);
    expect(JSON.parse(response.text)).toMatchObject({ type: 'error', code: 'not_json' });
  });

  it('replies with 500 after a failure of ours, and logs it', async () => {
    await using service = await startServiceWith(['alice='], settings);
    service.app.get(MembershipStore).join = () => Promise.reject(new Error('disk full'));
    const response = await service.send('alice=', { action: 'join', channel: 'news', id: 7 });
    expect(response.status).toBe(500);
    expect(JSON.parse(response.text)).toMatchObject({ type: 'error', id: 7, code: 'internal_error' });
    expect(service.endpoint.posts).toEqual([]);
    expect(service.lines).toContainEqual(
      expect.objectContaining({ level: 'error', err: expect.objectContaining({ message: 'disk full' }) }),
    );
  });

  it('still posts published messages', async () => {
    await using service = await startServiceWith(['alice='], settings);
    await service.send('alice=', { action: 'join', channel: 'news' });
    await service.send('alice=', { action: 'publish', channel: 'news', data: 1 });
    expect(service.endpoint.messagesTo('alice=')).toMatchObject([{ type: 'message', data: 1 }]);
  });
});
