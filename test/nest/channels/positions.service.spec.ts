import { expect, it } from 'vitest';
import { type ChannelName, type ServerMessage } from '../../../src/api/messages.js';
import { QUOTAS } from '../../../src/api/quotas.js';
import { LogStore, type Position } from '../../../src/nest/store/log-store.js';
import { MembershipStore } from '../../../src/nest/store/membership-store.js';
import { startService, startServiceWith, type TestService } from '../../support/service-app.js';

const news = 'news' as ChannelName;
const sports = 'sports' as ChannelName;
const keepAll = { messages: 100, ageMs: 60_000 };

async function joined(service: TestService, channel: string): Promise<Position> {
  await service.send('a=', { action: 'join', channel });
  const { epoch, offset } = service.endpoint.messagesTo('a=').at(-1) as Position;
  return { epoch, offset };
}

/** Appends as another task does whose delivery is lost. */
const append = (service: TestService, channel: ChannelName) =>
  service.app.get(LogStore).append(channel, '{"data":1}', keepAll);

async function ping(service: TestService, positions?: unknown): Promise<ServerMessage & { type: 'pong' }> {
  await service.send('a=', { action: 'ping', id: 1, positions }).expect(200);
  return service.endpoint.messagesTo('a=').at(-1) as ServerMessage & { type: 'pong' };
}

it('names the channels whose log is ahead of the client', async () => {
  await using service = await startServiceWith(['a=']);
  const atNews = await joined(service, news);
  const atSports = await joined(service, sports);
  const positions = { [news]: atNews, [sports]: atSports };
  expect(await ping(service, positions)).toEqual({ type: 'pong', id: 1, behind: [] });
  await append(service, sports);
  expect(await ping(service, positions)).toEqual({
    type: 'pong',
    id: 1,
    behind: [{ channel: sports, ...atSports, offset: atSports.offset + 1 }],
  });
});

it('names a channel whose log has another epoch, with its position', async () => {
  await using service = await startServiceWith(['a=']);
  const atNews = await joined(service, news);
  const { behind } = await ping(service, { [news]: { epoch: 'earlier', offset: 1_000_000_000 } });
  expect(behind).toEqual([{ channel: news, ...atNews }]);
});

it('does not name a channel in which the client is ahead: a message may be delivered before it is read here', async () => {
  await using service = await startServiceWith(['a=']);
  const { epoch, offset } = await joined(service, news);
  expect((await ping(service, { [news]: { epoch, offset: offset + 1 } })).behind).toEqual([]);
});

it('says nothing of channels of which the connection is not a member', async () => {
  await using service = await startServiceWith(['a=']);
  const { epoch } = await joined(service, news);
  await service.send('a=', { action: 'leave', channel: news });
  await append(service, news);
  await append(service, sports);
  const { behind } = await ping(service, {
    [news]: { epoch, offset: 0 },
    [sports]: { epoch: 'any', offset: 0 },
    never: { epoch: 'any', offset: 0 },
  });
  expect(behind).toEqual([]);
  // and begins no log
  expect(await service.app.get(LogStore).findPosition('never' as ChannelName)).toBeUndefined();
});

it('begins the log of a member anew if the store has lost it', async () => {
  await using service = await startServiceWith(['a=']);
  const atNews = await joined(service, news);
  const logs = service.app.get(LogStore);
  logs.findPositions = async () => new Map();
  logs.position = async () => ({ epoch: 'new', offset: 0 });
  expect((await ping(service, { [news]: atNews })).behind).toEqual([
    { channel: news, epoch: 'new', offset: 0 },
  ]);
});

it('names what fits into a message, and the rest to the next ping', async () => {
  await using service = await startService({ CHANNELS_PER_CONNECTION: '1000' });
  await service.post('/connect', 'a=').expect(200);
  const channels = Array.from(
    { length: 600 },
    (_, index) => `${index}-${'n'.repeat(250 - String(index).length)}` as ChannelName,
  );
  const memberships = service.app.get(MembershipStore);
  for (const channel of channels) await memberships.join(channel, 'a=' as never, 1000);
  const positions = Object.fromEntries(channels.map((channel) => [channel, { epoch: 'e', offset: 0 }]));
  // the request is within the limit of a message
  while (Buffer.byteLength(JSON.stringify(positions)) > QUOTAS.messageBytes - 200) {
    delete positions[Object.keys(positions)[0]!];
  }
  const asked = Object.keys(positions);
  const { behind } = await ping(service, positions);
  const first = behind!.map(({ channel }) => channel);
  expect(first.length).toBeGreaterThan(350);
  expect(first.length).toBeLessThan(asked.length);
  for (const channel of first) delete positions[channel];
  const second = (await ping(service, positions)).behind!.map(({ channel }) => channel);
  expect([...first, ...second].toSorted()).toEqual(asked.toSorted());
});

it('reads the store in a ping without positions only to record its activity', async () => {
  await using service = await startServiceWith(['a=']);
  await joined(service, news);
  const fail = () => {
    throw new Error('read');
  };
  service.app.get(MembershipStore).findMemberships = fail;
  service.app.get(LogStore).findPositions = fail;
  expect(await ping(service)).toEqual({ type: 'pong', id: 1 });
  expect(await ping(service, {})).toEqual({ type: 'pong', id: 1, behind: [] });
});

it('reads memberships once and positions once, for any number of channels', async () => {
  await using service = await startServiceWith(['a=']);
  const positions: Record<string, Position> = {};
  for (let n = 0; n < 50; n += 1) positions[`c${n}`] = await joined(service, `c${n}`);
  const memberships = service.app.get(MembershipStore);
  const logs = service.app.get(LogStore);
  const calls: string[] = [];
  const find = memberships.findMemberships.bind(memberships);
  memberships.findMemberships = (...args) => {
    calls.push('memberships');
    return find(...args);
  };
  const findPositions = logs.findPositions.bind(logs);
  logs.findPositions = (channels) => {
    calls.push(`positions of ${channels.length}`);
    return findPositions(channels);
  };
  expect((await ping(service, positions)).behind).toEqual([]);
  expect(calls).toEqual(['memberships', 'positions of 50']);
});
