import { describe, expect, it } from 'vitest';
import { type Shard } from '../../../src/nest/store/shard-store.js';
import { type Store } from '../../../src/nest/store/store.js';
import {
  ascending,
  atOnce,
  hour,
  type OpenStore,
  start,
  type StoreUnderTest,
  unicodeText,
} from './store-under-test.js';

/** Checks a `ShardStore`: shards are put, taken, renewed, released, taken over, finished. */
export function shardStoreSuite(open: OpenStore): void {
  describe('shards', () => {
    it('gives the oldest shard first, and each to one caller only', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.shards.takeShard(lease)).toBeUndefined();
      await putOneByOne(opened, 'a', 'b', 'c');
      const shards = [
        await store.shards.takeShard(lease),
        await store.shards.takeShard(lease),
        await store.shards.takeShard(lease),
      ];
      expect(shards).toMatchObject(['a', 'b', 'c'].map((content) => ({ content, takes: 1 })));
      expect(shards.map((shard) => shard?.progress)).toEqual([undefined, undefined, undefined]);
      expect(new Set(shards.map((shard) => shard?.shardId)).size).toBe(3);
      expect(await store.shards.takeShard(lease)).toBeUndefined();
    });

    it('puts no shard, one, and many', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.shards.putShards([]);
      expect(await store.shards.countShards()).toBe(0);
      const contents = Array.from({ length: 60 }, (_, index) => `content ${index}`);
      await store.shards.putShards(contents);
      // equal contents are two shards
      await store.shards.putShards(contents.slice(0, 1));
      expect(await store.shards.countShards()).toBe(61);
      expect(await takenAtOnce(store, 61)).toEqual([...contents, 'content 0'].toSorted());
    });

    it('counts unfinished shards, taken or not', async () => {
      await using opened = await open();
      const { store } = opened;
      expect(await store.shards.countShards()).toBe(0);
      await store.shards.putShards(['a', 'b']);
      const shard = await taken(opened);
      expect(await store.shards.countShards()).toBe(2);
      await store.shards.releaseShard(shard, undefined);
      expect(await store.shards.countShards()).toBe(2);
      await store.shards.finishShard(await taken(opened));
      expect(await store.shards.countShards()).toBe(1);
      opened.clock.now = start + lease;
      await store.shards.finishShard(await taken(opened));
      expect(await store.shards.countShards()).toBe(0);
      expect(await store.shards.takeShard(lease)).toBeUndefined();
    });

    it('gives a shard to another once its lease has ended, with its progress', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.shards.putShards(['a']);
      const first = await taken(opened);
      expect(await store.shards.renewShard(first, lease, 'half of it')).toBe(true);
      opened.clock.now = start + lease - 1;
      expect(await store.shards.takeShard(lease)).toBeUndefined();
      opened.clock.now = start + lease;
      const next = await taken(opened);
      expect(next).toEqual({ shardId: first.shardId, content: 'a', progress: 'half of it', takes: 2 });
      // the new owner has a lease of its own
      opened.clock.now = start + 2 * lease - 1;
      expect(await store.shards.takeShard(lease)).toBeUndefined();
      opened.clock.now = start + 2 * lease;
      expect(await taken(opened)).toEqual({ ...next, takes: 3 });
    });

    it('gives abandoned and released shards before later ones', async () => {
      await using opened = await open();
      const { store } = opened;
      await putOneByOne(opened, 'left behind', 'given back', 'put later');
      await taken(opened);
      opened.clock.now += lease;
      expect(await taken(opened)).toMatchObject({ content: 'left behind' });
      await store.shards.releaseShard(await taken(opened), undefined);
      expect(await taken(opened)).toMatchObject({ content: 'given back' });
      expect(await taken(opened)).toMatchObject({ content: 'put later' });
    });

    it('gives an abandoned shard to one of several concurrent callers', async () => {
      await using opened = await open();
      await opened.store.shards.putShards(['a']);
      await taken(opened);
      opened.clock.now = start + lease;
      const shards = await atOnce(10, () => opened.store.shards.takeShard(lease));
      expect(shards.filter((shard) => shard !== undefined)).toMatchObject([{ content: 'a', takes: 2 }]);
    });

    it('keeps a shard for as long as it is renewed', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.shards.putShards(['a']);
      const shard = await taken(opened);
      opened.clock.now = start + lease - 1;
      expect(await store.shards.renewShard(shard, lease, '1')).toBe(true);
      opened.clock.now = start + 2 * lease - 2;
      expect(await store.shards.takeShard(lease)).toBeUndefined();
      expect(await store.shards.renewShard(shard, 2 * lease, '2')).toBe(true);
      opened.clock.now = start + 4 * lease - 3;
      expect(await store.shards.takeShard(lease)).toBeUndefined();
      opened.clock.now = start + 4 * lease - 2;
      expect(await taken(opened)).toMatchObject({ progress: '2', takes: 2 });
    });

    it('gives a released shard to any caller at once, with its progress', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.shards.putShards(['a']);
      await store.shards.releaseShard(await taken(opened), undefined);
      const again = await taken(opened);
      expect(again).toMatchObject({ content: 'a', takes: 2 });
      expect(again.progress).toBeUndefined();
      await store.shards.releaseShard(again, 'half of it');
      const third = await taken(opened);
      expect(third).toMatchObject({ progress: 'half of it', takes: 3 });
      await store.shards.renewShard(third, lease, 'more of it');
      await store.shards.releaseShard(third, 'most of it');
      expect(await taken(opened)).toMatchObject({ progress: 'most of it', takes: 4 });
    });

    it('finishes a shard for good', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.shards.putShards(['a']);
      const shard = await taken(opened);
      await store.shards.finishShard(shard);
      await store.shards.finishShard(shard);
      expect(await store.shards.renewShard(shard, lease, 'further')).toBe(false);
      await store.shards.releaseShard(shard, 'further');
      opened.clock.now = start + hour;
      expect(await store.shards.takeShard(lease)).toBeUndefined();
      expect(await store.shards.countShards()).toBe(0);
    });

    it('ignores a task that has lost its shard', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.shards.putShards(['a']);
      const lost = await taken(opened);
      opened.clock.now = start + lease;
      const owned = await taken(opened);
      expect(await store.shards.renewShard(lost, 10 * lease, 'of who has lost it')).toBe(false);
      await store.shards.releaseShard(lost, 'of who has lost it');
      await store.shards.finishShard(lost);
      expect(await store.shards.countShards()).toBe(1);
      expect(await store.shards.takeShard(lease)).toBeUndefined();
      expect(await store.shards.renewShard(owned, lease, 'of its owner')).toBe(true);
      opened.clock.now = start + 2 * lease;
      expect(await taken(opened)).toMatchObject({ progress: 'of its owner', takes: 3 });
    });

    it('ignores a task that has released its shard', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.shards.putShards(['a']);
      const given = await taken(opened);
      await store.shards.releaseShard(given, 'half of it');
      expect(await store.shards.renewShard(given, lease, 'further')).toBe(false);
      await store.shards.releaseShard(given, 'further');
      await store.shards.finishShard(given);
      expect(await store.shards.countShards()).toBe(1);
      expect(await taken(opened)).toMatchObject({ progress: 'half of it', takes: 2 });
    });

    it('gives 50 concurrent callers a different shard each', async () => {
      await using opened = await open();
      const contents = Array.from({ length: 50 }, (_, index) => `content ${index}`);
      await opened.store.shards.putShards(contents);
      expect(await takenAtOnce(opened.store, 50)).toEqual(contents.toSorted());
      expect(await opened.store.shards.takeShard(lease)).toBeUndefined();
    });

    it('keeps contents of 200 KB with any Unicode', async () => {
      await using opened = await open();
      const contents = Array.from({ length: 6 }, (_, index) => unicodeText(200 * 1024 - index));
      await opened.store.shards.putShards(contents);
      const found = await takenAtOnce(opened.store, 6);
      // compared here, so that a failure does not print a megabyte
      expect(found.map((content) => contents.indexOf(content)).toSorted(ascending)).toEqual([
        0, 1, 2, 3, 4, 5,
      ]);
    });
  });
}

const lease = 30_000;

/** Puts shards one after the other, a millisecond apart. */
async function putOneByOne({ store, clock }: StoreUnderTest, ...contents: readonly string[]): Promise<void> {
  for (const content of contents) {
    await store.shards.putShards([content]);
    clock.now += 1;
  }
}

async function taken({ store }: StoreUnderTest): Promise<Shard> {
  const shard = await store.shards.takeShard(lease);
  if (shard === undefined) throw new Error('no shard is there to take');
  return shard;
}

/** The contents of the shards that concurrent callers get, in alphabetical order. */
async function takenAtOnce(store: Store, count: number): Promise<string[]> {
  const shards = await atOnce(count, () => store.shards.takeShard(lease));
  return shards.flatMap((shard) => shard?.content ?? []).toSorted();
}
