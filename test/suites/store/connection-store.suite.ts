import { describe, expect, it } from 'vitest';
import { type ConnectionId, type UserId } from '../../../src/api/integration.js';
import { type ChannelName, type JsonText } from '../../../src/api/messages.js';
import { QUOTAS } from '../../../src/api/quotas.js';
import {
  alice,
  atOnce,
  bob,
  checked,
  hour,
  ids,
  idsOf,
  listed,
  manyChannels,
  news,
  type OpenStore,
  sports,
  start,
  unicodeText,
} from './store-under-test.js';

/** Checks a `ConnectionStore`: put, get, touch, remove, expire, list and count. */
export function connectionStoreSuite(open: OpenStore): void {
  describe('connections', () => {
    const userId = 'Zoë 👩 @example.com' as UserId;

    it('returns a connection as it was put', async () => {
      await using opened = await open();
      await opened.put(alice, { connectedAt: start - 10 });
      expect(await opened.store.connections.getConnection(alice)).toEqual({
        connectionId: alice,
        connectedAt: start - 10,
        expiresAt: start + hour,
        lastActiveAt: start,
      });
      expect(await opened.store.connections.getConnection(bob)).toBeUndefined();
    });

    it('returns the user and the batching of a connection in every result', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.put(alice, { userId, isBatched: true });
      await opened.put(bob);
      for (const id of [alice, bob]) await store.memberships.join(news, id, manyChannels);
      const known = {
        connectionId: alice,
        userId,
        isBatched: true,
        connectedAt: start,
        expiresAt: start + hour,
        lastActiveAt: start,
      };
      expect(await store.connections.getConnection(alice)).toEqual(known);
      expect(await store.connections.touchConnection(alice)).toEqual(known);
      expect(await listed(store.connections.connectionsOf(userId))).toEqual([known]);
      expect(await listed(store.connections.idleConnections(start + 1))).toContainEqual(known);
      const members = await listed(store.memberships.members(news));
      const member = { userId, isBatched: true, joinedAt: start, joinedOffset: 0 };
      expect(members.find(({ connectionId }) => connectionId === alice)).toEqual({
        connectionId: alice,
        ...member,
      });
      for (const unknown of [
        await store.connections.getConnection(bob),
        await store.connections.touchConnection(bob),
        members.find(({ connectionId }) => connectionId === bob),
      ]) {
        expect(unknown).toBeDefined();
        expect(unknown).not.toHaveProperty('userId');
        expect(unknown?.isBatched ?? false).toBe(false);
      }
    });

    it('returns the latest values of a connection that was put again in every result', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.put(alice, { userId, isBatched: true });
      await store.memberships.join(news, alice, manyChannels);
      opened.clock.now = start + 500;
      await opened.put(alice, { userId: 'yan' as UserId, expiresAt: start + 2 * hour });
      expect(await store.connections.getConnection(alice)).toMatchObject({
        userId: 'yan',
        connectedAt: start + 500,
        lastActiveAt: start + 500,
        expiresAt: start + 2 * hour,
      });
      const [member] = await listed(store.memberships.members(news));
      expect(member).toMatchObject({ userId: 'yan', joinedAt: start });
      expect(member?.isBatched ?? false).toBe(false);
      expect(await idsOf(store.connections.connectionsOf(userId))).toEqual([]);
      expect(await idsOf(store.connections.connectionsOf('yan' as UserId))).toEqual([alice]);
      await opened.put(alice);
      expect(await store.connections.getConnection(alice)).not.toHaveProperty('userId');
      expect((await listed(store.memberships.members(news)))[0]).not.toHaveProperty('userId');
      expect(await idsOf(store.connections.connectionsOf('yan' as UserId))).toEqual([]);
    });

    const session = '{"tenant":"red"}' as JsonText;

    it('returns the session of a connection in every result, but not those of others and of members', async () => {
      await using opened = await open();
      const { connections, memberships } = opened.store;
      await opened.put(alice, { userId, session });
      await opened.put(bob, { userId });
      for (const id of [alice, bob]) await memberships.join(news, id, manyChannels);
      for (const known of [
        [await connections.getConnection(alice), await connections.getConnection(bob)],
        [await connections.touchConnection(alice), await connections.touchConnection(bob)],
        await listed(connections.connectionsOf(userId)),
        await listed(connections.idleConnections(start + 1)),
        (await connections.connectionPage(10)).connections,
      ]) {
        expect(known).toHaveLength(2);
        expect(known.find((each) => each?.connectionId === alice)).toMatchObject({ userId, session });
        expect(known.find((each) => each?.connectionId === bob)).not.toHaveProperty('session');
      }
      for (const member of await listed(memberships.members(news)))
        expect(member).not.toHaveProperty('session');
    });

    it('keeps the session of a connection that is active, joins and leaves', async () => {
      await using opened = await open();
      const { connections, memberships } = opened.store;
      await opened.put(alice, { session });
      await memberships.join(news, alice, manyChannels);
      await connections.touchConnection(alice);
      await memberships.leave(news, alice);
      expect(await connections.touchConnection(alice)).toMatchObject({ session });
    });

    it('replaces the session of a connection that is put again, and removes it', async () => {
      await using opened = await open();
      const { connections } = opened.store;
      const other = 'null' as JsonText;
      await opened.put(alice, { session });
      await opened.put(alice, { session: other });
      expect(await connections.getConnection(alice)).toMatchObject({ session: other });
      await opened.put(alice);
      expect(await connections.touchConnection(alice)).not.toHaveProperty('session');
      await opened.put(alice, { session });
      await connections.removeConnection(alice);
      await opened.put(alice);
      expect(await connections.getConnection(alice)).not.toHaveProperty('session');
    });

    it('keeps a session of 2 KB with any characters unmodified', async () => {
      await using opened = await open();
      const text = JSON.stringify(unicodeText(1000));
      const largest = JSON.stringify([text, '.'.repeat(QUOTAS.sessionBytes)]);
      const over = Buffer.byteLength(largest) - QUOTAS.sessionBytes;
      const full = largest.replace('.'.repeat(over), '') as JsonText;
      expect(Buffer.byteLength(full)).toBe(QUOTAS.sessionBytes);
      await opened.put(alice, { session: full });
      expect((await opened.store.connections.getConnection(alice))?.session).toBe(full);
      expect((await opened.store.connections.touchConnection(alice))?.session).toBe(full);
    });

    it('keeps the channels of a connection that is put again, for as long as that one stays', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, alice, bob);
      await opened.put(alice, { expiresAt: start + 2 * hour });
      await opened.put(bob, { expiresAt: start + hour / 2 });
      opened.clock.now = start + hour / 2;
      expect(await idsOf(store.memberships.members(news))).toEqual([alice]);
      opened.clock.now = start + hour;
      expect(await store.memberships.isMember(news, alice)).toBe(true);
      expect(await idsOf(store.memberships.members(news))).toEqual([alice]);
      expect(await store.memberships.countMembers(news)).toBe(1);
      expect(await store.memberships.join(news, alice, manyChannels)).toMatchObject({ kind: 'was_member' });
      expect(await store.connections.removeConnection(alice)).toEqual([news]);
    });

    it('records the activity of an existing connection, which expires nevertheless', async () => {
      await using opened = await open();
      await opened.connect(alice);
      opened.clock.now = start + 100;
      expect(await opened.store.connections.touchConnection(alice)).toMatchObject({
        lastActiveAt: start + 100,
      });
      expect(await opened.store.connections.touchConnection(bob)).toBeUndefined();
      expect(await opened.store.connections.getConnection(alice)).toMatchObject({
        lastActiveAt: start + 100,
        expiresAt: start + hour,
      });
      expect(await opened.store.connections.getConnection(bob)).toBeUndefined();
    });

    it('ends all memberships of a removed connection, and returns its channels', async () => {
      await using opened = await open();
      const { store } = opened;
      for (const channel of [news, sports]) await opened.enter(channel, alice, bob);
      await opened.enter('left' as ChannelName, alice);
      await store.memberships.leave('left' as ChannelName, alice);
      expect((await store.connections.removeConnection(alice))?.toSorted()).toEqual([news, sports]);
      expect(await store.connections.removeConnection(alice)).toBeUndefined();
      expect(await store.connections.getConnection(alice)).toBeUndefined();
      for (const channel of [news, sports]) {
        expect(await idsOf(store.memberships.members(channel))).toEqual([bob]);
        expect(await store.memberships.countMembers(channel)).toBe(1);
      }
      // a new connection with the same id has no channels
      await opened.connect(alice);
      expect(await store.memberships.isMember(news, alice)).toBe(false);
      expect(await idsOf(store.memberships.members(news))).toEqual([bob]);
      expect(await store.connections.removeConnection(alice)).toEqual([]);
    });

    it('ends 105 memberships of a removed connection', async () => {
      await using opened = await open();
      const channels = Array.from({ length: 105 }, (_, index) => `channel-${index}` as ChannelName);
      await opened.connect(alice);
      for (let from = 0; from < 105; from += 15)
        await atOnce(15, (index) =>
          opened.store.memberships.join(channels[from + index]!, alice, manyChannels),
        );
      expect((await opened.store.connections.removeConnection(alice))?.toSorted()).toEqual(
        channels.toSorted(),
      );
      const counts = await atOnce(105, (index) => opened.store.memberships.countMembers(channels[index]!));
      expect(counts.filter((count) => count > 0)).toEqual([]);
      expect(await opened.store.connections.counts()).toEqual({ connections: 0, channels: 0 });
    });

    it('reports a removal to one of several concurrent callers, and a touch does not restore the connection', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, alice);
      const [removed] = await Promise.all([
        atOnce(5, () => store.connections.removeConnection(alice)),
        atOnce(5, () => store.connections.touchConnection(alice)),
      ]);
      expect(removed.filter((channels) => channels !== undefined)).toEqual([[news]]);
      expect(await store.connections.touchConnection(alice)).toBeUndefined();
      expect(await store.connections.getConnection(alice)).toBeUndefined();
      expect(await store.connections.counts()).toEqual({ connections: 0, channels: 0 });
    });

    it('treats an expired connection as absent, and as a member of no channel', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.put(alice, { userId });
      await store.memberships.join(news, alice, manyChannels);
      opened.clock.now = start + hour - 1;
      expect(await store.memberships.isMember(news, alice)).toBe(true);
      expect(await store.connections.getConnection(alice)).toBeDefined();
      opened.clock.now = start + hour;
      expect(await store.connections.getConnection(alice)).toBeUndefined();
      expect(await store.connections.touchConnection(alice)).toBeUndefined();
      expect(await idsOf(store.connections.connectionsOf(userId))).toEqual([]);
      expect(await idsOf(store.connections.idleConnections(start + hour))).toEqual([]);
      expect(await store.connections.counts()).toEqual({ connections: 0, channels: 0 });
      expect(await store.memberships.isMember(news, alice)).toBe(false);
      expect(await store.memberships.countMembers(news)).toBe(0);
      expect(await idsOf(store.memberships.members(news))).toEqual([]);
      expect(await store.memberships.join(news, alice, manyChannels)).toEqual({ kind: 'unknown_connection' });
      expect(await store.memberships.leave(news, alice)).toBe(false);
      expect(await store.connections.removeConnection(alice)).toBeUndefined();
    });

    it('does not restore the channels of an expired connection', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, alice);
      opened.clock.now = start + hour;
      await opened.connect(alice);
      expect(await store.connections.getConnection(alice)).toMatchObject({ connectedAt: start + hour });
      expect(await store.memberships.isMember(news, alice)).toBe(false);
      expect(await idsOf(store.memberships.members(news))).toEqual([]);
      expect(await store.memberships.countMembers(news)).toBe(0);
      // and does not count them
      expect(await store.memberships.join(sports, alice, 1)).toMatchObject({ kind: 'joined' });
      expect(await store.connections.removeConnection(alice)).toEqual([sports]);
    });

    const [zoe, yan] = ['zoe' as UserId, 'yan' as UserId];

    it('returns every connection of a user once, in pages, and no others', async () => {
      await using opened = await open();
      await Promise.all(ids(8).map((id) => opened.put(id, { userId: zoe })));
      await opened.put(alice, { userId: yan });
      await opened.connect(bob);
      expect((await idsOf(opened.store.connections.connectionsOf(zoe))).toSorted()).toEqual(ids(8));
      expect(await idsOf(opened.store.connections.connectionsOf(yan))).toEqual([alice]);
      expect(await idsOf(opened.store.connections.connectionsOf('nobody' as UserId))).toEqual([]);
    });

    it('returns no empty page of the connections of a user when many have expired', async () => {
      await using opened = await open();
      await Promise.all(ids(8).map((id) => opened.put(id, { userId: zoe })));
      const first = (await idsOf(opened.store.connections.connectionsOf(zoe))).slice(0, 6);
      await Promise.all(first.map((id) => opened.put(id, { userId: zoe, expiresAt: start + hour / 2 })));
      opened.clock.now = start + hour / 2;
      expect(await idsOf(opened.store.connections.connectionsOf(zoe))).toHaveLength(2);
    });

    it('returns every connection of a user once while others are removed and put between the pages', async () => {
      await using opened = await open();
      await Promise.all(ids(9).map((id) => opened.put(id, { userId: zoe })));
      const seen = [];
      for await (const page of checked(opened.store.connections.connectionsOf(zoe))) {
        seen.push(...page.map(({ connectionId }) => connectionId));
        await opened.store.connections.removeConnection(seen[0]!);
        await opened.store.connections.touchConnection(seen[1]!);
        await opened.put(alice, { userId: zoe });
      }
      expect(seen.filter((id) => id !== alice).toSorted()).toEqual(ids(9));
    });

    it('does not list a removed connection', async () => {
      await using opened = await open();
      const { store } = opened;
      for (const id of [alice, bob]) await opened.put(id, { userId: zoe });
      await store.connections.removeConnection(alice);
      expect(await idsOf(store.connections.connectionsOf(zoe))).toEqual([bob]);
      expect(await idsOf(store.connections.idleConnections(start + 1))).toEqual([bob]);
      // and put again for another user
      await opened.put(alice, { userId: yan });
      expect(await idsOf(store.connections.connectionsOf(zoe))).toEqual([bob]);
      expect(await idsOf(store.connections.connectionsOf(yan))).toEqual([alice]);
    });

    it('returns every idle connection once, in pages', async () => {
      await using opened = await open();
      await opened.connect(...ids(8));
      opened.clock.now = start + 500;
      await opened.connect(alice, bob);
      opened.clock.now = start + 1000;
      await opened.store.connections.touchConnection(alice);
      await opened.store.connections.touchConnection(ids(1)[0]!);
      expect((await idsOf(opened.store.connections.idleConnections(start + 400))).toSorted()).toEqual(
        ids(8).slice(1),
      );
      expect((await idsOf(opened.store.connections.idleConnections(start + 900))).toSorted()).toEqual([
        bob,
        ...ids(8).slice(1),
      ]);
      expect(await idsOf(opened.store.connections.idleConnections(start - 1))).toEqual([]);
    });

    it('returns every idle connection once to a sweep that removes or touches each', async () => {
      await using opened = await open();
      await opened.connect(...ids(9));
      opened.clock.now = start + 1000;
      const seen = [];
      for await (const page of checked(opened.store.connections.idleConnections(start + 500))) {
        for (const { connectionId } of page) {
          seen.push(connectionId);
          if (seen.length % 2 === 0) await opened.store.connections.touchConnection(connectionId);
          else await opened.store.connections.removeConnection(connectionId);
        }
      }
      expect(seen.toSorted()).toEqual(ids(9));
      expect(await idsOf(opened.store.connections.idleConnections(start + 500))).toEqual([]);
    });

    it('returns pages of all connections to callers that know only where the last page ended', async () => {
      await using opened = await open();
      const all = ids(40);
      await opened.connect(...all.slice(0, 20));
      opened.clock.now = start + 10;
      await opened.connect(...all.slice(20));
      await opened.put(alice, { expiresAt: start + 20 });
      opened.clock.now = start + 20;
      const { connections } = opened.store;
      const seen: ConnectionId[] = [];
      let page = await connections.connectionPage(7);
      for (let pages = 1; ; pages += 1) {
        expect(page.connections.length).toBeLessThanOrEqual(7);
        seen.push(...page.connections.map(({ connectionId }) => connectionId));
        if (page.next === undefined) break;
        if (pages > 40) throw new Error('more pages than connections');
        // those of earlier pages leave, are active, and are put again
        await connections.removeConnection(seen[0]!);
        await connections.touchConnection(seen[1]!);
        await opened.put(seen[2]!, { expiresAt: start + 2 * hour });
        page = await connections.connectionPage(7, page.next);
      }
      expect(seen.toSorted()).toEqual(all.toSorted());
    });

    it('returns a connection in a page as it was put', async () => {
      await using opened = await open();
      await opened.put(alice, { userId, isBatched: true });
      const { connections } = opened.store;
      const page = await connections.connectionPage(10);
      expect(page.connections).toEqual([await connections.getConnection(alice)]);
      const beyond = { partition: 999, connectionId: '' };
      expect(await connections.connectionPage(10, beyond)).toEqual({ connections: [] });
    });

    it('counts connections, and channels with members', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.connections.counts()).toEqual({ connections: 0, channels: 0 });
      await opened.enter(news, alice, bob);
      await opened.enter(sports, bob);
      await opened.connect(...ids(3));
      expect(await store.connections.counts()).toEqual({ connections: 5, channels: 2 });
      await store.memberships.leave(sports, bob);
      expect(await store.connections.counts()).toEqual({ connections: 5, channels: 1 });
      await store.connections.removeConnection(alice);
      expect(await store.connections.counts()).toEqual({ connections: 4, channels: 1 });
      // putting a connection again does not add one
      await opened.connect(...ids(3));
      expect(await store.connections.counts()).toEqual({ connections: 4, channels: 1 });
      await opened.put(ids(1)[0]!, { expiresAt: start + 2 * hour });
      opened.clock.now = start + hour;
      expect(await store.connections.counts()).toEqual({ connections: 1, channels: 0 });
    });

    it('does not count a channel that only has a log', async () => {
      await using opened = await open();
      await opened.store.logs.append(news, 'content', { messages: 10, ageMs: hour });
      await opened.store.logs.position(sports);
      expect(await opened.store.connections.counts()).toEqual({ connections: 0, channels: 0 });
    });
  });
}
