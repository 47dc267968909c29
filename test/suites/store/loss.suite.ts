import { describe, expect, it } from 'vitest';
import { type JsonText } from '../../../src/api/messages.js';
import { type Store } from '../../../src/nest/store/store.js';
import {
  alice,
  bob,
  hour,
  idsOf,
  keepAll,
  manyChannels,
  news,
  type OpenStore,
  sports,
  start,
} from './store-under-test.js';

/** Checks that a store that has lost acknowledged writes says so: by new epochs, and by connections that are in doubt. */
export function lossSuite(open: OpenStore): void {
  describe('after an older copy of its data was put back', () => {
    it.each<[string, (store: Store) => Promise<{ epoch: string; offset: number }>]>([
      ['append', async ({ logs }) => before(await logs.append(news, 'new', keepAll))],
      ['position', ({ logs }) => logs.position(news)],
      ['join', join],
    ])('begins a new epoch at the next %s, whose offsets no client has seen', async (_, act) => {
      await using opened = await open();
      const { store } = opened;
      await store.logs.append(news, 'kept', keepAll);
      const putBack = await opened.copy();
      const lost = await store.logs.append(news, 'lost', keepAll);

      const restored = await putBack();
      const position = await act(restored);
      expect(position.epoch).not.toBe(lost.epoch);
      // a member that has `lost` sees a gap
      expect(position.offset).toBeGreaterThan(lost.offset);
      // once
      const next = await restored.logs.append(news, 'next', keepAll);
      expect(next.epoch).toBe(position.epoch);
      const read = await restored.logs.readLog(news, 0, 10);
      expect(read.map(({ content }) => content)).not.toContain('kept');
      expect(read.at(-1)).toMatchObject({ offset: next.offset, content: 'next' });
      expect(await restored.logs.findPosition(news)).toEqual(next);
    });

    it('has the messages of other channels in new epochs as well', async () => {
      await using opened = await open();
      const epochs = [];
      for (const channel of [news, sports])
        epochs.push((await opened.store.logs.append(channel, 'content', keepAll)).epoch);
      const putBack = await opened.copy();
      await opened.store.logs.append(news, 'lost', keepAll);
      const { logs } = await putBack();
      for (const channel of [news, sports]) epochs.push((await logs.position(channel)).epoch);
      expect(new Set(epochs).size).toBe(4);
    });

    it('trusts no membership until the connection is put again', async () => {
      await using opened = await open();
      const session = '{"tenant":"red"}' as JsonText;
      await opened.put(alice, { session });
      await opened.connect(bob);
      for (const id of [alice, bob]) await opened.store.memberships.join(news, id, manyChannels);
      const putBack = await opened.copy();
      await opened.store.memberships.join(sports, alice, manyChannels);

      const { connections, memberships } = await putBack();
      const known = await connections.touchConnection(alice);
      expect(known === undefined || known.hasLostMemberships === true).toBe(true);
      expect(known?.session ?? session).toBe(session);
      await connections.putConnection({ connectionId: alice, connectedAt: start, expiresAt: start + hour });
      expect(await connections.touchConnection(alice)).not.toHaveProperty('hasLostMemberships');
      expect(await memberships.isMember(news, alice)).toBe(false);
      expect(await idsOf(memberships.members(news))).not.toContain(alice);
      expect(await memberships.join(news, alice, manyChannels)).toMatchObject({ kind: 'joined' });
      expect(await memberships.isMember(news, alice)).toBe(true);
    });

    it('does not doubt connections and logs that were new since', async () => {
      await using opened = await open();
      const putBack = await opened.copy();
      const { connections, logs, memberships } = await putBack();
      await connections.putConnection({ connectionId: alice, connectedAt: start, expiresAt: start + hour });
      await memberships.join(news, alice, manyChannels);
      const first = await logs.append(news, 'first', keepAll);
      expect(await connections.touchConnection(alice)).not.toHaveProperty('hasLostMemberships');
      expect(await logs.append(news, 'second', keepAll)).toEqual({ ...first, offset: first.offset + 1 });
    });
  });

  it('begins new epochs and forgets all connections when it is reset after a loss', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.enter(news, alice);
    const last = await store.logs.append(news, 'content', keepAll);
    await store.shards.putShards(['content']);
    await store.resetAfterLoss();
    expect(await store.connections.touchConnection(alice)).toBeUndefined();
    expect(await idsOf(store.memberships.members(news))).toEqual([]);
    expect(await store.connections.counts()).toEqual({ connections: 0, channels: 0 });
    expect(await store.shards.countShards()).toBe(0);
    const next = await store.logs.append(news, 'next', keepAll);
    expect(next.epoch).not.toBe(last.epoch);
    expect(next.offset).toBeGreaterThan(last.offset + 1);
    await opened.enter(news, bob);
    expect(await idsOf(store.memberships.members(news))).toEqual([bob]);
  });
}

async function join({ connections, memberships }: Store) {
  await connections.putConnection({ connectionId: alice, connectedAt: start, expiresAt: start + hour });
  const outcome = await memberships.join(news, alice, manyChannels);
  if (outcome.kind !== 'joined') throw new Error(outcome.kind);
  return outcome.position;
}

/** The position before a message. */
function before({ epoch, offset }: { epoch: string; offset: number }) {
  return { epoch, offset: offset - 1 };
}
