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
  reserved,
  second,
  sports,
  start,
  unicodeText,
} from './store-under-test.js';

/** Concurrency, several tasks, a restart, and an unreachable server. */
export function tasksSuite(open: OpenStore): void {
  const userId = 'zoe' as UserId;
  const lease = 30 * second;

  it('handles 50 concurrent writers', async () => {
    await using opened = await open();
    const { store } = opened;
    const connectionIds = ids(50);
    await atOnce(50, async (index) => {
      const connectionId = connectionIds[index]!;
      await opened.put(connectionId, { userId });
      await store.memberships.join(news, connectionId, manyChannels);
      await store.memberships.join(sports, connectionId, manyChannels);
      await store.logs.append(news, connectionId, keepAll);
      await store.memberships.leave(sports, connectionId);
      await store.shards.putShards([connectionId]);
      await store.shards.finishShard((await store.shards.takeShard(lease))!);
      await store.reservations.reserve(connectionId, lease);
      if (index >= 40) await store.connections.removeConnection(connectionId);
    });
    const remaining = connectionIds.slice(0, 40).toSorted();
    expect((await idsOf(store.memberships.members(news))).toSorted()).toEqual(remaining);
    expect((await idsOf(store.connections.connectionsOf(userId))).toSorted()).toEqual(remaining);
    expect(await store.memberships.countMembers(news)).toBe(40);
    expect(await store.memberships.countMembers(sports)).toBe(0);
    expect(await store.connections.counts()).toEqual({ connections: 40, channels: 1 });
    const read = await store.logs.readLog(news, 0, 100);
    expect(read.map(({ content }) => content).toSorted()).toEqual(connectionIds.toSorted());
    expect((await store.logs.position(news)).offset).toBe(50);
    expect(await store.shards.countShards()).toBe(0);
  });

  it('shows every task the writes of another one at once', async ({ skip }) => {
    await using opened = await open();
    const { store: one, openBeside = () => skip('is the store of one process') } = opened;
    const other = await openBeside();
    await opened.put(alice, { userId });
    expect(await other.connections.getConnection(alice)).toMatchObject({ userId });
    const { epoch } = await one.logs.position(news);
    expect(await other.memberships.join(news, alice, manyChannels)).toEqual({
      kind: 'joined',
      position: { epoch, offset: 0 },
    });
    expect(await idsOf(one.memberships.members(news))).toEqual([alice]);
    expect(await one.logs.append(news, 'by one', keepAll)).toEqual({ epoch, offset: 1 });
    expect(await other.logs.append(news, 'by the other', keepAll)).toEqual({ epoch, offset: 2 });
    expect(await one.logs.readLog(news, 0, 10)).toMatchObject([
      { content: 'by one' },
      { content: 'by the other' },
    ]);

    await one.shards.putShards(['left behind']);
    const shard = (await one.shards.takeShard(lease))!;
    expect(await other.shards.takeShard(lease)).toBeUndefined();
    opened.clock.now = start + lease;
    expect(await other.shards.takeShard(lease)).toEqual({ ...shard, takes: 2 });
    expect(await one.shards.renewShard(shard, lease, 'further')).toBe(false);

    const owner = await reserved(one, 'key', lease);
    expect(await other.reservations.reserve('key', lease)).toEqual({ kind: 'held' });
    await one.reservations.keepResult('key', owner, 'done', lease);
    expect(await other.reservations.reserve('key', lease)).toEqual({ kind: 'done', result: 'done' });

    expect(await other.connections.removeConnection(alice)).toEqual([news]);
    expect(await one.connections.touchConnection(alice)).toBeUndefined();
    expect(await idsOf(one.memberships.members(news))).toEqual([]);
  });

  it('gives two concurrent tasks the same offsets and shards as one', async ({ skip }) => {
    await using opened = await open();
    const { store, openBeside = () => skip('is the store of one process') } = opened;
    const stores = [store, await openBeside()];
    const of = (index: number) => stores[index % 2]!;
    const contents = Array.from({ length: 20 }, (_, index) => `content ${index}`).toSorted();
    const positions = await atOnce(20, (index) => of(index).logs.append(news, 'content', keepAll));
    expect(new Set(positions.map(({ epoch }) => epoch)).size).toBe(1);
    expect(new Set(positions.map(({ offset }) => offset)).size).toBe(20);
    expect((await store.logs.position(news)).offset).toBe(20);
    await store.shards.putShards(contents);
    const shards = await atOnce(20, (index) => of(index).shards.takeShard(lease));
    expect(shards.flatMap((shard) => shard?.content ?? []).toSorted()).toEqual(contents);
    const outcomes = await atOnce(20, (index) => of(index).reservations.reserve('key', lease));
    expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(1);
    const once = { key: 'key', fingerprint: 'f', ttlMs: hour };
    const repeats = await atOnce(20, (index) => of(index).logs.append(sports, 'content', keepAll, once));
    expect(new Set(repeats.map(({ offset }) => offset))).toEqual(new Set([1]));
    await opened.connect(alice);
    const joined = await atOnce(10, (index) => of(index).memberships.join(news, alice, 1));
    expect(joined.filter(({ kind }) => kind === 'joined')).toHaveLength(1);
  });

  it('keeps everything in a restart', async ({ skip }) => {
    await using opened = await open();
    const { store, reopen = () => skip('keeps nothing beyond its own end') } = opened;
    const content = unicodeText(1000);
    await opened.put(alice, { userId, isBatched: true });
    await opened.connect(bob);
    await store.logs.append(news, 'trimmed', keepAll);
    await store.logs.append(news, content, { messages: 1, ageMs: hour });
    await store.memberships.join(news, alice, manyChannels);
    await store.connections.removeConnection(bob);
    const before = {
      connection: await store.connections.getConnection(alice),
      members: await listed(store.memberships.members(news)),
      position: await store.logs.position(news),
    };
    await store.shards.putShards([content]);
    const shard = (await store.shards.takeShard(lease))!;
    await store.shards.renewShard(shard, lease, 'half of it');
    await store.reservations.reserve('reserved', lease);
    const owner = await reserved(store, 'answered', lease);
    await store.reservations.keepResult('answered', owner, content, lease);

    const reopened = await reopen();
    expect(await reopened.connections.getConnection(alice)).toEqual(before.connection);
    expect(await reopened.connections.getConnection(bob)).toBeUndefined();
    expect(await listed(reopened.memberships.members(news))).toEqual(before.members);
    expect(await listed(reopened.connections.connectionsOf(userId))).toEqual([before.connection]);
    expect(await reopened.connections.counts()).toEqual({ connections: 1, channels: 1 });
    expect(await reopened.logs.position(news)).toEqual(before.position);
    expect(await reopened.logs.readLog(news, 0, 10)).toEqual([{ offset: 2, publishedAt: start, content }]);
    expect(await reopened.logs.append(news, 'next', keepAll)).toEqual({ ...before.position, offset: 3 });
    expect(await reopened.shards.countShards()).toBe(1);
    expect(await reopened.shards.takeShard(lease)).toBeUndefined();
    expect(await reopened.reservations.reserve('reserved', lease)).toEqual({ kind: 'held' });
    expect(await reopened.reservations.reserve('answered', lease)).toEqual({
      kind: 'done',
      result: content,
    });
    // a shard of the ended task stays leased until the lease ends
    opened.clock.now = start + lease;
    expect(await reopened.shards.takeShard(lease)).toEqual({ ...shard, progress: 'half of it', takes: 2 });
    expect(await reopened.connections.removeConnection(alice)).toEqual([news]);
  });

  it('can be written', async () => {
    await using opened = await open();
    await expect(opened.store.probe()).resolves.toBeUndefined();
  });

  it('rejects every call with StoreUnavailableError when its server cannot be reached', async ({ skip }) => {
    await using opened = await open();
    const { store, cutOff = () => skip('has no server') } = opened;
    await opened.put(alice, { userId });
    await store.memberships.join(news, alice, manyChannels);
    await store.shards.putShards(['a', 'b']);
    const shard = (await store.shards.takeShard(lease))!;
    await cutOff();
    const everything = [
      () => opened.put(bob),
      () => store.connections.touchConnection(alice),
      () => store.connections.getConnection(alice),
      () => store.connections.removeConnection(alice),
      () => listed(store.connections.connectionsOf(userId)),
      () => listed(store.connections.idleConnections(start + hour)),
      () => store.connections.counts(),
      () => store.memberships.join(news, alice, manyChannels),
      () => store.memberships.leave(news, alice),
      () => store.memberships.isMember(news, alice),
      () => store.memberships.countMembers(news),
      () => listed(store.memberships.members(news)),
      () => store.memberships.memberRanges(news, 10),
      () => store.logs.append(news, 'content', keepAll),
      () => store.logs.append(news, 'content', keepAll, { key: 'key', fingerprint: 'f', ttlMs: hour }),
      () => store.logs.position(news),
      () => store.logs.findPosition(news),
      () => store.logs.readLog(news, 0, 10),
      () => store.shards.putShards(['content']),
      () => store.shards.takeShard(lease),
      () => store.shards.renewShard(shard, lease, 'further'),
      () => store.shards.releaseShard(shard, 'further'),
      () => store.shards.finishShard(shard),
      () => store.shards.countShards(),
      () => store.reservations.reserve('key', lease),
      () => store.reservations.renew('key', 'owner', lease),
      () => store.reservations.keepResult('key', 'owner', 'answer', lease),
      () => store.reservations.release('key', 'owner'),
      () => store.resetAfterLoss(),
      () => store.probe(),
    ];
    const outcomes = await Promise.allSettled(everything.map((act) => act()));
    expect(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : outcome.value)),
    ).toEqual(everything.map(() => expect.any(StoreUnavailableError)));
  });
}
