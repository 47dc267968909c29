import { describe, expect, it, vi } from 'vitest';
import { type ChannelName } from '../../../../src/api/messages.js';
import { ShardWorker } from '../../../../src/nest/channels/fan-out/shard-worker.js';
import { Store } from '../../../../src/nest/store/store.js';
import { type Answer } from '../../../support/connections-endpoint.js';
import { startService, type TestService } from '../../../support/service-app.js';
import { fillChannel, member } from '../members-of-channel.js';

const news = 'news' as ChannelName;
const publish = { action: 'publish', channel: news, data: 'hi', id: 1 };

/** To whom the message went, in the order of the ids. */
const sentTo = ({ endpoint }: TestService) =>
  endpoint.posts
    .filter(({ data }) => data.includes('"message"'))
    .map(({ connectionId }) => connectionId)
    .toSorted();

/** Holds back what goes to members until it is told; answers to the publisher are accepted at once. */
function holdMessages({ endpoint }: TestService): { letGo(): void } {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  endpoint.answer = ({ data }) => (data.includes('"message"') ? promise : 'accepted');
  return { letGo: () => resolve('accepted') };
}

it('sends at once to so many members as fit into a shard, and answers after that', async () => {
  await using service = await startService({ FANOUT_SHARD_MEMBERS: '10' });
  const members = await fillChannel(service.app.get(Store), news, 10);
  await service.send(member(0), publish).expect(200);
  expect(sentTo(service)).toEqual(members);
  expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'published', recipients: 10 }));
  expect(service.app.get(ShardWorker).counts.finished).toBe(0);
});

it('answers a publisher to more members as soon as its message is in shards', async () => {
  await using service = await startService({ FANOUT_SHARD_MEMBERS: '10', CALLBACK_CONCURRENCY: '100' });
  await fillChannel(service.app.get(Store), news, 35);
  const messages = holdMessages(service);
  // no member has it when the publisher, who may also be one of them, is answered
  await service.send('publisher=', { action: 'join', channel: news });
  service.app.get(ShardWorker).stopTaking();
  await service.send('publisher=', publish).expect(200);
  expect(service.endpoint.messagesTo('publisher=')).toContainEqual(
    expect.objectContaining({ type: 'published', offset: 1 }),
  );
  expect(sentTo(service)).toEqual([]);
  expect(await service.app.get(Store).countShards()).toBeGreaterThanOrEqual(3);
  messages.letGo();
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      msg: 'published in shards',
      channel: news,
      offset: 1,
      shards: expect.any(Number) as number,
    }),
  );
});

it('brings a message in shards to every member once', async () => {
  // so seldom that only who puts shards looks for them
  await using service = await startService({ FANOUT_SHARD_MEMBERS: '10', FANOUT_POLL_MS: '60000' });
  const members = await fillChannel(service.app.get(Store), news, 95);
  await service.send(member(7), publish).expect(200);
  await expect.poll(() => service.app.get(Store).countShards(), { interval: 5, timeout: 5000 }).toBe(0);
  expect(sentTo(service)).toEqual(members);
  const sent = service.lines.filter(({ msg }) => msg === 'shard sent');
  expect(sent.reduce((sum, { delivered }) => sum + Number(delivered), 0)).toBe(95);
  expect(sent[0]).toMatchObject({ channel: news, offset: 1, takes: 1, failed: 0 });
  // what nobody has asked for belongs to no request
  expect(sent[0]).not.toHaveProperty('connectionId');
  expect(service.app.get(ShardWorker).counts).toEqual({
    finished: sent.length,
    handedBack: 0,
    lost: 0,
    givenUp: 0,
  });
});

it('lets another task send what this one does not', async () => {
  await using one = await startService({ FANOUT_SHARD_MEMBERS: '10', FANOUT_POLL_MS: '10' });
  one.app.get(ShardWorker).stopTaking();
  const members = await fillChannel(one.app.get(Store), news, 30);
  await using other = await startService({
    DATA_DIR: one.dataDir,
    WS_API_ENDPOINT: one.endpoint.url,
    FANOUT_POLL_MS: '10',
  });
  await one.send(member(0), publish).expect(200);
  await expect.poll(() => one.app.get(Store).countShards(), { interval: 5, timeout: 5000 }).toBe(0);
  expect(sentTo(one)).toEqual(members);
  expect(other.app.get(ShardWorker).counts.finished).toBeGreaterThan(0);
});

describe('while too many shards are unfinished', () => {
  const settings = { FANOUT_SHARD_MEMBERS: '10', FANOUT_PENDING_SHARDS: '10' };

  it('refuses what would be cut into more of them, and keeps nothing of it', async () => {
    await using service = await startService(settings);
    const store = service.app.get(Store);
    service.app.get(ShardWorker).stopTaking();
    await fillChannel(store, news, 45);
    const publishTimes = async (times: number) => {
      for (let n = 0; n < times; n += 1) await service.send(member(0), { ...publish, id: n }).expect(200);
    };
    await publishTimes(4);
    const { offset } = await store.position(news);
    expect(offset).toBeLessThan(4);
    // the last of those that there was room for may have been more than there was room for, but not by much
    expect(await store.countShards()).toBeLessThanOrEqual(10 + 5);
    expect(service.endpoint.messagesTo(member(0))).toContainEqual(
      expect.objectContaining({ type: 'error', code: 'overloaded', id: 3 }),
    );
    expect(await store.readLog(news, 0, 10)).toHaveLength(offset);
  });

  it('goes on with what needs none, and with the rest once they are sent', async () => {
    await using service = await startService(settings);
    const store = service.app.get(Store);
    service.app.get(ShardWorker).stopTaking();
    // put by another task
    await store.putShards(Array.from({ length: 10 }, () => 'unreadable'));
    await fillChannel(store, news, 11);
    await service.send(member(0), publish).expect(200);
    expect(service.endpoint.messagesTo(member(0)).at(-1)).toMatchObject({ code: 'overloaded' });

    const few = 'few' as ChannelName;
    await service.send(member(0), { action: 'join', channel: few });
    await service.send(member(0), { ...publish, channel: few });
    expect(service.endpoint.messagesTo(member(0)).at(-1)).toMatchObject({ type: 'published', channel: few });

    for (let shard = await store.takeShard(1000); shard; shard = await store.takeShard(1000)) {
      await store.finishShard(shard);
    }
    const isPublished = async () => {
      await service.send(member(0), publish);
      expect(service.endpoint.messagesTo(member(0)).at(-1)).toMatchObject({ type: 'published', offset: 1 });
    };
    await vi.waitFor(isPublished, { timeout: 3000, interval: 100 });
  });
});
