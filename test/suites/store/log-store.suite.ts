import { describe, expect, it } from 'vitest';
import { type ChannelName } from '../../../src/api/messages.js';
import { type Retention } from '../../../src/nest/store/log-store.js';
import {
  alice,
  ascending,
  atOnce,
  hour,
  ids,
  keepAll,
  manyChannels,
  news,
  type OpenStore,
  second,
  sports,
  start,
  type StoreUnderTest,
  unicodeText,
} from './store-under-test.js';

/** Checks a `LogStore`: epoch, offsets, and retention. */
export function logStoreSuite(open: OpenStore): void {
  describe('logs', () => {
    it('begins a log before its first message, with one epoch', async () => {
      await using opened = await open();
      const { epoch, offset } = await opened.store.logs.position(news);
      expect(epoch).toMatch(/^[\w-]{1,32}$/);
      expect(offset).toBe(0);
      expect(await opened.store.logs.readLog(news, 0, 10)).toEqual([]);
      expect(await opened.store.logs.append(news, 'first', keepAll)).toEqual({ epoch, offset: 1 });
      expect(await opened.store.logs.append(news, 'second', keepAll)).toEqual({ epoch, offset: 2 });
      expect(await opened.store.logs.position(news)).toEqual({ epoch, offset: 2 });
    });

    it('finds the position of a log, and begins none', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      const kept = await opened.countKept();
      expect(await logs.findPosition(news)).toBeUndefined();
      expect(await opened.countKept()).toBe(kept);
      const position = await logs.append(news, 'content', keepAll);
      expect(await logs.findPosition(news)).toEqual(position);
    });

    it('finds the positions of many logs, and begins none', async () => {
      await using opened = await open();
      const { logs } = opened.store;
      const channels = Array.from({ length: 150 }, (_, index) => `channel-${index}` as ChannelName);
      const kept = await opened.countKept();
      expect(await logs.findPositions([...channels, news])).toEqual(new Map());
      expect(await logs.findPositions([])).toEqual(new Map());
      expect(await opened.countKept()).toBe(kept);
      await logs.append(news, 'content', keepAll);
      const atNews = await logs.append(news, 'content', keepAll);
      const some = channels.slice(0, 120);
      const positions = await Promise.all(some.map((channel) => logs.append(channel, 'content', keepAll)));
      const expected = new Map([
        [news, atNews],
        ...some.map((channel, at) => [channel, positions[at]!] as const),
      ]);
      expect(await logs.findPositions([news, ...channels])).toEqual(expected);
    });

    it('keeps nothing of a channel that had members and no message', async () => {
      await using opened = await open();
      await opened.connect(alice);
      const kept = await opened.countKept();
      for (const channel of [news, sports]) {
        await opened.store.memberships.join(channel, alice, manyChannels);
        await opened.store.memberships.leave(channel, alice);
      }
      await opened.store.connections.removeConnection(alice);
      opened.clock.now = start + 61 * second;
      // a store may remove what has expired at any write
      await opened.connect(...ids(200));
      await Promise.all(ids(200).map((id) => opened.store.connections.removeConnection(id)));
      expect(await opened.countKept()).toBeLessThanOrEqual(kept);
    });

    it('has the epoch of a channel without messages for a member that comes back at once', async () => {
      await using opened = await open();
      await opened.enter(news, alice);
      const { epoch } = await opened.store.logs.position(news);
      await opened.store.connections.removeConnection(alice);
      opened.clock.now = start + 30 * second;
      await opened.enter(news, alice);
      expect(await opened.store.logs.position(news)).toEqual({ epoch, offset: 0 });
    });

    it('begins a log once for concurrent first callers', async () => {
      await using opened = await open();
      const positions = await atOnce(10, (index) =>
        index % 2 === 0
          ? opened.store.logs.position(news)
          : opened.store.logs.append(news, 'content', keepAll),
      );
      expect(new Set(positions.map(({ epoch }) => epoch)).size).toBe(1);
      expect((await opened.store.logs.position(news)).offset).toBe(5);
    });

    it('reads entries with a greater offset, in order, up to the limit', async () => {
      await using opened = await open();
      await appendAll(opened, ['a', 'b', 'c', 'd', 'e'], keepAll);
      expect(await opened.store.logs.readLog(news, 0, 10)).toEqual(
        ['a', 'b', 'c', 'd', 'e'].map((content, index) => ({
          offset: index + 1,
          publishedAt: start + index,
          content,
        })),
      );
      expect(await offsets(opened, 0, 2)).toEqual([1, 2]);
      expect(await offsets(opened, 2, 2)).toEqual([3, 4]);
      expect(await offsets(opened, 4, 2)).toEqual([5]);
      expect(await offsets(opened, 5, 2)).toEqual([]);
      expect(await offsets(opened, 99, 2)).toEqual([]);
    });

    it('keeps the logs of two channels apart', async () => {
      await using opened = await open();
      await opened.store.logs.append(news, 'of news', keepAll);
      await opened.store.logs.append(sports, 'of sports', keepAll);
      await opened.store.logs.append(sports, 'more of sports', { messages: 1, ageMs: hour });
      expect((await opened.store.logs.position(news)).offset).toBe(1);
      expect((await opened.store.logs.position(sports)).offset).toBe(2);
      expect(await opened.store.logs.readLog(news, 0, 10)).toMatchObject([{ content: 'of news' }]);
      expect(await opened.store.logs.readLog(sports, 0, 10)).toMatchObject([{ content: 'more of sports' }]);
    });

    it('keeps contents of 100 KB with any Unicode, and empty ones', async () => {
      await using opened = await open();
      const contents = [...Array.from({ length: 12 }, (_, index) => unicodeText(100 * 1024 + index)), ''];
      for (const content of contents) await opened.store.logs.append(news, content, keepAll);
      const read = await opened.store.logs.readLog(news, 0, 100);
      // compared one by one, so that a failure does not print a megabyte
      expect(read.map(({ content }, index) => content === contents[index])).toEqual(contents.map(() => true));
      expect(await offsets(opened, 9, 2)).toEqual([10, 11]);
    });

    it('gives 50 concurrent appends the offsets from 1 to 50, each once', async () => {
      await using opened = await open();
      const positions = await atOnce(50, (index) =>
        opened.store.logs.append(news, `content ${index}`, keepAll),
      );
      expect(positions.map(({ offset }) => offset).toSorted(ascending)).toEqual(
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
      const read = await opened.store.logs.readLog(news, 0, 100);
      expect(read.map(({ offset }) => offset)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
      for (const { offset, content } of read)
        expect(positions[Number(content.split(' ')[1])]).toMatchObject({ offset });
    });

    it('has every entry up to the returned offset, without gaps, while others append', async () => {
      await using opened = await open();
      await atOnce(20, async (index) => {
        const { offset } =
          index % 2 === 0
            ? await opened.store.logs.append(news, `content ${index}`, keepAll)
            : await opened.store.logs.position(news);
        const read = await offsets(opened, 0, 100);
        expect(read).toEqual(Array.from({ length: read.length }, (_, place) => place + 1));
        expect(read.length).toBeGreaterThanOrEqual(offset);
      });
    });

    it('keeps the newest entries up to the maximum', async () => {
      await using opened = await open();
      await appendAll(opened, ['a', 'b', 'c', 'd', 'e'], { messages: 3, ageMs: hour });
      expect(await offsets(opened, 0, 10)).toEqual([3, 4, 5]);
      expect(await offsets(opened, 0, 2)).toEqual([3, 4]);
      expect(await offsets(opened, 4, 10)).toEqual([5]);
      await appendAll(opened, ['f'], { messages: 1, ageMs: hour });
      expect(await offsets(opened, 0, 10)).toEqual([6]);
    });

    it('keeps entries younger than the age limit', async () => {
      await using opened = await open();
      const retention = { messages: 10, ageMs: 60 * second };
      const { epoch } = await opened.store.logs.append(news, 'a', retention);
      opened.clock.now = start + 30 * second;
      await opened.store.logs.append(news, 'b', retention);
      opened.clock.now = start + 60 * second - 1;
      expect(await offsets(opened, 0, 10)).toEqual([1, 2]);
      opened.clock.now = start + 60 * second;
      expect(await offsets(opened, 0, 10)).toEqual([2]);
      expect(await opened.store.logs.append(news, 'c', retention)).toEqual({ epoch, offset: 3 });
      expect(await offsets(opened, 0, 10)).toEqual([2, 3]);
      opened.clock.now = start + 90 * second;
      expect(await offsets(opened, 0, 10)).toEqual([3]);
    });

    it('gives no message an earlier time than the one before it, so that none expires between others', async () => {
      await using opened = await open();
      const minute = 60 * second;
      await opened.store.logs.append(news, 'a', keepAll);
      opened.clock.now = start - 30 * minute;
      await opened.store.logs.append(news, 'b', keepAll);
      opened.clock.now = start + 1;
      await opened.store.logs.append(news, 'c', keepAll);
      const read = await opened.store.logs.readLog(news, 0, 10);
      expect(read.map(({ publishedAt }) => publishedAt)).toEqual([start, start, start + 1]);
      opened.clock.now = start + 31 * minute;
      expect(await offsets(opened, 0, 10)).toEqual([1, 2, 3]);
      opened.clock.now = start + 60 * minute;
      expect(await offsets(opened, 0, 10)).toEqual([3]);
    });

    it('has no gap after the age limit was shorter for a time', async () => {
      await using opened = await open();
      await appendAll(opened, ['a', 'b'], keepAll);
      await appendAll(opened, ['c', 'd'], { ...keepAll, ageMs: 3 * second });
      await appendAll(opened, ['e', 'f'], keepAll);
      opened.clock.now = start + 10 * second;
      // a store may remove what has expired at any write, and when it opens
      await opened.connect(...ids(100));
      const { logs } = (await opened.reopen?.()) ?? opened.store;
      const read = (await logs.readLog(news, 0, 10)).map(({ offset }) => offset);
      expect([1, 2, 3, 4, 5, 6].slice(-read.length)).toEqual(read);
      expect(read).toEqual(expect.arrayContaining([5, 6]));
    });

    it('uses no offset twice in one epoch, however long nothing was appended', async () => {
      await using opened = await open();
      const retention = { messages: 2, ageMs: second };
      await appendAll(opened, ['a', 'b', 'c'], retention);
      const before = await opened.store.logs.position(news);
      expect(before.offset).toBe(3);
      opened.clock.now = start + 1000 * hour;
      expect(await offsets(opened, 0, 10)).toEqual([]);
      const after = await opened.store.logs.append(news, 'd', retention);
      // a new epoch is fine as well
      expect(after.epoch === before.epoch ? after.offset : 4).toBe(4);
      expect(await opened.store.logs.readLog(news, 0, 10)).toMatchObject([
        { content: 'd', offset: after.offset },
      ]);
    });

    it('counts offsets where no entries are kept', async () => {
      await using opened = await open();
      const { epoch } = await opened.store.logs.position(news);
      const retention = { messages: 0, ageMs: hour };
      expect(await opened.store.logs.append(news, 'a', retention)).toEqual({ epoch, offset: 1 });
      expect(await opened.store.logs.append(news, 'b', retention)).toEqual({ epoch, offset: 2 });
      expect(await opened.store.logs.position(news)).toEqual({ epoch, offset: 2 });
      expect(await offsets(opened, 0, 10)).toEqual([]);
      // and continues from there when entries are kept
      await opened.store.logs.append(news, 'c', keepAll);
      expect(await opened.store.logs.readLog(news, 0, 10)).toMatchObject([{ offset: 3, content: 'c' }]);
    });

    it('keeps the log of a channel that all members have left', async () => {
      await using opened = await open();
      await opened.enter(news, alice);
      const position = await opened.store.logs.append(news, 'a', keepAll);
      await opened.store.connections.removeConnection(alice);
      expect(await opened.store.logs.position(news)).toEqual(position);
      expect(await offsets(opened, 0, 10)).toEqual([1]);
    });
  });
}

/** Appends one after the other, a millisecond apart. */
async function appendAll(
  { store, clock }: StoreUnderTest,
  contents: readonly string[],
  retention: Retention,
): Promise<void> {
  for (const content of contents) {
    await store.logs.append(news, content, retention);
    clock.now += 1;
  }
}

async function offsets({ store }: StoreUnderTest, after: number, limit: number): Promise<number[]> {
  return (await store.logs.readLog(news, after, limit)).map(({ offset }) => offset);
}
