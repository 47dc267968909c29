import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { ConnectionsService } from '../../../src/nest/connections/connections.service.js';
import { LogStore } from '../../../src/nest/store/log-store.js';
import { Store } from '../../../src/nest/store/store.js';
import { startService, startServiceWith, type TestService } from '../../support/service-app.js';

const room = 'presence:room' as ChannelName;

const join = async (service: TestService, connectionId: string, channel: string = room) =>
  service.send(connectionId, { action: 'join', channel }).expect(200);

/** Notices are sent in the background, after the reply. */
async function noticesTo(service: TestService, connectionId: string, count: number): Promise<unknown[]> {
  for (;;) {
    const notices = service.endpoint
      .messagesTo(connectionId)
      .filter((message) => (message as { type: string }).type === 'member');
    if (notices.length >= count) return notices;
    await new Promise(setImmediate);
  }
}

const notice = (event: string, connectionId: string) => ({
  type: 'member',
  channel: room,
  data: { event, connectionId },
});

it('notifies the other members once of a join and of a leave, but not the member itself', async () => {
  await using service = await startService();
  await join(service, 'a=');
  await join(service, 'b=');
  await join(service, 'b=');
  await service.send('b=', { action: 'leave', channel: room }).expect(200);
  await service.send('b=', { action: 'leave', channel: room }).expect(200);
  await join(service, 'c=');
  expect(await noticesTo(service, 'a=', 3)).toEqual([
    notice('joined', 'b='),
    notice('left', 'b='),
    notice('joined', 'c='),
  ]);
  expect(await noticesTo(service, 'b=', 0)).toEqual([]);
  expect(await service.app.get(LogStore).position(room)).toMatchObject({ offset: 0 });
});

it('notifies of a member that leaves because of $disconnect', async () => {
  await using service = await startService();
  await join(service, 'a=');
  await join(service, 'b=');
  await service.post('/disconnect', 'b=').expect(200);
  await service.post('/disconnect', 'b=').expect(200);
  await join(service, 'c=');
  expect(await noticesTo(service, 'a=', 3)).toEqual([
    notice('joined', 'b='),
    notice('left', 'b='),
    notice('joined', 'c='),
  ]);
});

it('notifies of a member that turns out to be gone at a post, in each of its channels', async () => {
  await using service = await startService();
  for (const channel of ['presence:1', 'presence:2', 'news']) {
    await join(service, 'a=', channel);
    await join(service, 'b=', channel);
  }
  await noticesTo(service, 'a=', 2);
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'b=' ? 'gone' : 'accepted');
  await service.send('a=', { action: 'publish', channel: 'news', data: 1 }).expect(200);
  const notices = (await noticesTo(service, 'a=', 4)) as { channel: string; data: object }[];
  expect(
    notices
      .slice(2)
      .map(({ channel }) => channel)
      .toSorted(),
  ).toEqual(['presence:1', 'presence:2']);
  expect(notices[3]).toMatchObject({ data: { event: 'left', connectionId: 'b=' } });
});

it('notifies of a member that a sweep forgets, with its user id', async () => {
  await using service = await startService({ AUTH: 'authorizer' });
  for (const user of ['alice', 'bob']) {
    await service.post('/connect', `${user}=`).set('UserId', user).expect(200);
    await join(service, `${user}=`);
  }
  await service.app.get(ConnectionsService).forget('bob=' as ConnectionId);
  expect(await noticesTo(service, 'alice=', 2)).toMatchObject([
    { data: { event: 'joined', connectionId: 'bob=', userId: 'bob' } },
    { data: { event: 'left', connectionId: 'bob=', userId: 'bob' } },
  ]);
});

it('sends no notices in channels outside MEMBER_NOTICES, or with more than MEMBER_NOTICES_MEMBERS', async () => {
  await using service = await startService({ MEMBER_NOTICES: 'room:', MEMBER_NOTICES_MEMBERS: '2' });
  await join(service, 'a=');
  await join(service, 'b=');
  for (const member of ['a=', 'b=', 'c=', 'd=']) await join(service, member, 'room:1');
  await service.post('/disconnect', 'd=').expect(200);
  await service.post('/disconnect', 'c=').expect(200);
  // with c there were three, with c gone there are two
  const notices = await noticesTo(service, 'a=', 2);
  expect(notices).toMatchObject([
    { channel: 'room:1', data: { event: 'joined', connectionId: 'b=' } },
    { channel: 'room:1', data: { event: 'left', connectionId: 'c=' } },
  ]);
});

it('does not fail anything when notices cannot be sent', async () => {
  await using service = await startServiceWith(['a=', 'b=', 'c=']);
  await join(service, 'a=');
  const store = service.app.get(Store);
  const countMembers = store.memberships.countMembers.bind(store.memberships);
  const { promise: failed, resolve } = Promise.withResolvers<void>();
  store.memberships.countMembers = () => {
    resolve();
    return Promise.reject(new Error('store away'));
  };
  await join(service, 'b=');
  await failed;
  store.memberships.countMembers = countMembers;
  await join(service, 'c=');
  expect(await noticesTo(service, 'a=', 1)).toEqual([notice('joined', 'c=')]);
  expect(service.endpoint.messagesTo('b=')[0]).toMatchObject({ type: 'joined' });
  expect(service.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: 'member notice not sent' }),
  );
});

it('replies to a join while a slow member is being notified', async () => {
  await using service = await startService();
  await join(service, 'slow=');
  const { promise: release, resolve } = Promise.withResolvers<'accepted'>();
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'slow=' ? release : 'accepted');
  await join(service, 'b=');
  await join(service, 'c=');
  expect(await noticesTo(service, 'b=', 1)).toEqual([notice('joined', 'c=')]);
  resolve('accepted');
  expect(await noticesTo(service, 'slow=', 2)).toEqual([notice('joined', 'b='), notice('joined', 'c=')]);
});
