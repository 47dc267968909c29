import { expect, it } from 'vitest';
import { type ChannelName, type ServerMessage } from '../../../src/api/messages.js';
import { LogStore } from '../../../src/nest/store/log-store.js';
import { startService, type TestService } from '../../support/service-app.js';

const news = 'news' as ChannelName;
type Published = ServerMessage & { type: 'published' };

async function enter(service: TestService, connectionId: string, userId = '-'): Promise<void> {
  await service.post('/connect', connectionId).set('UserId', userId).expect(200);
  await service.send(connectionId, { action: 'join', channel: news });
  service.endpoint.posts.length = 0;
}

async function publish(service: TestService, connectionId: string, fields: object): Promise<ServerMessage> {
  await service.send(connectionId, { action: 'publish', channel: news, ...fields }).expect(200);
  return service.endpoint
    .messagesTo(connectionId)
    .findLast((message) => (message as ServerMessage).type !== 'message') as ServerMessage;
}

const logged = async (service: TestService) => service.app.get(LogStore).readLog(news, 0, 100);

it('appends a message that is repeated with its key once, and replies with the first offset', async () => {
  await using service = await startService();
  await enter(service, 'alice=');
  const first = await publish(service, 'alice=', { data: 'hi', key: 'k', id: 1 });
  await publish(service, 'alice=', { data: 'other', key: 'l' });
  const again = await publish(service, 'alice=', { data: 'hi', key: 'k', id: 2 });
  expect(first).toEqual({ type: 'published', id: 1, channel: news, epoch: expect.any(String), offset: 1 });
  expect(again).toEqual({ ...first, id: 2, repeated: true });
  expect(await logged(service)).toHaveLength(2);
});

it('appends concurrent repetitions once', async () => {
  await using service = await startService();
  await enter(service, 'alice=');
  const repetition = () => service.send('alice=', { action: 'publish', channel: news, data: 1, key: 'k' });
  await Promise.all(Array.from({ length: 10 }, () => repetition().expect(200)));
  const replies = (service.endpoint.messagesTo('alice=') as ServerMessage[]).filter(
    (message): message is Published => message.type === 'published',
  );
  expect(replies.map(({ offset }) => offset)).toEqual(Array.from({ length: 10 }, () => 1));
  expect(replies.filter(({ repeated }) => repeated)).toHaveLength(9);
  expect(await logged(service)).toHaveLength(1);
});

it('appends repetitions through two tasks once', async () => {
  await using one = await startService({ AUTH: 'authorizer' });
  await using two = await startService({ AUTH: 'authorizer', DATA_DIR: one.dataDir });
  await enter(one, 'first=', 'alice');
  await enter(two, 'second=', 'alice');
  const message = { action: 'publish', channel: news, data: 1, key: 'k' };
  await Promise.all([one.send('first=', message).expect(200), two.send('second=', message).expect(200)]);
  const replies = [...one.endpoint.messagesTo('first='), ...two.endpoint.messagesTo('second=')].filter(
    (reply): reply is Published => (reply as ServerMessage).type === 'published',
  );
  expect(replies.map(({ offset }) => offset)).toEqual([1, 1]);
  expect(replies.filter(({ repeated }) => repeated)).toHaveLength(1);
  expect(await logged(two)).toHaveLength(1);
});

it('knows the key of a user on another connection, and delivers the first message again', async () => {
  await using service = await startService({ AUTH: 'authorizer' });
  await enter(service, 'first=', 'alice');
  await enter(service, 'second=', 'alice');
  await publish(service, 'first=', { data: 'hi', key: 'k' });
  service.endpoint.posts.length = 0;
  expect(await publish(service, 'second=', { data: 'hi', key: 'k' })).toMatchObject({
    offset: 1,
    repeated: true,
  });
  // with its own `from`, not that of the repetition
  const delivered = { type: 'message', channel: news, offset: 1, data: 'hi', from: 'first=', user: 'alice' };
  expect(service.endpoint.messagesTo('first=')).toEqual([delivered]);
});

it('does not let users, or connections without a user, share a key', async () => {
  await using service = await startService({ AUTH: 'authorizer' });
  await enter(service, 'a=', 'alice');
  await enter(service, 'b=', 'bob');
  await publish(service, 'a=', { data: 'hi', key: 'k' });
  expect(await publish(service, 'b=', { data: 'hi', key: 'k' })).toMatchObject({ offset: 2 });

  await using open = await startService();
  await enter(open, 'a=');
  await enter(open, 'b=');
  await publish(open, 'a=', { data: 'hi', key: 'k' });
  expect(await publish(open, 'b=', { data: 'hi', key: 'k' })).toMatchObject({ offset: 2 });
});

it('counts a key for one channel', async () => {
  await using service = await startService();
  await enter(service, 'alice=');
  await service.send('alice=', { action: 'join', channel: 'sports' });
  await publish(service, 'alice=', { data: 'hi', key: 'k' });
  const reply = await publish(service, 'alice=', { channel: 'sports', data: 'hi', key: 'k' });
  expect(reply).toMatchObject({ channel: 'sports', offset: 1 });
  expect(reply).not.toHaveProperty('repeated');
});

it('refuses a key that was used for other data, and publishes nothing', async () => {
  await using service = await startService();
  await enter(service, 'alice=');
  await publish(service, 'alice=', { data: 'hi', key: 'k' });
  expect(await publish(service, 'alice=', { data: 'bye', key: 'k', id: 7 })).toMatchObject({
    type: 'error',
    id: 7,
    code: 'key_reused',
  });
  expect(await logged(service)).toHaveLength(1);
});

it('delivers a repetition to members that have not received the message', async () => {
  await using service = await startService();
  await enter(service, 'alice=');
  await enter(service, 'bob=');
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'bob=' ? 'forbidden' : 'accepted');
  await publish(service, 'alice=', { data: 'hi', key: 'k' });
  service.endpoint.answer = () => 'accepted';
  service.endpoint.posts.length = 0;
  await publish(service, 'alice=', { data: 'hi', key: 'k' });
  expect(service.endpoint.messagesTo('bob=')).toEqual([
    { type: 'message', channel: news, offset: 1, data: 'hi', from: 'alice=' },
  ]);
});

it('repeats a message where no log is kept', async () => {
  await using service = await startService({ HISTORY_OFF: '*' });
  await enter(service, 'alice=');
  await publish(service, 'alice=', { data: 'hi', key: 'k' });
  service.endpoint.posts.length = 0;
  expect(await publish(service, 'alice=', { data: 'hi', key: 'k' })).toMatchObject({
    offset: 1,
    repeated: true,
  });
  expect(service.endpoint.messagesTo('alice=')).toContainEqual(
    expect.objectContaining({ type: 'message', offset: 1, data: 'hi' }),
  );
});

it.each([
  ['', 'key: expected at least 1 characters'],
  ['k'.repeat(65), 'key: expected at most 64 characters'],
  [7, 'key: expected string'],
])('refuses the key %j', async (key, message) => {
  await using service = await startService();
  await enter(service, 'alice=');
  expect(await publish(service, 'alice=', { data: 1, key })).toMatchObject({ code: 'bad_message', message });
});

it('takes any characters as a key, and tells lone surrogates apart', async () => {
  await using service = await startService();
  await enter(service, 'alice=');
  for (const key of ['{:}', ' ', '漢👋', '\ud800', '\ud801', 'k'.repeat(64)]) {
    expect(await publish(service, 'alice=', { data: 1, key })).not.toHaveProperty('repeated');
    expect(await publish(service, 'alice=', { data: 1, key })).toMatchObject({ repeated: true });
  }
});

it('reads the log only for a repetition', async () => {
  await using service = await startService();
  await enter(service, 'alice=');
  const logs = service.app.get(LogStore);
  let reads = 0;
  const readLog = logs.readLog.bind(logs);
  logs.readLog = async (...args) => {
    reads += 1;
    return readLog(...args);
  };
  await publish(service, 'alice=', { data: 1 });
  await publish(service, 'alice=', { data: 1, key: 'k' });
  expect(reads).toBe(0);
  await publish(service, 'alice=', { data: 1, key: 'k' });
  expect(reads).toBe(1);
});
