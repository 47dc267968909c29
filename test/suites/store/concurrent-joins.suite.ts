import { expect, it } from 'vitest';
import {
  alice,
  ascending,
  atOnce,
  bob,
  hour,
  ids,
  keepAll,
  listed,
  manyChannels,
  news,
  type OpenStore,
  sports,
  start,
} from './store-under-test.js';

/** Joins while others publish: the log and the members agree. */
export function concurrentJoinsSuite(open: OpenStore): void {
  it('returns the position of the log to a join, and stores it with the member', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.connect(alice, bob);
    const { epoch } = await store.logs.position(news);
    expect(await store.memberships.join(news, alice, manyChannels)).toEqual({
      kind: 'joined',
      position: { epoch, offset: 0 },
    });
    await store.logs.append(news, 'a', keepAll);
    await store.logs.append(news, 'b', { messages: 0, ageMs: hour });
    expect(await store.memberships.join(news, bob, manyChannels)).toEqual({
      kind: 'joined',
      position: { epoch, offset: 2 },
    });
    const members = await listed(store.memberships.members(news));
    expect(new Map(members.map(({ connectionId, joinedOffset }) => [connectionId, joinedOffset]))).toEqual(
      new Map([
        [alice, 0],
        [bob, 2],
      ]),
    );
  });

  it('begins the log at the first join', async () => {
    await using opened = await open();
    await opened.connect(alice);
    const outcome = await opened.store.memberships.join(news, alice, manyChannels);
    expect(outcome).toEqual({ kind: 'joined', position: await opened.store.logs.position(news) });
    expect(await opened.store.logs.append(news, 'a', keepAll)).toEqual({
      epoch: 'position' in outcome && outcome.position.epoch,
      offset: 1,
    });
  });

  it('keeps the position of a member that joins again or is put again', async () => {
    await using opened = await open();
    const { store } = opened;
    await opened.enter(news, alice);
    await store.logs.append(news, 'a', keepAll);
    await store.memberships.join(news, alice, manyChannels);
    await opened.connect(alice);
    expect(await listed(store.memberships.members(news))).toMatchObject([
      { joinedAt: start, joinedOffset: 0 },
    ]);
  });

  it('gives later messages greater offsets than that of every member, however long nothing was appended', async () => {
    await using opened = await open();
    const { store } = opened;
    const retention = { messages: 10, ageMs: 1000 };
    for (const content of ['a', 'b', 'c']) await store.logs.append(news, content, retention);
    // so long that a store may drop the log
    opened.clock.now = start + 100 * 24 * hour;
    await opened.enter(news, alice);
    await store.logs.append(sports, 'elsewhere', retention);
    opened.clock.now += 2000;
    await store.logs.append(sports, 'elsewhere', retention);
    const { offset } = await store.logs.append(news, 'd', retention);
    const [member] = await listed(store.memberships.members(news));
    expect(member?.joinedOffset).toBeLessThan(offset);
  });

  it('misses no message for a connection that joins while others append', async () => {
    await using opened = await open();
    const { store } = opened;
    const joining = ids(9);
    await opened.connect(...joining);
    const [joins, appends] = await Promise.all([
      atOnce(9, async (index) => {
        const outcome = await store.memberships.join(news, joining[index]!, manyChannels);
        if (outcome.kind !== 'joined') throw new Error(outcome.kind);
        // as a resume does: the entries up to the position
        const { offset: position } = outcome.position;
        const log = await store.logs.readLog(news, 0, 100);
        return { position, read: log.map(({ offset }) => offset).filter((offset) => offset <= position) };
      }),
      atOnce(9, async (index) => {
        const { offset } = await store.logs.append(news, `content ${index}`, keepAll);
        // as a publish does: the recipients of the message
        const members = await listed(store.memberships.members(news));
        return {
          offset,
          found: members
            .filter(({ joinedOffset }) => joinedOffset < offset)
            .map(({ connectionId }) => connectionId),
        };
      }),
    ]);
    expect(appends.map(({ offset }) => offset).toSorted(ascending)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [index, connectionId] of joining.entries()) {
      // each message either was in the log up to the position, or was sent, but not both
      const sent = appends.filter(({ found }) => found.includes(connectionId)).map(({ offset }) => offset);
      expect([...joins[index]!.read, ...sent].toSorted(ascending)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    const members = await listed(store.memberships.members(news));
    for (const { connectionId, joinedOffset } of members)
      expect(joins[joining.indexOf(connectionId)]).toMatchObject({ position: joinedOffset });
  });
}
