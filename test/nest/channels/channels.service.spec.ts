import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName, type ServerMessage } from '../../../src/api/messages.js';
import { QUOTAS } from '../../../src/api/quotas.js';
import { ConnectionStore } from '../../../src/nest/store/connection-store.js';
import { MembershipStore } from '../../../src/nest/store/membership-store.js';
import { Store } from '../../../src/nest/store/store.js';
import { type Answer } from '../../support/connections-endpoint.js';
import { connect, startService, startServiceWith, type TestService } from '../../support/service-app.js';

const news = 'news' as ChannelName;

async function join(service: TestService, ...connectionIds: string[]) {
  for (const id of connectionIds) await service.send(id, { action: 'join', channel: news }).expect(200);
  service.endpoint.posts.length = 0;
}

it('sends what a member publishes to all members, and to no other connection', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=');
  await connect(service, 'carol=');
  await service.send('carol=', { action: 'join', channel: 'sports' });
  await service.send('alice=', { action: 'publish', channel: news, data: { text: 'hi' }, id: 1 });
  const message = { type: 'message', channel: news, offset: 1, data: { text: 'hi' }, from: 'alice=' };
  expect(service.endpoint.messagesTo('alice=')).toEqual([
    message,
    { type: 'published', id: 1, channel: news, epoch: expect.any(String), offset: 1 },
  ]);
  expect(service.endpoint.messagesTo('bob=')).toEqual([message]);
  expect(service.endpoint.messagesTo('carol=')).toMatchObject([{ type: 'joined', channel: 'sports' }]);
});

it('sends nothing to a connection that has left', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=');
  await service.send('bob=', { action: 'leave', channel: news });
  await service.send('alice=', { action: 'publish', channel: news, data: 1 });
  expect(service.endpoint.messagesTo('bob=')).toEqual([{ type: 'left', channel: news }]);
});

it('forgets members that are gone, and still replies to the publisher', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=', 'carol=');
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'bob=' ? 'gone' : 'accepted');
  await service.send('alice=', { action: 'publish', channel: news, data: 1 }).expect(200);
  expect(service.endpoint.messagesTo('alice=')).toContainEqual(
    expect.objectContaining({ type: 'published' }),
  );
  expect(await service.app.get(ConnectionStore).getConnection('bob=' as ConnectionId)).toBeUndefined();
  expect(await service.app.get(MembershipStore).countMembers(news)).toBe(2);
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      msg: 'published',
      connectionId: 'alice=',
      channel: news,
      recipients: 3,
      delivered: 2,
      gone: 1,
      failed: 0,
      durationMs: expect.any(Number),
    }),
  );
});

it('delivers to the other members and counts the failure when a delivery fails', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=', 'carol=');
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'bob=' ? 'forbidden' : 'accepted');
  await service.send('alice=', { action: 'publish', channel: news, data: 1 }).expect(200);
  expect(service.endpoint.messagesTo('carol=')).toHaveLength(1);
  expect(service.endpoint.messagesTo('alice=')).toContainEqual(
    expect.objectContaining({ type: 'published' }),
  );
  expect(await service.app.get(MembershipStore).countMembers(news)).toBe(3);
  expect(service.lines).toContainEqual(
    expect.objectContaining({ msg: 'published', delivered: 2, failed: 1 }),
  );
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      failed: 1,
      err: expect.objectContaining({ type: 'ForbiddenError' }),
    }),
  );
});

it('posts to at most CALLBACK_CONCURRENCY members at once', async () => {
  await using service = await startService({ CALLBACK_CONCURRENCY: '3' });
  await join(service, ...Array.from({ length: 10 }, (_, index) => `c${index}=`));
  const { promise: answer, resolve: decide } = Promise.withResolvers<Answer>();
  service.endpoint.answer = () => {
    if (service.endpoint.posts.length === 3) decide('accepted');
    return answer;
  };
  await service.send('c0=', { action: 'publish', channel: news, data: 1 });
  expect(service.endpoint.posts).toHaveLength(11);
  expect(service.endpoint.maxInFlight).toBe(3);
});

it('delivers a message of the largest size, and refuses one byte more', async () => {
  await using service = await startService();
  await join(service, 'a=');
  // room for the longest offset
  const offset = Number.MAX_SAFE_INTEGER;
  const rest = Buffer.byteLength(
    JSON.stringify({ type: 'message', channel: news, offset, data: '', from: 'a=' }),
  );
  const data = 'x'.repeat(QUOTAS.messageBytes - rest);
  await service.send('a=', { action: 'publish', channel: news, data });
  expect(service.endpoint.posts[0]?.data).toHaveLength(QUOTAS.messageBytes - `${offset}`.length + 1);
  service.endpoint.posts.length = 0;
  await service.send('a=', { action: 'publish', channel: news, data: `${data}x`, id: 1 }).expect(200);
  expect(service.endpoint.messagesTo('a=')).toMatchObject([
    { type: 'error', id: 1, code: 'message_too_large' },
  ]);
});

it('refuses to join more channels than CHANNELS_PER_CONNECTION, until one is left', async () => {
  await using service = await startService({ CHANNELS_PER_CONNECTION: '2' });
  const answerToJoining = async (channel: string) => {
    service.endpoint.posts.length = 0;
    await service.send('a=', { action: 'join', channel, id: 1 }).expect(200);
    return service.endpoint.messagesTo('a=')[0];
  };
  await answerToJoining('one');
  await answerToJoining('two');
  expect(await answerToJoining('three')).toMatchObject({ type: 'error', id: 1, code: 'too_many_channels' });
  expect(await answerToJoining('two')).toMatchObject({ type: 'joined' });
  await service.send('a=', { action: 'leave', channel: 'one' });
  expect(await answerToJoining('three')).toMatchObject({ type: 'joined' });
});

it.each(['join', 'leave', 'publish', 'presence'])(
  'refuses to %s a channel whose name is too long',
  async (action) => {
    await using service = await startServiceWith(['a=']);
    const data = action === 'publish' ? { data: 1 } : {};
    await service.send('a=', { action, channel: 'x'.repeat(257), ...data }).expect(200);
    await service.send('a=', { action, channel: 'x'.repeat(256), ...data }).expect(200);
    const [tooLong, longest] = service.endpoint.messagesTo('a=');
    expect(tooLong).toMatchObject({ type: 'error', code: 'channel_name_too_long' });
    expect(longest).not.toMatchObject({ code: 'channel_name_too_long' });
  },
);

it('removes a gone member from the channel even if the store does not have its connection', async () => {
  await using service = await startService();
  await join(service, 'alice=', 'bob=');
  const store = service.app.get(Store);
  // as after a crash between two steps of a store
  store.connections.removeConnection = () => Promise.resolve(undefined);
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'bob=' ? 'gone' : 'accepted');
  await service.send('alice=', { action: 'publish', channel: news, data: 1 }).expect(200);
  expect(await store.memberships.isMember(news, 'bob=' as ConnectionId)).toBe(false);
  expect(await store.memberships.isMember(news, 'alice=' as ConnectionId)).toBe(true);
});

it('sends messages that are published at the same time to each member in the order of their offsets', async () => {
  await using service = await startService();
  const members = ['a=', 'b=', 'c='];
  await join(service, ...members);
  // the publish that reads the members first is not the one with the smaller offset
  const store = service.app.get(Store);
  const readMembers = store.memberships.members.bind(store.memberships);
  let reads = 0;
  store.memberships.members = async function* (...parameters) {
    for (let turns = 20 - (reads += 1); turns > 0; turns -= 1) await new Promise(setImmediate);
    yield* readMembers(...parameters);
  };
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      service.send(members[n % 3]!, { action: 'publish', channel: news, data: n }).expect(200),
    ),
  );
  for (const member of members) {
    const offsets = (service.endpoint.messagesTo(member) as ServerMessage[]).flatMap((message) =>
      message.type === 'message' && 'offset' in message ? [message.offset] : [],
    );
    expect(offsets).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  }
});

it('does not delay the next message to other members because of a slow member', async () => {
  await using service = await startService();
  await join(service, 'slow=', 'quick=');
  const { promise: release, resolve } = Promise.withResolvers<Answer>();
  const { promise: bothCame, resolve: haveCome } = Promise.withResolvers<void>();
  service.endpoint.answer = ({ connectionId, data }) => {
    if (connectionId === 'slow=') return release;
    if (data.includes('"second"')) haveCome();
    return 'accepted';
  };
  const publishes = ['first', 'second'].map((data) =>
    service.send('quick=', { action: 'publish', channel: news, data }).expect(200),
  );
  const answered = Promise.all(publishes);
  await bothCame;
  resolve('accepted');
  await answered;
  expect(service.endpoint.messagesTo('slow=')).toHaveLength(2);
});

it('accepts every name unmodified: also one that looks encoded, or like a property of JavaScript objects', async () => {
  await using service = await startService();
  const names = [
    'a/b',
    'a%2Fb',
    'a%2fb',
    'a%252Fb',
    'A/B',
    'a%',
    '%00',
    '__proto__',
    'constructor',
    '..',
    '//',
  ];
  for (const [n, channel] of names.entries()) {
    await connect(service, `c${n}=`);
    await service.send(`c${n}=`, { action: 'join', channel });
    await service.send(`c${n}=`, { action: 'publish', channel, data: n });
  }
  for (const [n, channel] of names.entries()) {
    expect(service.endpoint.messagesTo(`c${n}=`)).toMatchObject([
      { type: 'joined', channel, offset: 0 },
      { type: 'message', channel, offset: 1, data: n },
      { type: 'published', channel, offset: 1 },
    ]);
  }
});
