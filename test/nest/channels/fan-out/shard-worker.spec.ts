import { describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../../src/api/integration.js';
import { type ChannelName } from '../../../../src/api/messages.js';
import { writeContent, writeProgress } from '../../../../src/nest/channels/fan-out/channel-delivery.js';
import { ShardWorker } from '../../../../src/nest/channels/fan-out/shard-worker.js';
import { type Constants } from '../../../../src/nest/config/constants.js';
import { frame } from '../../../../src/nest/connections/frame.js';
import { StoreUnavailableError } from '../../../../src/nest/store/store.errors.js';
import { Store } from '../../../../src/nest/store/store.js';
import { type Answer } from '../../../support/connections-endpoint.js';
import { startService, type TestService } from '../../../support/service-app.js';
import { fillChannel, member } from '../members-of-channel.js';

const news = 'news' as ChannelName;
const away = () => new StoreUnavailableError('it is away');

/** The whole channel as one shard of a message. */
const wholeChannel = (offset = 1) =>
  writeContent({
    channel: news,
    offset,
    range: {},
    frame: frame({ type: 'message', channel: news, offset, data: 'hi' }),
  });

/** A task that looks for shards only when it is woken, and a channel with this number of members. */
async function startTask(
  members: number,
  settings: NodeJS.ProcessEnv = {},
  constants: Partial<Constants> = {},
) {
  const service = await startService(settings, undefined, { pollMs: 60_000, ...constants });
  const store = service.app.get(Store);
  return {
    service,
    store,
    worker: service.app.get(ShardWorker),
    members: await fillChannel(store, news, members),
  };
}

/** Simulates a task that takes a shard, sends up to `after` and is killed: its lease has ended. */
async function takeAndDie(store: Store, after: ConnectionId): Promise<void> {
  const shard = (await store.shards.takeShard(1000))!;
  await store.shards.renewShard(shard, 0, writeProgress({ after, heardOfTake: shard.takes }));
}

/** In the order of the ids. */
const sentTo = ({ endpoint }: TestService) =>
  endpoint.posts.map(({ connectionId }) => connectionId).toSorted();

const messagesIn = ({ lines }: TestService) => lines.map(({ msg }) => msg);

async function isDone(store: Store): Promise<void> {
  await vi.waitFor(async () => expect(await store.shards.countShards()).toBe(0), {
    interval: 5,
    timeout: 30_000,
  });
}

it('sends no further slice once its lease has ended by its own clock, as after a suspension', async () => {
  const { service, store, worker } = await startTask(400, { CALLBACK_CONCURRENCY: '4' }, { leaseMs: 60_000 });
  await using _ = service;
  const { promise: answer, resolve: accept } = Promise.withResolvers<Answer>();
  const { promise: haveBegun, resolve: begun } = Promise.withResolvers<void>();
  service.endpoint.answer = () => {
    begun();
    return answer;
  };
  await store.shards.putShards([wholeChannel()]);
  worker.wake();
  await haveBegun;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
  try {
    accept('accepted');
    await expect.poll(() => worker.counts.lost, { timeout: 30_000 }).toBe(1);
  } finally {
    clock.mockRestore();
  }
  expect(sentTo(service).length).toBeLessThan(100);
});

// not concurrent with others: deliveries in flight have 2 s to end
it('hands its shards back when it stops, and another task continues without sending twice', async () => {
  const { service, store, worker, members } = await startTask(400, { CALLBACK_CONCURRENCY: '4' });
  await using _ = service;
  const { promise: answer, resolve: accept } = Promise.withResolvers<Answer>();
  const { promise: haveBegun, resolve: begun } = Promise.withResolvers<void>();
  service.endpoint.answer = () => {
    begun();
    return answer;
  };
  await store.shards.putShards([wholeChannel()]);
  worker.wake();
  await haveBegun;
  const handedBack = worker.handBack();
  accept('accepted');
  await handedBack;
  const first = sentTo(service).length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(400);
  expect(worker.counts).toMatchObject({ finished: 0, handedBack: 1 });

  await using other = await startService({
    DATA_DIR: service.dataDir,
    WS_API_ENDPOINT: service.endpoint.url,
  });
  await isDone(store);
  expect(other.app.get(ShardWorker).counts.finished).toBe(1);
  expect(sentTo(service).toSorted()).toEqual(members);
});

describe.concurrent('a task', () => {
  it('continues after the last member that a killed task had reached', async () => {
    const { service, store, worker, members } = await startTask(20);
    await using _ = service;
    await store.shards.putShards([wholeChannel()]);
    await takeAndDie(store, member(4));
    worker.wake();
    await isDone(store);
    expect(sentTo(service)).toEqual(members.slice(5));
  });

  it('skips members that joined after the message', async () => {
    const { service, store, worker } = await startTask(5);
    await using _ = service;
    await store.logs.append(news, '"a"', { messages: 10, ageMs: 60_000 });
    await store.connections.putConnection({
      connectionId: 'late=' as ConnectionId,
      connectedAt: 0,
      expiresAt: Date.now() + 60_000,
    });
    await store.memberships.join(news, 'late=' as ConnectionId, 10);
    await store.shards.putShards([wholeChannel(1)]);
    worker.wake();
    await isDone(store);
    expect(sentTo(service)).toHaveLength(5);
    expect(sentTo(service)).not.toContain('late=');
  });

  it('does not wait for a member that does not respond when it stops: from there on, the shard is sent again', async () => {
    const { service, store, worker } = await startTask(30, {
      CALLBACK_REQUEST_TIMEOUT_MS: '29000',
      CALLBACK_DEADLINE_MS: '28000',
    });
    await using _ = service;
    const { promise: answer, resolve: accept } = Promise.withResolvers<Answer>();
    const { promise: areSent, resolve: sent } = Promise.withResolvers<void>();
    service.endpoint.answer = ({ connectionId }) => {
      if (service.endpoint.posts.length === 30) sent();
      return connectionId === member(20) ? answer : 'accepted';
    };
    await store.shards.putShards([wholeChannel()]);
    worker.wake();
    await areSent;
    const startedAt = performance.now();
    await worker.handBack();
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect((await store.shards.takeShard(1000))?.progress).toBe(
      writeProgress({ after: member(19), heardOfTake: 1 }),
    );
    accept('accepted');
  });

  it('stops sending a shard that no longer belongs to it', async () => {
    const { service, store, worker } = await startTask(
      1000,
      { CALLBACK_CONCURRENCY: '4' },
      { leaseMs: 1000 },
    );
    await using _ = service;
    const { promise: answer, resolve: accept } = Promise.withResolvers<Answer>();
    service.endpoint.answer = () => answer;
    const renewed = Promise.withResolvers<boolean>();
    await store.shards.putShards([wholeChannel()]);
    vi.spyOn(store.shards, 'renewShard').mockImplementation(async () => {
      renewed.resolve(false);
      return false;
    });
    worker.wake();
    await renewed.promise;
    accept('accepted');
    await vi.waitFor(() => expect(worker.counts).toMatchObject({ lost: 1, finished: 0 }), {
      interval: 5,
      timeout: 30_000,
    });
    expect(sentTo(service).length).toBeLessThan(1000);
    expect(await store.shards.countShards()).toBe(1);
  });

  it('keeps a shard for as long as it takes, and records its progress', async () => {
    const { service, store, worker } = await startTask(
      20,
      { CALLBACK_REQUEST_TIMEOUT_MS: '29000', CALLBACK_DEADLINE_MS: '28000' },
      // short enough for the test, and longer than a busy machine delays a renewal
      { leaseMs: 4000 },
    );
    await using _ = service;
    const { promise: answer, resolve: accept } = Promise.withResolvers<Answer>();
    service.endpoint.answer = ({ connectionId }) => (connectionId === member(10) ? answer : 'accepted');
    const renewShard = vi.spyOn(store.shards, 'renewShard');
    await store.shards.putShards([wholeChannel()]);
    worker.wake();
    // longer than the first lease
    await vi.waitFor(() => expect(renewShard).toHaveBeenCalledTimes(4), { interval: 20, timeout: 30_000 });
    expect(renewShard.mock.calls[3]?.[2]).toBe(writeProgress({ after: member(9), heardOfTake: 1 }));
    expect(await store.shards.takeShard(1000)).toBeUndefined();
    accept('accepted');
    await isDone(store);
    expect(sentTo(service)).toHaveLength(20);
  });

  it('continues after the store failed to give a shard, to read members, or to finish', async () => {
    const { service, store, worker, members } = await startTask(10);
    await using _ = service;
    await store.shards.putShards([wholeChannel()]);
    vi.spyOn(store.shards, 'takeShard').mockRejectedValueOnce(away());
    vi.spyOn(store.memberships, 'members').mockImplementationOnce(() => {
      throw away();
    });
    vi.spyOn(store.shards, 'finishShard').mockRejectedValueOnce(away());
    for (const msg of ['shards not taken', 'shard not sent, handed back', 'shard not finished']) {
      worker.wake();
      await vi.waitFor(() => expect(messagesIn(service)).toContain(msg), { interval: 5, timeout: 30_000 });
    }
    await isDone(store);
    expect(sentTo(service)).toEqual(members);
  });

  it('gives up a shard after five tasks took it and crashed', async () => {
    const { service, store, worker } = await startTask(3);
    await using _ = service;
    await store.shards.putShards([wholeChannel()]);
    for (let task = 0; task < 5; task++) await store.shards.takeShard(0);
    worker.wake();
    await isDone(store);
    expect(sentTo(service)).toEqual([]);
    expect(worker.counts.givenUp).toBe(1);
    expect(messagesIn(service)).toContain('shard given up');
  });

  it('never gives up a shard that was handed back', async () => {
    const { service, store, worker } = await startTask(3);
    await using _ = service;
    await store.shards.putShards([wholeChannel()]);
    for (let task = 1; task <= 6; task++) {
      const shard = (await store.shards.takeShard(1000))!;
      await store.shards.releaseShard(shard, writeProgress({ after: member(0), heardOfTake: task }));
    }
    worker.wake();
    await isDone(store);
    expect(sentTo(service)).toEqual([member(1), member(2)]);
  });
});
