import { describe, expect, it, vi } from 'vitest';
import { type ChannelName } from '../../../../src/api/messages.js';
import { ShardWorker } from '../../../../src/nest/channels/fan-out/shard-worker.js';
import { ShardStore } from '../../../../src/nest/store/shard-store.js';
import { Store } from '../../../../src/nest/store/store.js';
import { type Answer } from '../../../support/connections-endpoint.js';
import { startService, type TestService } from '../../../support/service-app.js';
import { fillChannel, member } from '../members-of-channel.js';

const news = 'news' as ChannelName;
const publish = { action: 'publish', channel: news, data: 'hi', id: 1 };

/** The recipients of the message, in the order of their ids. */
const sentTo = ({ endpoint }: TestService) =>
  endpoint.posts
    .filter(({ data }) => data.includes('"message"'))
    .map(({ connectionId }) => connectionId)
    .toSorted();

/** Delays messages to members until it is released; replies to the publisher are accepted at once. */
function holdMessages({ endpoint }: TestService): { letGo(): void } {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  endpoint.answer = ({ data }) => (data.includes('"message"') ? promise : 'accepted');
  return { letGo: () => resolve('accepted') };
}

it('sends to the members of one shard itself, and replies afterwards', async () => {
  await using service = await startService({ FANOUT_SHARD_MEMBERS: '10' });
  const members = await fillChannel(service.app.get(Store), news, 10);
  await service.send(member(0), publish).expect(200);
  expect(sentTo(service)).toEqual(members);
  expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'published', recipients: 10 }));
  expect(service.app.get(ShardWorker).counts.finished).toBe(0);
});

it('replies to a publisher to more members as soon as its message is in shards', async () => {
  await using service = await startService({ FANOUT_SHARD_MEMBERS: '10', CALLBACK_CONCURRENCY: '100' });
  await fillChannel(service.app.get(Store), news, 35);
  const messages = holdMessages(service);
  // no member has the message when the publisher, itself a member, gets the reply
  await service.send('publisher=', { action: 'join', channel: news });
  service.app.get(ShardWorker).stopTaking();
  await service.send('publisher=', publish).expect(200);
  expect(service.endpoint.messagesTo('publisher=')).toContainEqual(
    expect.objectContaining({ type: 'published', offset: 1 }),
  );
  expect(sentTo(service)).toEqual([]);
  expect(await service.app.get(ShardStore).countShards()).toBeGreaterThanOrEqual(3);
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

it('sends a message in shards to every member once', async () => {
  // a long poll interval, so that only the task that puts shards looks for them
  await using service = await startService({ FANOUT_SHARD_MEMBERS: '10' }, undefined, { pollMs: 60_000 });
  const members = await fillChannel(service.app.get(Store), news, 95);
  await service.send(member(7), publish).expect(200);
  await expect
    .poll(() => service.app.get(ShardStore).countShards(), { interval: 5, timeout: 30_000 })
    .toBe(0);
  expect(sentTo(service)).toEqual(members);
  const sent = service.lines.filter(({ msg }) => msg === 'shard sent');
  expect(sent.reduce((sum, { delivered }) => sum + Number(delivered), 0)).toBe(95);
  expect(sent[0]).toMatchObject({ channel: news, offset: 1, takes: 1, failed: 0 });
  // background work belongs to no request
  expect(sent[0]).not.toHaveProperty('connectionId');
  expect(service.app.get(ShardWorker).counts).toEqual({
    finished: sent.length,
    handedBack: 0,
    lost: 0,
    givenUp: 0,
  });
});

it('lets another task send the shards that this one does not take', async () => {
  await using one = await startService({ FANOUT_SHARD_MEMBERS: '10' }, undefined, { pollMs: 10 });
  one.app.get(ShardWorker).stopTaking();
  const members = await fillChannel(one.app.get(Store), news, 30);
  await using other = await startService(
    { DATA_DIR: one.dataDir, WS_API_ENDPOINT: one.endpoint.url },
    undefined,
    { pollMs: 10 },
  );
  await one.send(member(0), publish).expect(200);
  await expect.poll(() => one.app.get(ShardStore).countShards(), { interval: 5, timeout: 30_000 }).toBe(0);
  expect(sentTo(one)).toEqual(members);
  expect(other.app.get(ShardWorker).counts.finished).toBeGreaterThan(0);
});

describe('while too many shards are unfinished', () => {
  const start = async () => startService({ FANOUT_SHARD_MEMBERS: '10' }, undefined, { pendingShards: 10 });

  it('refuses a message that needs more shards, and does not append it', async () => {
    await using service = await start();
    const store = service.app.get(Store);
    service.app.get(ShardWorker).stopTaking();
    await fillChannel(store, news, 45);
    const publishTimes = async (times: number) => {
      for (let n = 0; n < times; n += 1) await service.send(member(0), { ...publish, id: n }).expect(200);
    };
    await publishTimes(4);
    const { offset } = await store.logs.position(news);
    expect(offset).toBeLessThan(4);
    // the last accepted message may exceed the limit a little
    expect(await store.shards.countShards()).toBeLessThanOrEqual(10 + 5);
    expect(service.endpoint.messagesTo(member(0))).toContainEqual(
      expect.objectContaining({ type: 'error', code: 'overloaded', id: 3 }),
    );
    expect(await store.logs.readLog(news, 0, 10)).toHaveLength(offset);
  });

  it('accepts messages that need no shards, and the others once the shards are sent', async () => {
    await using service = await start();
    const store = service.app.get(Store);
    service.app.get(ShardWorker).stopTaking();
    // put by another task
    await store.shards.putShards(Array.from({ length: 10 }, () => 'unreadable'));
    await fillChannel(store, news, 11);
    await service.send(member(0), publish).expect(200);
    expect(service.endpoint.messagesTo(member(0)).at(-1)).toMatchObject({ code: 'overloaded' });

    const few = 'few' as ChannelName;
    await service.send(member(0), { action: 'join', channel: few });
    await service.send(member(0), { ...publish, channel: few });
    expect(service.endpoint.messagesTo(member(0)).at(-1)).toMatchObject({ type: 'published', channel: few });

    for (let shard = await store.shards.takeShard(1000); shard; shard = await store.shards.takeShard(1000)) {
      await store.shards.finishShard(shard);
    }
    const isPublished = async () => {
      await service.send(member(0), publish);
      expect(service.endpoint.messagesTo(member(0)).at(-1)).toMatchObject({ type: 'published', offset: 1 });
    };
    await vi.waitFor(isPublished, { timeout: 30_000, interval: 100 });
  });
});
