import { expect, it } from 'vitest';
import { type UserId } from '../../../src/api/integration.js';
import {
  alice,
  bob,
  checked,
  hour,
  ids,
  idsOf,
  news,
  type OpenStore,
  sports,
  start,
} from './store-under-test.js';

/** Connections in pages: those of a user, and idle ones; and counts. */
export function connectionsAreListed(open: OpenStore): void {
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
}
