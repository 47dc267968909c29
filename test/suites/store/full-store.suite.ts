import { describe, expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { StoreFullError } from '../../../src/nest/store/store.errors.js';
import {
  alice,
  bob,
  hour,
  idsOf,
  keepAll,
  listed,
  manyChannels,
  news,
  type OpenStore,
  second,
  sports,
  start,
} from './store-under-test.js';

/** Checks a store without room: it refuses what needs more, completely, and what makes room still works. */
export function fullStoreSuite(open: OpenStore): void {
  const lease = 30 * second;

  describe('when it is full', () => {
    it('refuses what needs room, and does no part of it', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, alice);
      const position = await store.logs.append(news, 'content', keepAll);
      await opened.fillUp!();
      const growing = [
        () => store.logs.append(news, 'more', keepAll),
        () => store.logs.append(news, 'more', { messages: 0, ageMs: hour }),
        () => store.logs.append(news, 'more', keepAll, { key: 'key', fingerprint: 'f', ttlMs: hour }),
        () => store.logs.append(sports, 'first', keepAll),
        () => store.logs.position(sports),
        () => store.memberships.join(sports, alice, manyChannels),
        () => store.shards.putShards(['content']),
        () => store.reservations.reserve('key', lease),
        () => opened.put(bob),
        () => store.probe(),
      ];
      for (const grow of growing) await expect(grow()).rejects.toBeInstanceOf(StoreFullError);
      expect(await store.logs.position(news)).toEqual(position);
      expect(await store.logs.readLog(news, 0, 10)).toHaveLength(1);
      expect(await store.logs.findPosition(sports)).toBeUndefined();
      expect(await idsOf(store.memberships.members(sports))).toEqual([]);
      expect(await store.memberships.isMember(sports, alice)).toBe(false);
      expect(await store.connections.getConnection(bob)).toBeUndefined();
      expect(await store.shards.countShards()).toBe(0);
    });

    it('still lets clients ping, leave and disconnect, and tasks finish their work', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, alice, bob);
      await store.memberships.join(sports, alice, manyChannels);
      await store.shards.putShards(['taken before', 'taken after']);
      const shard = (await store.shards.takeShard(lease))!;
      const reservation = await store.reservations.reserve('key', lease);
      if (reservation.kind !== 'reserved') throw new Error(reservation.kind);
      await opened.fillUp!();
      expect(await store.connections.touchConnection(alice)).toMatchObject({ connectionId: alice });
      expect(await store.memberships.leave(sports, alice)).toBe(true);
      expect(await store.memberships.leave(sports, alice)).toBe(false);
      expect(await store.connections.removeConnection(bob)).toEqual([news]);
      expect(await store.connections.touchConnection(bob)).toBeUndefined();
      expect(await idsOf(store.memberships.members(news))).toEqual([alice]);
      expect(await store.shards.renewShard(shard, lease, 'half of it')).toBe(true);
      await store.shards.finishShard(shard);
      await store.shards.finishShard((await store.shards.takeShard(lease))!);
      expect(await store.shards.countShards()).toBe(0);
      expect(await store.reservations.renew('key', reservation.owner, lease)).toBe(true);
      await store.reservations.release('key', reservation.owner);
      opened.clock.now = start + 1;
      expect(await idsOf(store.connections.idleConnections(start + 1))).toEqual([alice]);
      expect(await store.connections.counts()).toEqual({ connections: 1, channels: 1 });
      expect(await listed(store.connections.connectionsOf('zoe' as never))).toEqual([]);
      expect(await store.connections.removeConnection(alice)).toEqual([news]);
      expect(await store.connections.getConnection('nobody=' as ConnectionId)).toBeUndefined();
    });
  });
}
