import { describe, expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { type MemberRange } from '../../../src/nest/store/membership-store.js';
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
  pageMembers,
  sports,
  start,
} from './store-under-test.js';

const weather = 'weather' as ChannelName;

/** Checks a `MembershipStore`: joins, leaves, the largest number of channels, and lists of members. */
export function membershipStoreSuite(open: OpenStore): void {
  describe('memberships', () => {
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

    it('finds the channels of a connection among others', async () => {
      await using opened = await open();
      const { memberships } = opened.store;
      await opened.enter(news, alice, bob);
      await opened.enter(sports, alice);
      const find = async (id: ConnectionId, ...channels: readonly ChannelName[]) =>
        (await memberships.findMemberships(id, channels)).toSorted();
      expect(await find(alice, weather, sports, news)).toEqual([news, sports]);
      expect(await find(alice, news)).toEqual([news]);
      expect(await find(alice, weather)).toEqual([]);
      expect(await find(alice)).toEqual([]);
      expect(await find(bob, sports, news)).toEqual([news]);
      expect(await find('absent=' as ConnectionId, news)).toEqual([]);
      await memberships.leave(news, alice);
      expect(await find(alice, sports, news)).toEqual([sports]);
      await opened.store.connections.removeConnection(bob);
      expect(await find(bob, news)).toEqual([]);
      opened.clock.now = start + hour;
      expect(await find(alice, sports)).toEqual([]);
    });

    it('finds memberships among the largest number of channels in a ping', async () => {
      await using opened = await open();
      await opened.enter(news, alice);
      const others = Array.from({ length: 9_999 }, (_, index) => `other-${index}` as ChannelName);
      expect(await opened.store.memberships.findMemberships(alice, [...others, news])).toEqual([news]);
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
      expect(await store.memberships.join(weather, alice, 2)).toEqual({ kind: 'too_many_channels' });
      expect(await store.memberships.isMember(weather, alice)).toBe(false);
      expect(await store.memberships.countMembers(weather)).toBe(0);
      expect(await store.connections.counts()).toEqual({ connections: 2, channels: 2 });
      // a smaller maximum ends no membership
      expect(await store.memberships.join(news, alice, 1)).toMatchObject({ kind: 'was_member' });
      // other connections are not affected
      expect(await store.memberships.join(weather, bob, 2)).toMatchObject({ kind: 'joined' });
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
      expect(await store.memberships.join(weather, alice, 1)).toMatchObject({ kind: 'joined' });
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

    it('returns every member once, in pages, in a stable order', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, ...ids(8));
      const order = await idsOf(store.memberships.members(news));
      expect(order.toSorted()).toEqual(ids(8));
      expect(await idsOf(store.memberships.members(news))).toEqual(order);
      expect(await store.memberships.countMembers(news)).toBe(8);
      expect(await listed(store.memberships.members(sports))).toEqual([]);
      // also when members join, leave, and are touched
      await opened.enter(news, alice);
      await store.connections.touchConnection(order[2]!);
      await opened.connect(order[5]!);
      await store.memberships.leave(news, order[0]!);
      const changed = await idsOf(store.memberships.members(news));
      expect(changed.filter((id) => id !== alice)).toEqual(order.slice(1));
    });

    it.for([1, 2, pageMembers, 5, 8, 9])('may stop counting at %i', async (atMost) => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, ...ids(8));
      const order = await idsOf(store.memberships.members(news));
      const count = await store.memberships.countMembers(news, atMost);
      expect(count).toBeGreaterThanOrEqual(Math.min(atMost, 8));
      expect(count).toBeLessThanOrEqual(8);
      // expired members are not counted, wherever they are
      await Promise.all(order.slice(0, 6).map((id) => opened.put(id, { expiresAt: start + hour / 2 })));
      opened.clock.now = start + hour / 2;
      const rest = await store.memberships.countMembers(news, atMost);
      expect(rest).toBeGreaterThanOrEqual(Math.min(atMost, 2));
      expect(rest).toBeLessThanOrEqual(2);
    });

    it('neither skips nor repeats a member while others leave and join between the pages', async () => {
      await using opened = await open();
      const everybody = ids(9);
      await opened.enter(news, ...everybody);
      await opened.connect(alice);
      const seen: ConnectionId[] = [];
      for await (const page of checked(opened.store.memberships.members(news))) {
        seen.push(...page.map(({ connectionId }) => connectionId));
        await opened.store.memberships.leave(news, seen[0]!);
        await opened.store.connections.removeConnection(seen[1]!);
        await opened.store.memberships.join(news, alice, manyChannels);
      }
      expect(seen.filter((id) => id !== alice).toSorted()).toEqual(everybody);
      expect(seen.filter((id) => id === alice).length).toBeLessThanOrEqual(1);
    });

    it('returns no empty page when whole pages have expired', async () => {
      await using opened = await open();
      await opened.enter(news, ...ids(8));
      const order = await idsOf(opened.store.memberships.members(news));
      await Promise.all(order.slice(0, 6).map((id) => opened.put(id, { expiresAt: start + hour / 2 })));
      opened.clock.now = start + hour / 2;
      expect(await idsOf(opened.store.memberships.members(news))).toEqual(order.slice(6));
      expect(
        await idsOf(opened.store.memberships.members(news, { after: order[1], until: order[6] })),
      ).toEqual([order[6]]);
      expect(await idsOf(opened.store.memberships.members(news, { until: order[5] }))).toEqual([]);
      expect(await opened.store.memberships.countMembers(news)).toBe(2);
    });

    it('returns the members between two bounds, whether these are members or not', async () => {
      await using opened = await open();
      const { store } = opened;
      await opened.enter(news, ...ids(9));
      const order = await idsOf(store.memberships.members(news));
      const [first, third, seventh, last] = [order[0], order[2], order[6], order[8]];
      const between = (range: MemberRange) => idsOf(store.memberships.members(news, range));
      expect(await between({})).toEqual(order);
      expect(await between({ after: third })).toEqual(order.slice(3));
      expect(await between({ until: seventh })).toEqual(order.slice(0, 7));
      expect(await between({ after: third, until: seventh })).toEqual(order.slice(3, 7));
      expect(await between({ after: first, until: last })).toEqual(order.slice(1));
      expect(await between({ after: last })).toEqual([]);
      expect(await between({ until: first })).toEqual([first]);
      expect(await between({ after: third, until: third })).toEqual([]);

      await store.memberships.leave(news, third!);
      await store.connections.removeConnection(seventh!);
      expect(await between({ after: third, until: seventh })).toEqual(order.slice(3, 6));
      // an id that never existed is a bound as well
      const before = await between({ until: 'c4' as ConnectionId });
      expect([...before, ...(await between({ after: 'c4' as ConnectionId }))]).toEqual(
        order.filter((id) => id !== third && id !== seventh),
      );
    });

    it('divides a channel without members into one range', async () => {
      await using opened = await open();
      const ranges = await opened.store.memberships.memberRanges(news, 2);
      expect(ranges).toEqual([{}]);
      // a later member is in it
      await opened.enter(news, alice);
      expect(await idsOf(opened.store.memberships.members(news, ranges[0]))).toEqual([alice]);
    });

    it.for([1, 2, pageMembers, pageMembers + 1, 7, 8, 9, 100])(
      'divides a channel of eight into ranges of about %i that cover it without overlap',
      async (size) => {
        await using opened = await open();
        const { store } = opened;
        await opened.enter(news, ...ids(8));
        const ranges = await store.memberships.memberRanges(news, size);
        expect(ranges[0]?.after).toBeUndefined();
        expect(ranges.at(-1)?.until).toBeUndefined();
        expect(ranges.slice(1).map(({ after }) => after)).toEqual(
          ranges.slice(0, -1).map(({ until }) => until),
        );
        expect(ranges.slice(1).every(({ after }) => after !== undefined)).toBe(true);
        const inRanges = await Promise.all(
          ranges.map((range) => idsOf(store.memberships.members(news, range))),
        );
        expect(inRanges.flat()).toEqual(await idsOf(store.memberships.members(news)));
        expect(Math.max(...inRanges.map((members) => members.length))).toBeLessThanOrEqual(2 * size);
        expect(ranges.length).toBeLessThanOrEqual(Math.ceil((2 * 8) / size));
      },
    );
  });
}
