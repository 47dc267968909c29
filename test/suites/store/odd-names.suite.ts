import { expect, it } from 'vitest';
import { type ConnectionId, type UserId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { atOnce, idsOf, keepAll, listed, manyChannels, news, type OpenStore } from './store-under-test.js';

/** Names that the service accepts, but that look like syntax of the engine. */
export function oddNamesSuite(open: OpenStore): void {
  const channels = [
    ...'a A a:b a: :a a.b a/b a% % _ a_ a-b @a a%3Ab .. - __proto__ constructor 0 00 members'.split(' '),
    `${'x'.repeat(255)}y`,
    'x'.repeat(256),
  ] as ChannelName[];
  const userIds = [
    ...'u U u|v u#v u{v} {u} {} u=v u:v u/v u% u_ u* [u] $u - "u" \\u __proto__ 0 00 ß ss 漢字 👩🏽'.split(' '),
    "u'; --",
    ' ',
    'u v',
    '\u00E9',
    'e\u0301',
    '漢'.repeat(255),
    '👩'.repeat(256),
  ] as UserId[];
  const connectionIds = [
    ...'c C a:b c|d c#d c{d} {c} {} { c= c== % _ * [c] (c + $ __proto__ 0 00 ! ~ " \' \\'.split(' '),
    `${'{}|#~!'.repeat(42)}zzzz`,
    '~'.repeat(256),
    `${'~'.repeat(255)}}`,
  ] as ConnectionId[];
  const connectionOf = (index: number) => `of-${index}` as ConnectionId;

  it('keeps channels with odd names apart', async () => {
    await using opened = await open();
    const { store } = opened;
    // each channel has its own member and message
    await atOnce(channels.length, async (index) => {
      const connectionId = connectionOf(index);
      await opened.enter(channels[index]!, connectionId);
      await store.logs.append(channels[index]!, connectionId, keepAll);
    });
    await atOnce(channels.length, async (index) => {
      const channel = channels[index]!;
      const connectionId = connectionOf(index);
      expect(await idsOf(store.memberships.members(channel))).toEqual([connectionId]);
      expect(await store.memberships.countMembers(channel)).toBe(1);
      expect(await store.logs.readLog(channel, 0, 10)).toMatchObject([{ offset: 1, content: connectionId }]);
    });
    expect(await store.connections.counts()).toEqual({
      connections: channels.length,
      channels: channels.length,
    });
    const everywhere = 'everywhere' as ConnectionId;
    await opened.connect(everywhere);
    await atOnce(channels.length, (index) =>
      store.memberships.join(channels[index]!, everywhere, manyChannels),
    );
    const found = await store.memberships.findMemberships(everywhere, channels);
    expect(found.toSorted()).toEqual(channels.toSorted());
    expect([...(await store.logs.findPositions(channels)).keys()].toSorted()).toEqual(channels.toSorted());
    expect((await store.connections.removeConnection(everywhere))?.toSorted()).toEqual(channels.toSorted());
  });

  it('keeps users with odd ids apart', async () => {
    await using opened = await open();
    const { store } = opened;
    await atOnce(userIds.length, async (index) => {
      await opened.put(connectionOf(index), { userId: userIds[index]! });
      await store.memberships.join(news, connectionOf(index), manyChannels);
    });
    const members = await listed(store.memberships.members(news));
    await atOnce(userIds.length, async (index) => {
      const [userId, connectionId] = [userIds[index], connectionOf(index)];
      expect(await listed(store.connections.connectionsOf(userId!))).toMatchObject([
        { connectionId, userId },
      ]);
      expect(members.find((member) => member.connectionId === connectionId)).toMatchObject({ userId });
    });
  });

  it('keeps connections with odd ids apart', async () => {
    await using opened = await open();
    const { store } = opened;
    const userId = 'u' as UserId;
    await atOnce(connectionIds.length, async (index) => {
      await opened.put(connectionIds[index]!, { userId, connectedAt: index });
      await store.memberships.join(news, connectionIds[index]!, manyChannels);
    });
    const order = await idsOf(store.memberships.members(news));
    expect(order.toSorted()).toEqual(connectionIds.toSorted());
    expect((await idsOf(store.connections.connectionsOf(userId))).toSorted()).toEqual(
      connectionIds.toSorted(),
    );
    const inRanges = [];
    for (const range of await store.memberships.memberRanges(news, 4))
      inRanges.push(...(await idsOf(store.memberships.members(news, range))));
    expect(inRanges).toEqual(order);
    await atOnce(connectionIds.length, async (index) => {
      const connectionId = connectionIds[index]!;
      expect(await store.connections.getConnection(connectionId)).toMatchObject({
        connectionId,
        connectedAt: index,
      });
      expect(await store.memberships.isMember(news, connectionId)).toBe(true);
    });
    // removing every second one does not affect the others
    const [leaving, staying] = [0, 1].map((rest) => order.filter((_, index) => index % 2 === rest));
    for (const connectionId of leaving!)
      expect(await store.connections.removeConnection(connectionId)).toEqual([news]);
    expect(await idsOf(store.memberships.members(news))).toEqual(staying);
    expect(await store.connections.counts()).toEqual({ connections: staying!.length, channels: 1 });
  });

  it('keeps memberships apart whose concatenated names are the same', async () => {
    await using opened = await open();
    const { store } = opened;
    const separators = [':', '/', '.', '-', '@', '%', '_'];
    const pairs = separators.map((separator) => ({
      one: { channel: `a${separator}b` as ChannelName, connectionId: 'c' as ConnectionId },
      other: { channel: 'a' as ChannelName, connectionId: `b${separator}c` as ConnectionId },
    }));
    await opened.connect(...pairs.flatMap(({ one, other }) => [one.connectionId, other.connectionId]));
    for (const { one, other } of pairs) {
      await store.memberships.join(one.channel, one.connectionId, manyChannels);
      expect(await store.memberships.isMember(other.channel, other.connectionId)).toBe(false);
      expect(await store.memberships.join(other.channel, other.connectionId, manyChannels)).toMatchObject({
        kind: 'joined',
      });
      expect(await store.memberships.leave(one.channel, one.connectionId)).toBe(true);
      expect(await store.memberships.isMember(other.channel, other.connectionId)).toBe(true);
    }
  });
}
