import { expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { alice, bob, hour, idsOf, manyChannels, news, type OpenStore, second } from './store-under-test.js';

/** Checks a store whose time is that of a server, for several tasks. */
export function serverTimeSuite(open: OpenStore): void {
  it('expires nothing when the clock of one task is three hours ahead for a while', async () => {
    await using opened = await open({ usesOwnTime: true });
    const { store } = opened;
    const ahead = await opened.openBeside!();
    const expiresAt = store.clock.now() + hour;
    const put = (connectionId: ConnectionId) =>
      store.connections.putConnection({ connectionId, connectedAt: store.clock.now(), expiresAt });
    await put(alice);
    await store.memberships.join(news, alice, manyChannels);
    await store.logs.append(news, 'content', { messages: 10, ageMs: hour });
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now + 3 * hour);
    try {
      expect(Math.abs(ahead.clock.now() - now)).toBeLessThan(60 * second);
      expect(await idsOf(ahead.memberships.members(news))).toEqual([alice]);
      expect(await ahead.connections.counts()).toEqual({ connections: 1, channels: 1 });
      expect(await ahead.logs.append(news, 'more', { messages: 10, ageMs: hour })).toMatchObject({
        offset: 2,
      });
      await ahead.connections.putConnection({ connectionId: bob, connectedAt: now, expiresAt });
      await ahead.memberships.join(news, bob, manyChannels);
    } finally {
      clock.mockRestore();
    }
    expect(await idsOf(store.memberships.members(news))).toEqual([alice, bob]);
    expect(await store.logs.readLog(news, 0, 10)).toHaveLength(2);
    expect(await store.connections.touchConnection(alice)).toBeDefined();
  });
}
