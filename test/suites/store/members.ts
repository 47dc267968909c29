import { expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type MemberRange } from '../../../src/nest/store/membership-store.js';
import {
  alice,
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

/** The members of a channel in pages, all or in ranges. */
export function membersAreListed(open: OpenStore): void {
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
    expect(await idsOf(opened.store.memberships.members(news, { after: order[1], until: order[6] }))).toEqual(
      [order[6]],
    );
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
}
