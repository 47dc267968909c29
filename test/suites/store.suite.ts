import { describe, expect, it } from 'vitest';
import { type ConnectionId, type UserId } from '../../src/api/integration.js';
import { type ChannelName } from '../../src/api/messages.js';
import { type Member, type Store } from '../../src/service/store/store.js';

/** What the suite asks of a store that it opens. */
export interface StoreSuiteOptions {
  readonly now: () => number;
  readonly pageMembers: number;
}

/** A store for one test; disposing of it closes it and removes what it kept. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: Store;
  /** Where it keeps its state beyond its own end: closes it and opens it again. */
  readonly reopen?: () => Promise<Store>;
}

export interface StoreSuite {
  readonly name: string;
  readonly open: (options: StoreSuiteOptions) => Promise<OpenedStore>;
}

/** Holds a store to what `store.ts` promises. */
export function storeSuite({ name, open }: StoreSuite): void {
  const news = 'news' as ChannelName;
  const sports = 'sports' as ChannelName;
  const [alice, bob] = ['alice=' as ConnectionId, 'bob=' as ConnectionId];

  /** A store at an hour that the test decides, with pages so small that there are several. */
  const openAt = async (startsAt: number) => {
    const clock = { now: startsAt };
    const opened = await open({ now: () => clock.now, pageMembers: 3 });
    return {
      ...opened,
      clock,
      connect: (...connectionIds: ConnectionId[]) =>
        Promise.all(
          connectionIds.map((connectionId) =>
            opened.store.putConnection({ connectionId, connectedAt: clock.now, expiresAt: clock.now + 1000 }),
          ),
        ),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  };

  describe(`the ${name} store`, () => {
    it('gives a connection back as it was put', async () => {
      await using opened = await openAt(5000);
      await opened.store.putConnection({ connectionId: alice, connectedAt: 4990, expiresAt: 9000 });
      expect(await opened.store.getConnection(alice)).toEqual({
        connectionId: alice,
        connectedAt: 4990,
        expiresAt: 9000,
        lastActiveAt: 5000,
      });
      expect(await opened.store.getConnection(bob)).toBeUndefined();
    });

    it('knows who is behind a connection, wherever it tells of one', async () => {
      await using opened = await openAt(5000);
      const [userId, connectedAt, expiresAt] = ['Zoë 👩 @example.com' as UserId, 5000, 9000];
      await opened.store.putConnection({ connectionId: alice, userId, connectedAt, expiresAt });
      await opened.store.putConnection({ connectionId: bob, connectedAt, expiresAt });
      for (const id of [alice, bob]) await opened.store.join(news, id);
      const known = { connectionId: alice, userId, connectedAt, expiresAt, lastActiveAt: 5000 };
      expect(await opened.store.getConnection(alice)).toEqual(known);
      expect(await opened.store.touchConnection(alice)).toEqual(known);
      expect(await opened.store.touchConnection(bob)).not.toHaveProperty('userId');
      expect((await collect(opened.store.members(news))).flat()).toEqual([
        { connectionId: alice, userId, joinedAt: 5000 },
        { connectionId: bob, joinedAt: 5000 },
      ]);
    });

    it('knows of a connection that is put again what it was put with last', async () => {
      await using opened = await openAt(5000);
      const putAs = (userId?: string) =>
        opened.store.putConnection({
          connectionId: alice,
          userId: userId as UserId | undefined,
          connectedAt: 5000,
          expiresAt: 9000,
        });
      await putAs('zoe');
      await putAs('yan');
      expect(await opened.store.getConnection(alice)).toMatchObject({ userId: 'yan' });
      await putAs();
      expect(await opened.store.getConnection(alice)).not.toHaveProperty('userId');
    });

    it('keeps the channels of a connection that is put again', async () => {
      await using opened = await openAt(5000);
      await opened.connect(alice);
      await opened.store.join(news, alice);
      opened.clock.now = 5500;
      await opened.connect(alice);
      expect(await opened.store.getConnection(alice)).toMatchObject({ connectedAt: 5500, expiresAt: 6500 });
      expect(await opened.store.isMember(news, alice)).toBe(true);
    });

    it('notes when a connection was heard of, if it is there', async () => {
      await using opened = await openAt(5000);
      await opened.connect(alice);
      opened.clock.now = 5100;
      expect(await opened.store.touchConnection(alice)).toMatchObject({ lastActiveAt: 5100 });
      expect(await opened.store.touchConnection(bob)).toBeUndefined();
      expect(await opened.store.getConnection(alice)).toMatchObject({ lastActiveAt: 5100 });
      expect(await opened.store.getConnection(bob)).toBeUndefined();
    });

    it('lets a removed connection leave every channel', async () => {
      await using opened = await openAt(5000);
      await opened.connect(alice, bob);
      for (const channel of [news, sports])
        for (const id of [alice, bob]) await opened.store.join(channel, id);
      expect(await opened.store.removeConnection(alice)).toBe(true);
      expect(await opened.store.removeConnection(alice)).toBe(false);
      expect(await opened.store.getConnection(alice)).toBeUndefined();
      for (const channel of [news, sports]) expect(await membersOf(opened.store, channel)).toEqual([bob]);
      // and does not find them again when it is back
      await opened.connect(alice);
      expect(await opened.store.isMember(news, alice)).toBe(false);
    });

    it('lets a connection join once, since the first time', async () => {
      await using opened = await openAt(5000);
      await opened.connect(alice);
      expect(await opened.store.join(news, alice)).toBe(true);
      opened.clock.now = 5100;
      expect(await opened.store.join(news, alice)).toBe(false);
      expect(await collect(opened.store.members(news))).toEqual([[{ connectionId: alice, joinedAt: 5000 }]]);
      expect(await opened.store.isMember(news, alice)).toBe(true);
      expect(await opened.store.isMember(sports, alice)).toBe(false);
    });

    it('lets a connection leave once', async () => {
      await using opened = await openAt(5000);
      await opened.connect(alice);
      await opened.store.join(news, alice);
      expect(await opened.store.leave(news, alice)).toBe(true);
      expect(await opened.store.leave(news, alice)).toBe(false);
      expect(await opened.store.isMember(news, alice)).toBe(false);
      expect(await opened.store.countMembers(news)).toBe(0);
    });

    it('lets nobody join who is not there', async () => {
      await using opened = await openAt(5000);
      expect(await opened.store.join(news, alice)).toBe(false);
      await opened.connect(alice);
      expect(await opened.store.isMember(news, alice)).toBe(false);
    });

    it('gives every member once, in pages', async () => {
      await using opened = await openAt(5000);
      await opened.connect(...ids(8));
      await Promise.all(ids(8).map((id) => opened.store.join(news, id)));
      const pages = await collect(opened.store.members(news));
      expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
      expect(idsOf(pages).toSorted()).toEqual(ids(8).toSorted());
      expect(await opened.store.countMembers(news)).toBe(8);
      expect(await collect(opened.store.members(sports))).toEqual([]);
    });

    it('skips and repeats nobody who stays while others leave and join between the pages', async () => {
      await using opened = await openAt(5000);
      const everybody = ids(9);
      await opened.connect(...everybody, alice);
      await Promise.all(everybody.map((id) => opened.store.join(news, id)));
      const seen: ConnectionId[] = [];
      for await (const page of opened.store.members(news)) {
        seen.push(...page.map(({ connectionId }) => connectionId));
        await opened.store.leave(news, seen[0]!);
        await opened.store.removeConnection(seen[1]!);
        await opened.store.join(news, alice);
      }
      const stayed = seen.filter((id) => id !== alice);
      expect(stayed.toSorted()).toEqual(everybody);
    });

    it('treats an expired connection as absent, and as a member of nothing', async () => {
      await using opened = await openAt(5000);
      await opened.connect(alice);
      await opened.store.join(news, alice);
      opened.clock.now = 5999;
      expect(await opened.store.isMember(news, alice)).toBe(true);
      opened.clock.now = 6000;
      expect(await opened.store.getConnection(alice)).toBeUndefined();
      expect(await opened.store.touchConnection(alice)).toBeUndefined();
      expect(await opened.store.isMember(news, alice)).toBe(false);
      expect(await opened.store.countMembers(news)).toBe(0);
      expect(await collect(opened.store.members(news))).toEqual([]);
      expect(await opened.store.join(news, alice)).toBe(false);
      expect(await opened.store.leave(news, alice)).toBe(false);
      expect(await opened.store.removeConnection(alice)).toBe(false);
    });

    it('does not give an expired connection its channels back', async () => {
      await using opened = await openAt(5000);
      await opened.connect(alice);
      await opened.store.join(news, alice);
      opened.clock.now = 6000;
      await opened.connect(alice);
      expect(await opened.store.getConnection(alice)).toMatchObject({ connectedAt: 6000 });
      expect(await opened.store.isMember(news, alice)).toBe(false);
    });

    it('takes the writes of 50 at once', async () => {
      await using opened = await openAt(5000);
      await Promise.all(
        ids(50).map(async (id) => {
          await opened.connect(id);
          await opened.store.join(news, id);
          await opened.store.join(sports, id);
          await opened.store.leave(sports, id);
        }),
      );
      expect(await opened.store.countMembers(news)).toBe(50);
      expect(await opened.store.countMembers(sports)).toBe(0);
      expect(idsOf(await collect(opened.store.members(news))).toSorted()).toEqual(ids(50).toSorted());
    });

    it('tells that it can be read, until it is closed', async () => {
      await using opened = await openAt(5000);
      await expect(opened.store.ping()).resolves.toBeUndefined();
      await opened.store.close();
      await expect(opened.store.ping()).rejects.toBeInstanceOf(Error);
    });

    it('forgets nobody in a restart', async ({ skip }) => {
      await using opened = await openAt(5000);
      const { reopen = () => skip('keeps nothing beyond its own end') } = opened;
      const userId = 'zoe' as UserId;
      await opened.store.putConnection({ connectionId: alice, userId, connectedAt: 5000, expiresAt: 6000 });
      await opened.store.join(news, alice);
      const reopened = await reopen();
      expect(await reopened.getConnection(alice)).toMatchObject({
        userId,
        connectedAt: 5000,
        expiresAt: 6000,
      });
      expect(await collect(reopened.members(news))).toEqual([
        [{ connectionId: alice, userId, joinedAt: 5000 }],
      ]);
    });
  });
}

async function collect(pages: AsyncIterable<readonly Member[]>): Promise<(readonly Member[])[]> {
  const collected = [];
  for await (const page of pages) collected.push(page);
  return collected;
}

function idsOf(pages: readonly (readonly Member[])[]): ConnectionId[] {
  return pages.flat().map(({ connectionId }) => connectionId);
}

async function membersOf(store: Store, channel: ChannelName): Promise<ConnectionId[]> {
  return idsOf(await collect(store.members(channel)));
}

function ids(count: number): ConnectionId[] {
  return Array.from({ length: count }, (_, index) => `c${index}=` as ConnectionId);
}
