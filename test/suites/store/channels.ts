import { expect, it } from 'vitest';
import { type ChannelName } from '../../../src/api/messages.js';
import {
  alice,
  atOnce,
  bob,
  hour,
  idsOf,
  listed,
  manyChannels,
  news,
  type OpenStore,
  sports,
  start,
} from './store-under-test.js';

/** Joins, leaves, and the largest number of channels. */
export function channelsAreJoined(open: OpenStore): void {
  it('joins a connection once, since its first join', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.connect(alice);
    expect(await store.memberships.join(news, alice, manyChannels)).toMatchObject({
      kind: 'joined',
      position: { offset: 0 },
    });
    await store.logs.append(news, 'content', { messages: 10, ageMs: hour });
    opened.clock.now = start + 100;
    expect(await store.memberships.join(news, alice, manyChannels)).toMatchObject({
      kind: 'was_member',
      position: { offset: 1 },
    });
    expect(await listed(store.memberships.members(news))).toMatchObject([
      { joinedAt: start, joinedOffset: 0 },
    ]);
    expect(await store.memberships.isMember(news, alice)).toBe(true);
    expect(await store.memberships.isMember(news, bob)).toBe(false);
    expect(await store.memberships.isMember(sports, alice)).toBe(false);
    expect(await store.memberships.countMembers(news)).toBe(1);
  });

  it('removes a member once', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.enter(news, alice, bob);
    expect(await store.memberships.leave(sports, alice)).toBe(false);
    expect(await store.memberships.leave(news, alice)).toBe(true);
    expect(await store.memberships.leave(news, alice)).toBe(false);
    expect(await store.memberships.isMember(news, alice)).toBe(false);
    expect(await idsOf(store.memberships.members(news))).toEqual([bob]);
    expect(await store.memberships.countMembers(news)).toBe(1);
  });

  it('reports a join, and a leave, to one of several concurrent callers', async () => {
    await using opened = await open();
    await opened.connect(alice);
    const joined = await atOnce(10, () => opened.store.memberships.join(news, alice, 1));
    expect(joined.map(({ kind }) => kind).toSorted()).toEqual([
      'joined',
      ...Array.from({ length: 9 }, () => 'was_member'),
    ]);
    const left = await atOnce(10, () => opened.store.memberships.leave(news, alice));
    expect(left.filter(Boolean)).toEqual([true]);
    expect(await opened.store.memberships.countMembers(news)).toBe(0);
  });

  it('treats a connection that has left and joins again as a new member', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.enter(news, alice);
    await store.memberships.leave(news, alice);
    await store.logs.append(news, 'content', { messages: 10, ageMs: hour });
    opened.clock.now = start + 100;
    expect(await store.memberships.join(news, alice, manyChannels)).toMatchObject({ kind: 'joined' });
    expect(await listed(store.memberships.members(news))).toMatchObject([
      { joinedAt: start + 100, joinedOffset: 1 },
    ]);
  });

  it('refuses the join of an absent connection', async () => {
    await using opened = await open();
    const { store } = opened;
    expect(await store.memberships.join(news, alice, manyChannels)).toEqual({ kind: 'unknown_connection' });
    // also if it could not join because of the maximum
    expect(await store.memberships.join(news, alice, 0)).toEqual({ kind: 'unknown_connection' });
    await opened.connect(alice);
    expect(await store.memberships.isMember(news, alice)).toBe(false);
    expect(await store.memberships.countMembers(news)).toBe(0);
  });

  it('refuses joins beyond the maximum of channels, and counts a channel once', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.connect(alice, bob);
    expect(await store.memberships.join(news, alice, 2)).toMatchObject({ kind: 'joined' });
    expect(await store.memberships.join(sports, alice, 2)).toMatchObject({ kind: 'joined' });
    expect(await store.memberships.join(sports, alice, 2)).toMatchObject({ kind: 'was_member' });
    expect(await store.memberships.join(third, alice, 2)).toEqual({ kind: 'too_many_channels' });
    expect(await store.memberships.isMember(third, alice)).toBe(false);
    expect(await store.memberships.countMembers(third)).toBe(0);
    expect(await store.connections.counts()).toEqual({ connections: 2, channels: 2 });
    // a smaller maximum ends no membership
    expect(await store.memberships.join(news, alice, 1)).toMatchObject({ kind: 'was_member' });
    // other connections are not affected
    expect(await store.memberships.join(third, bob, 2)).toMatchObject({ kind: 'joined' });
  });

  it('lets a connection join another channel after it has left one', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.connect(alice);
    await store.memberships.join(news, alice, 1);
    // leaving twice frees one place, not two
    await store.memberships.leave(news, alice);
    await store.memberships.leave(news, alice);
    expect(await store.memberships.join(sports, alice, 1)).toMatchObject({ kind: 'joined' });
    expect(await store.memberships.join(news, alice, 1)).toEqual({ kind: 'too_many_channels' });
    await store.connections.removeConnection(alice);
    await opened.connect(alice);
    expect(await store.memberships.join(third, alice, 1)).toMatchObject({ kind: 'joined' });
  });

  it('keeps the maximum for a connection that is put again', async () => {
    await using opened = await open();
    await opened.connect(alice);
    await opened.store.memberships.join(news, alice, 1);
    await opened.connect(alice);
    expect(await opened.store.memberships.join(sports, alice, 1)).toEqual({ kind: 'too_many_channels' });
  });

  it('keeps the maximum when a connection joins many channels at once', async () => {
    await using opened = await open();
    const channels = Array.from({ length: 10 }, (_, index) => `channel-${index}` as ChannelName);
    await opened.connect(alice);
    const outcomes = await atOnce(10, (index) => opened.store.memberships.join(channels[index]!, alice, 3));
    expect(outcomes.filter(({ kind }) => kind === 'joined')).toHaveLength(3);
    expect(outcomes.filter(({ kind }) => kind === 'too_many_channels')).toHaveLength(7);
    const joined = channels.filter((_, index) => outcomes[index]!.kind === 'joined');
    expect((await opened.store.connections.removeConnection(alice))?.toSorted()).toEqual(joined);
  });

  it('leaves no member behind when a connection is removed during a join', async () => {
    await using opened = await open();
    const { store } = opened;
    const channels = Array.from({ length: 8 }, (_, index) => `channel-${index}` as ChannelName);
    await opened.connect(alice);
    const join = (channel: ChannelName) => store.memberships.join(channel, alice, manyChannels);
    const [before, left, after] = await Promise.all([
      Promise.all(channels.slice(0, 4).map(join)),
      store.connections.removeConnection(alice),
      Promise.all(channels.slice(4).map(join)),
    ]);
    const outcomes = [...before, ...after];
    // an earlier join is reported by the removal, a later one is refused
    expect(left?.toSorted()).toEqual(channels.filter((_, index) => outcomes[index]!.kind === 'joined'));
    await opened.connect(alice);
    for (const channel of channels) {
      expect(await store.memberships.isMember(channel, alice)).toBe(false);
      expect(await listed(store.memberships.members(channel))).toEqual([]);
    }
    expect(await store.connections.removeConnection(alice)).toEqual([]);
  });

  it('stays consistent when a connection joins and leaves at the same time', async () => {
    await using opened = await open();
    const { store } = opened;
    const channels = Array.from({ length: 8 }, (_, index) => `channel-${index}` as ChannelName);
    await opened.connect(alice);
    const left = await Promise.all(
      channels.map(async (channel, index) => {
        const acts = [
          () => store.memberships.join(channel, alice, manyChannels),
          () => store.memberships.leave(channel, alice),
        ];
        const done = await Promise.all((index % 2 === 0 ? acts : acts.toReversed()).map((act) => act()));
        return done.includes(true);
      }),
    );
    const remaining = channels.filter((_, index) => !left[index]);
    for (const [index, channel] of channels.entries()) {
      expect(await store.memberships.isMember(channel, alice)).toBe(!left[index]);
      expect(await store.memberships.countMembers(channel)).toBe(left[index] ? 0 : 1);
    }
    expect((await store.connections.removeConnection(alice))?.toSorted()).toEqual(remaining);
  });

  const third = 'third' as ChannelName;
}
