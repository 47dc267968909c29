import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../../src/api/integration.js';
import { type ChannelName, type JsonText, type ServerMessage } from '../../../../src/api/messages.js';
import { QUOTAS } from '../../../../src/api/quotas.js';
import { ChannelsService } from '../../../../src/nest/channels/channels.service.js';
import { LogStore } from '../../../../src/nest/store/log-store.js';
import { MembershipStore } from '../../../../src/nest/store/membership-store.js';
import { Store } from '../../../../src/nest/store/store.js';
import { startService, startServiceWith, type TestService } from '../../../support/service-app.js';

const news = 'news' as ChannelName;
type Joined = ServerMessage & { type: 'joined' };
type Received = ServerMessage & { type: 'message'; offset: number };

/** Publishes as another member. */
async function publish(service: TestService, count: number, data: unknown = 'x'): Promise<void> {
  await service.send('publisher=', { action: 'join', channel: news });
  const sender = { connectionId: 'publisher=' as ConnectionId };
  const text = JSON.stringify(data) as JsonText;
  for (let n = 0; n < count; n += 1) await service.app.get(ChannelsService).publish(news, sender, text);
}

async function resume(service: TestService, connectionId: string, since: object): Promise<void> {
  await service.send(connectionId, { action: 'join', channel: news, since, id: 'r' }).expect(200);
}

const position = async (service: TestService) => service.app.get(LogStore).position(news);

/** What this connection got: the number of messages in each post, their offsets, and the reply. */
function got(service: TestService, connectionId: string) {
  const posts = service.endpoint.messagesTo(connectionId) as (ServerMessage | ServerMessage[])[];
  const messages = posts.flat().filter((message): message is Received => message.type === 'message');
  return {
    arrays: posts.filter((post) => Array.isArray(post)).map((post) => (post as []).length),
    offsets: messages.map(({ offset }) => offset),
    messages,
    answer: posts.flat().find(({ type }) => type === 'joined') as Joined | undefined,
    last: posts.flat().at(-1),
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

it('sends missed messages, in order and in one array, before the reply', async () => {
  await using service = await startService();
  await publish(service, 12, { text: 'hällo' });
  const { epoch } = await position(service);
  await resume(service, 'a=', { epoch, offset: 2 });
  const { arrays, offsets, messages, last } = got(service, 'a=');
  expect(arrays).toEqual([10]);
  expect(offsets).toEqual(range(3, 12));
  expect(messages[0]).toEqual({
    type: 'message',
    channel: news,
    offset: 3,
    data: { text: 'hällo' },
    from: 'publisher=',
  });
  expect(last).toEqual({
    type: 'joined',
    id: 'r',
    channel: news,
    epoch,
    offset: 12,
    recovered: true,
    replayed: 10,
  });
});

it('sends a single message without an array, and nothing if nothing was missed', async () => {
  await using service = await startService();
  await publish(service, 3);
  const { epoch } = await position(service);
  await resume(service, 'one=', { epoch, offset: 2 });
  await resume(service, 'none=', { epoch, offset: 3 });
  expect(got(service, 'one=')).toMatchObject({
    arrays: [],
    offsets: [3],
    answer: { recovered: true, replayed: 1 },
  });
  expect(got(service, 'none=')).toMatchObject({
    offsets: [],
    answer: { recovered: true, offset: 3, replayed: 0 },
  });
});

it('fills posts up to 32 KB, and sends a larger message alone', async () => {
  await using service = await startService();
  await publish(service, 7, 'x'.repeat(10_000));
  await publish(service, 1, 'x'.repeat(100_000));
  await publish(service, 120);
  const { epoch } = await position(service);
  await resume(service, 'a=', { epoch, offset: 0 });
  const { arrays, offsets, answer } = got(service, 'a=');
  expect(offsets).toEqual(range(1, 128));
  expect(answer!.replayed).toBe(128);
  // 3 × 10 KB, 3 × 10 KB, the seventh alone, 100 KB alone, the rest over three pages of the log
  expect(arrays).toEqual([3, 3, 120]);
  const sizes = service.endpoint.posts
    .filter(({ connectionId, data }) => connectionId === 'a=' && data.startsWith('['))
    .map(({ data }) => Buffer.byteLength(data));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(QUOTAS.batchBytes);
});

it('replays a message that an earlier version has stored, however deeply it is nested', async () => {
  await using service = await startServiceWith(['a=']);
  const data = '['.repeat(60_000) + ']'.repeat(60_000);
  await service.app.get(LogStore).append(news, `{"data":${data}}`, { messages: 10, ageMs: 60_000 });
  const { epoch } = await position(service);
  await resume(service, 'a=', { epoch, offset: 0 });
  expect(got(service, 'a=').answer).toMatchObject({ recovered: true });
  expect(service.endpoint.posts.find(({ connectionId }) => connectionId === 'a=')?.data).toContain(data);
});

it.each([
  ['another epoch', (epoch: string) => ({ epoch: `${epoch.slice(1)}x`, offset: 1 })],
  ['an offset that the log has not reached', (epoch: string) => ({ epoch, offset: 6 })],
  ['a huge offset', (epoch: string) => ({ epoch, offset: Number.MAX_SAFE_INTEGER })],
])('sends nothing for %s, says that it is not recovered, and makes it a member', async (_, sinceOf) => {
  await using service = await startService();
  // more than fits into the frame that waits for later messages
  await publish(service, 5, 'x'.repeat(20_000));
  const { epoch } = await position(service);
  await resume(service, 'a=', sinceOf(epoch));
  expect(got(service, 'a=')).toMatchObject({
    offsets: [],
    answer: { epoch, offset: 5, recovered: false, replayed: 0 },
  });
  await publish(service, 1);
  expect(got(service, 'a=').offsets).toEqual([6]);
});

it('says that it is not recovered when the log no longer has the next message', async () => {
  await using service = await startService({ HISTORY_MESSAGES: '3' });
  await publish(service, 5);
  const { epoch } = await position(service);
  await resume(service, 'late=', { epoch, offset: 1 });
  await resume(service, 'just=', { epoch, offset: 2 });
  expect(got(service, 'late=')).toMatchObject({ offsets: [], answer: { recovered: false } });
  expect(got(service, 'just=')).toMatchObject({ offsets: [3, 4, 5], answer: { recovered: true } });
});

it('keeps nothing in channels of HISTORY_OFF: only a client that missed nothing is recovered', async () => {
  await using service = await startService({ HISTORY_OFF: 'ne' });
  await publish(service, 2);
  const { epoch } = await position(service);
  expect(await service.app.get(LogStore).readLog(news, 0, 10)).toEqual([]);
  await resume(service, 'a=', { epoch, offset: 1 });
  await resume(service, 'b=', { epoch, offset: 2 });
  expect(got(service, 'a=')).toMatchObject({ offsets: [], answer: { recovered: false } });
  expect(got(service, 'b=')).toMatchObject({ offsets: [], answer: { recovered: true } });
});

it('keeps messages for HISTORY_SECONDS', async () => {
  await using service = await startService({ HISTORY_SECONDS: '60' });
  const retentions: unknown[] = [];
  const store = service.app.get(Store);
  const append = store.logs.append.bind(store.logs);
  store.logs.append = (channel, content, retention) => {
    retentions.push(retention);
    return append(channel, content, retention);
  };
  await publish(service, 1);
  expect(retentions).toEqual([{ messages: 1000, ageMs: 60_000 }]);
});

it('replays to a connection that is a member already, and changes nothing else', async () => {
  await using service = await startService();
  await service.send('a=', { action: 'join', channel: news });
  await publish(service, 3);
  const { epoch } = await position(service);
  const store = service.app.get(Store);
  const members = async () => (await Array.fromAsync(store.memberships.members(news))).flat();
  const before = await members();
  service.endpoint.posts.length = 0;
  await resume(service, 'a=', { epoch, offset: 1 });
  expect(got(service, 'a=')).toMatchObject({ offsets: [2, 3], answer: { recovered: true, offset: 3 } });
  expect(await members()).toEqual(before);
});

it('misses no message that is published while it catches up, joins and sends the rest', async () => {
  await using service = await startService();
  await publish(service, 130);
  const store = service.app.get(Store);
  const { epoch } = await position(service);
  // more is appended at each step, by another task: before the position is read, between the pages, around joining
  const more = async () => store.logs.append(news, '{"data":"more"}', { messages: 1000, ageMs: 60_000 });
  const wrap = <Contract extends LogStore | MembershipStore>(contract: Contract, method: keyof Contract) => {
    const original = (contract[method] as (...parameters: unknown[]) => Promise<unknown>).bind(contract);
    (contract[method] as unknown) = async (...parameters: unknown[]) => {
      await more();
      const result = await original(...parameters);
      await more();
      return result;
    };
  };
  wrap(store.logs, 'position');
  wrap(store.logs, 'readLog');
  wrap(store.memberships, 'join');
  await resume(service, 'a=', { epoch, offset: 10 });
  const { offsets, answer } = got(service, 'a=');
  expect(answer).toMatchObject({ recovered: true });
  expect(answer!.offset).toBeGreaterThan(136);
  expect(offsets).toEqual(range(11, answer!.offset));
});

it('catches up on many messages published in the meantime before it makes the connection a member', async () => {
  await using service = await startService();
  await publish(service, 100, 'x'.repeat(1000));
  const store = service.app.get(Store);
  const { epoch } = await position(service);
  const [join, readLog] = [
    store.memberships.join.bind(store.memberships),
    store.logs.readLog.bind(store.logs),
  ];
  let isFirst = true;
  store.logs.readLog = async (...parameters) => {
    if (isFirst) await publish(service, 80, 'x'.repeat(1000));
    isFirst = false;
    return readLog(...parameters);
  };
  let sentBefore = 0;
  store.memberships.join = (...parameters) => {
    sentBefore = got(service, 'a=').offsets.length;
    return join(...parameters);
  };
  await resume(service, 'a=', { epoch, offset: 0 });
  expect(got(service, 'a=').offsets).toEqual(range(1, 180));
  // all but the last frame, which was not full
  expect(sentBefore).toBeGreaterThan(120);
});

it('says that it is not recovered when the log begins anew during the replay', async () => {
  await using service = await startService();
  await publish(service, 3);
  const store = service.app.get(Store);
  const { epoch } = await position(service);
  const join = store.memberships.join.bind(store.memberships);
  store.memberships.join = async (...parameters) => {
    const outcome = await join(...parameters);
    return 'position' in outcome ? { ...outcome, position: { epoch: 'another', offset: 3 } } : outcome;
  };
  await resume(service, 'a=', { epoch, offset: 1 });
  expect(got(service, 'a=').answer).toMatchObject({ epoch: 'another', recovered: false });
});

it('sends messages published before it was a member ahead of newer ones', async () => {
  await using service = await startService();
  await publish(service, 2);
  const store = service.app.get(Store);
  const { epoch } = await position(service);
  const [join, readLog] = [
    store.memberships.join.bind(store.memberships),
    store.logs.readLog.bind(store.logs),
  ];
  let newer: Promise<unknown> | undefined;
  store.memberships.join = async (...parameters) => {
    // one message that the replay has not seen, and one that only the new member gets
    await service.send('publisher=', { action: 'publish', channel: news, data: 3 });
    const outcome = await join(...parameters);
    store.logs.readLog = async (...read) => {
      newer ??= service.send('publisher=', { action: 'publish', channel: news, data: 4 }).then((r) => r);
      // the publisher has got it, and the new member would have as well
      await isPosted(service, 'publisher=', 4);
      return readLog(...read);
    };
    return outcome;
  };
  await resume(service, 'a=', { epoch, offset: 1 });
  await newer;
  expect(got(service, 'a=').offsets).toEqual([2, 3, 4]);
  expect(got(service, 'a=').answer).toMatchObject({ offset: 3, recovered: true });
});

async function isPosted(service: TestService, connectionId: string, offset: number): Promise<void> {
  while (!got(service, connectionId).offsets.includes(offset)) await new Promise(setImmediate);
}

it('says that it is not recovered, and sends nothing, when a message between others is missing', async () => {
  await using service = await startService();
  await publish(service, 3);
  const store = service.app.get(Store);
  const { epoch } = await position(service);
  const readLog = store.logs.readLog.bind(store.logs);
  store.logs.readLog = async (...parameters) =>
    (await readLog(...parameters)).filter(({ offset }) => offset !== 2);
  await resume(service, 'a=', { epoch, offset: 0 });
  expect(got(service, 'a=')).toMatchObject({ offsets: [], answer: { offset: 3, recovered: false } });
});

it('says that it is not recovered when messages are removed during the replay', async () => {
  await using service = await startService();
  await publish(service, 60);
  const store = service.app.get(Store);
  const { epoch } = await position(service);
  const readLog = store.logs.readLog.bind(store.logs);
  store.logs.readLog = async (channel, after, limit) =>
    // the first message of the second page is removed
    (await readLog(channel, after, limit)).filter(({ offset }) => offset !== 51);
  await resume(service, 'a=', { epoch, offset: 0 });
  const { answer, offsets } = got(service, 'a=');
  expect(answer).toMatchObject({ offset: 60, recovered: false, replayed: offsets.length });
  expect(offsets).toEqual(range(1, offsets.length));
  expect(await store.memberships.isMember(news, 'a=' as ConnectionId)).toBe(true);
});

it('does not make a connection a member if its replay fails, so that it can try again', async () => {
  await using service = await startService();
  await publish(service, 100, 'x'.repeat(1000));
  const { epoch } = await position(service);
  let posts = 0;
  service.endpoint.answer = ({ connectionId }) =>
    connectionId === 'a=' && (posts += 1) === 2 ? 'forbidden' : 'accepted';
  await service.send('a=', { action: 'join', channel: news, since: { epoch, offset: 0 } });
  const { last, offsets } = got(service, 'a=');
  expect(last).toMatchObject({ type: 'error', code: 'internal_error' });
  expect(await service.app.get(MembershipStore).isMember(news, 'a=' as ConnectionId)).toBe(false);
  // the second post was refused
  const next = Math.ceil(offsets.length / 2);
  service.endpoint.posts.length = 0;
  await resume(service, 'a=', { epoch, offset: next });
  expect(got(service, 'a=')).toMatchObject({ offsets: range(next + 1, 100), answer: { recovered: true } });
});

it('stops when the client has left', async () => {
  await using service = await startService();
  await publish(service, 200, 'x'.repeat(1000));
  const { epoch } = await position(service);
  service.endpoint.answer = ({ connectionId }) => (connectionId === 'a=' ? 'gone' : 'accepted');
  await service.send('a=', { action: 'join', channel: news, since: { epoch, offset: 0 } }).expect(200);
  // the first frame, and the reply that no client gets
  expect(service.endpoint.posts.filter(({ connectionId }) => connectionId === 'a=')).toHaveLength(2);
  expect(await service.app.get(MembershipStore).countMembers(news)).toBe(1);
});

it('refuses a replay that takes too long, so that the client continues from its last message', async () => {
  await using service = await startService({ CALLBACK_DEADLINE_MS: '28000' });
  await publish(service, 120, 'x'.repeat(1000));
  const { epoch } = await position(service);
  // each post advances the clock, so that the test does not depend on the machine
  const now = performance.now.bind(performance);
  let passedMs = 0;
  performance.now = () => now() + passedMs;
  service.endpoint.answer = ({ connectionId, data }) => {
    if (connectionId === 'a=' && data.startsWith('[')) passedMs += 1500;
    return 'accepted';
  };
  try {
    await service
      .send('a=', { action: 'join', channel: news, since: { epoch, offset: 0 }, id: 'r' })
      .expect(200);
    const { offsets, last } = got(service, 'a=');
    expect(last).toMatchObject({ type: 'error', id: 'r', code: 'overloaded' });
    expect(offsets.length).toBeLessThan(120);
    service.endpoint.posts.length = 0;
    await resume(service, 'a=', { epoch, offset: offsets.at(-1)! });
    expect(got(service, 'a=').offsets[0]).toBe(offsets.length + 1);
  } finally {
    performance.now = now;
  }
});

it('runs one replay at a time for a connection that asks many times at once', async () => {
  await using service = await startService();
  await publish(service, 20, 'x'.repeat(1000));
  const { epoch } = await position(service);
  const store = service.app.get(Store);
  const readLog = store.logs.readLog.bind(store.logs);
  const touchConnection = store.connections.touchConnection.bind(store.connections);
  let [requests, reads, most] = [0, 0, 0];
  store.connections.touchConnection = (connectionId) => {
    requests += 1;
    return touchConnection(connectionId);
  };
  store.logs.readLog = async (...parameters) => {
    most = Math.max(most, (reads += 1));
    // until the last request has arrived
    for (let turns = 0; turns < 5; turns += Number(requests === 10)) await new Promise(setImmediate);
    const entries = await readLog(...parameters);
    reads -= 1;
    return entries;
  };
  await Promise.all(range(1, 10).map(() => resume(service, 'a=', { epoch, offset: 0 })));
  expect(most).toBe(1);
  expect(got(service, 'a=').offsets).toHaveLength(200);
});

it('replays nothing to a connection that may not join', async () => {
  await using service = await startServiceWith(['a=']);
  await service.app.get(LogStore).append('user:alice' as ChannelName, '{"data":"secret"}', {
    messages: 10,
    ageMs: 60_000,
  });
  const { epoch } = await service.app.get(LogStore).position('user:alice' as ChannelName);
  await service.send('a=', { action: 'join', channel: 'user:alice', since: { epoch, offset: 0 } });
  expect(service.endpoint.messagesTo('a=')).toMatchObject([{ type: 'error', code: 'not_permitted' }]);
});

it('begins no log for a channel that a connection may not join', async () => {
  await using service = await startServiceWith(['a='], { CHANNELS_PER_CONNECTION: '1' });
  await service.send('a=', { action: 'join', channel: 'first' });
  const since = { epoch: 'none', offset: 0 };
  await service.send('a=', { action: 'join', channel: 'sports', since });
  expect(service.endpoint.messagesTo('a=').at(-1)).toMatchObject({ code: 'too_many_channels' });
  expect(await service.app.get(LogStore).findPosition('sports' as ChannelName)).toBeUndefined();
});
