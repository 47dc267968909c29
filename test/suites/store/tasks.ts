import { expect, it } from 'vitest';
import { type UserId } from '../../../src/api/integration.js';
import { StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import {
  alice,
  atOnce,
  bob,
  hour,
  ids,
  idsOf,
  keepAll,
  listed,
  manyChannels,
  news,
  type OpenStore,
  second,
  sports,
  start,
  unicodeText,
} from './store-under-test.js';

/** Concurrency, several tasks, a restart, and an unreachable server. */
export function tasksShare(open: OpenStore): void {
  const userId = 'zoe' as UserId;
  const lease = 30 * second;

  it('handles 50 concurrent writers', async () => {
    await using opened = await open();
    const { store } = opened;
    const connectionIds = ids(50);
    await atOnce(50, async (index) => {
      const connectionId = connectionIds[index]!;
      await opened.put(connectionId, { userId });
      await store.join(news, connectionId, manyChannels);
      await store.join(sports, connectionId, manyChannels);
      await store.append(news, connectionId, keepAll);
      await store.leave(sports, connectionId);
      await store.putShards([connectionId]);
      await store.finishShard((await store.takeShard(lease))!);
      await store.reserve(connectionId, lease);
      if (index >= 40) await store.removeConnection(connectionId);
    });
    const remaining = connectionIds.slice(0, 40).toSorted();
    expect((await idsOf(store.members(news))).toSorted()).toEqual(remaining);
    expect((await idsOf(store.connectionsOf(userId))).toSorted()).toEqual(remaining);
    expect(await store.countMembers(news)).toBe(40);
    expect(await store.countMembers(sports)).toBe(0);
    expect(await store.counts()).toEqual({ connections: 40, channels: 1 });
    const read = await store.readLog(news, 0, 100);
    expect(read.map(({ content }) => content).toSorted()).toEqual(connectionIds.toSorted());
    expect((await store.position(news)).offset).toBe(50);
    expect(await store.countShards()).toBe(0);
  });

  it('shows every task the writes of another one at once', async ({ skip }) => {
    await using opened = await open();
    const { store: one, openBeside = () => skip('is the store of one process') } = opened;
    const other = await openBeside();
    await opened.put(alice, { userId });
    expect(await other.getConnection(alice)).toMatchObject({ userId });
    const { epoch } = await one.position(news);
    expect(await other.join(news, alice, manyChannels)).toEqual({
      kind: 'joined',
      position: { epoch, offset: 0 },
    });
    expect(await idsOf(one.members(news))).toEqual([alice]);
    expect(await one.append(news, 'by one', keepAll)).toEqual({ epoch, offset: 1 });
    expect(await other.append(news, 'by the other', keepAll)).toEqual({ epoch, offset: 2 });
    expect(await one.readLog(news, 0, 10)).toMatchObject([
      { content: 'by one' },
      { content: 'by the other' },
    ]);

    await one.putShards(['left behind']);
    const shard = (await one.takeShard(lease))!;
    expect(await other.takeShard(lease)).toBeUndefined();
    opened.clock.now = start + lease;
    expect(await other.takeShard(lease)).toEqual({ ...shard, takes: 2 });
    expect(await one.renewShard(shard, lease, 'further')).toBe(false);

    expect(await one.reserve('key', lease)).toBe('reserved');
    expect(await other.reserve('key', lease)).toEqual({ result: undefined });
    await one.keepResult('key', 'done', lease);
    expect(await other.reserve('key', lease)).toEqual({ result: 'done' });

    expect(await other.removeConnection(alice)).toEqual([news]);
    expect(await one.touchConnection(alice)).toBeUndefined();
    expect(await idsOf(one.members(news))).toEqual([]);
  });

  it('gives two concurrent tasks the same offsets and shards as one', async ({ skip }) => {
    await using opened = await open();
    const { store, openBeside = () => skip('is the store of one process') } = opened;
    const stores = [store, await openBeside()];
    const of = (index: number) => stores[index % 2]!;
    const contents = Array.from({ length: 20 }, (_, index) => `content ${index}`).toSorted();
    const positions = await atOnce(20, (index) => of(index).append(news, 'content', keepAll));
    expect(new Set(positions.map(({ epoch }) => epoch)).size).toBe(1);
    expect(new Set(positions.map(({ offset }) => offset)).size).toBe(20);
    expect((await store.position(news)).offset).toBe(20);
    await store.putShards(contents);
    const shards = await atOnce(20, (index) => of(index).takeShard(lease));
    expect(shards.flatMap((shard) => shard?.content ?? []).toSorted()).toEqual(contents);
    const reserved = await atOnce(20, (index) => of(index).reserve('key', lease));
    expect(reserved.filter((outcome) => outcome === 'reserved')).toHaveLength(1);
    await opened.connect(alice);
    const joined = await atOnce(10, (index) => of(index).join(news, alice, 1));
    expect(joined.filter(({ kind }) => kind === 'joined')).toHaveLength(1);
  });

  it('keeps everything in a restart', async ({ skip }) => {
    await using opened = await open();
    const { store, reopen = () => skip('keeps nothing beyond its own end') } = opened;
    const content = unicodeText(1000);
    await opened.put(alice, { userId, isBatched: true });
    await opened.connect(bob);
    await store.append(news, 'trimmed', keepAll);
    await store.append(news, content, { messages: 1, ageMs: hour });
    await store.join(news, alice, manyChannels);
    await store.removeConnection(bob);
    const before = {
      connection: await store.getConnection(alice),
      members: await listed(store.members(news)),
      position: await store.position(news),
    };
    await store.putShards([content]);
    const shard = (await store.takeShard(lease))!;
    await store.renewShard(shard, lease, 'half of it');
    await store.reserve('reserved', lease);
    await store.reserve('answered', lease);
    await store.keepResult('answered', content, lease);

    const reopened = await reopen();
    expect(await reopened.getConnection(alice)).toEqual(before.connection);
    expect(await reopened.getConnection(bob)).toBeUndefined();
    expect(await listed(reopened.members(news))).toEqual(before.members);
    expect(await listed(reopened.connectionsOf(userId))).toEqual([before.connection]);
    expect(await reopened.counts()).toEqual({ connections: 1, channels: 1 });
    expect(await reopened.position(news)).toEqual(before.position);
    expect(await reopened.readLog(news, 0, 10)).toEqual([{ offset: 2, publishedAt: start, content }]);
    expect(await reopened.append(news, 'next', keepAll)).toEqual({ ...before.position, offset: 3 });
    expect(await reopened.countShards()).toBe(1);
    expect(await reopened.takeShard(lease)).toBeUndefined();
    expect(await reopened.reserve('reserved', lease)).toEqual({ result: undefined });
    expect(await reopened.reserve('answered', lease)).toEqual({ result: content });
    // a shard of the ended task stays leased until the lease ends
    opened.clock.now = start + lease;
    expect(await reopened.takeShard(lease)).toEqual({ ...shard, progress: 'half of it', takes: 2 });
    expect(await reopened.removeConnection(alice)).toEqual([news]);
  });

  it('responds to a ping', async () => {
    await using opened = await open();
    await expect(opened.store.ping()).resolves.toBeUndefined();
  });

  it('rejects every call with StoreUnavailableError when its server cannot be reached', async ({ skip }) => {
    await using opened = await open();
    const { store, cutOff = () => skip('has no server') } = opened;
    await opened.put(alice, { userId });
    await store.join(news, alice, manyChannels);
    await store.putShards(['a', 'b']);
    const shard = (await store.takeShard(lease))!;
    await cutOff();
    const everything = [
      () => opened.put(bob),
      () => store.touchConnection(alice),
      () => store.getConnection(alice),
      () => store.removeConnection(alice),
      () => listed(store.connectionsOf(userId)),
      () => listed(store.idleConnections(start + hour)),
      () => store.counts(),
      () => store.join(news, alice, manyChannels),
      () => store.leave(news, alice),
      () => store.isMember(news, alice),
      () => store.countMembers(news),
      () => listed(store.members(news)),
      () => store.memberRanges(news, 10),
      () => store.append(news, 'content', keepAll),
      () => store.position(news),
      () => store.readLog(news, 0, 10),
      () => store.putShards(['content']),
      () => store.takeShard(lease),
      () => store.renewShard(shard, lease, 'further'),
      () => store.releaseShard(shard, 'further'),
      () => store.finishShard(shard),
      () => store.countShards(),
      () => store.reserve('key', lease),
      () => store.keepResult('key', 'answer', lease),
      () => store.release('key'),
      () => store.ping(),
    ];
    const outcomes = await Promise.allSettled(everything.map((act) => act()));
    expect(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : outcome.value)),
    ).toEqual(everything.map(() => expect.any(StoreUnavailableError)));
  });
}
