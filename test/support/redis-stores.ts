import { randomUUID } from 'node:crypto';
import { RedisStore, type RedisStoreOptions } from '../../src/nest/store/redis.store.js';
import { type OpenedStore, type StoreSuiteOptions } from '../suites/store/store-under-test.js';
import { type SpawnedRedis } from './redis-server.js';

/** A server that is shared by the tests of a suite. */
export interface SharedRedis {
  readonly options: Pick<RedisStoreOptions, 'url' | 'isCluster' | 'timeoutMs'>;
  readonly nodes: readonly SpawnedRedis[];
  /** Resolves when the nodes can be used after a restart. */
  readonly isReady: () => Promise<void>;
  /** Takes the server away from the stores. */
  readonly cutOff: () => Promise<void>;
  /** Undoes that at the end of the test, for the next one. */
  readonly giveBack: () => Promise<void>;
}

/** Stores on a server, for a test of the suite, with a prefix of their own. */
export async function openRedisStores(
  { options: server, nodes, isReady, cutOff, giveBack }: SharedRedis,
  options: StoreSuiteOptions,
): Promise<OpenedStore> {
  const prefix = randomUUID();
  const stores: RedisStore[] = [];
  const atTheEnd: (() => Promise<void>)[] = [];
  const openBeside = async () => {
    const store = await RedisStore.connect({ ...server, ...options, prefix });
    stores.push(store);
    return store;
  };
  const ofAllNodes = <T>(act: (node: SpawnedRedis) => Promise<T>) => Promise.all(nodes.map(act));
  const limitMemory = async (bytes: string) => {
    await ofAllNodes((node) => node.command('CONFIG', 'SET', 'maxmemory', bytes));
  };
  return {
    store: await openBeside(),
    openBeside,
    async reopen() {
      await stores[0]!.close();
      return openBeside();
    },
    async cutOff() {
      atTheEnd.push(giveBack);
      await cutOff();
    },
    async copy() {
      const copies = await ofAllNodes((node) => node.copy());
      return async () => {
        await Promise.all(stores.map((store) => store.close()));
        await Promise.all(nodes.map((node, index) => node.putBack(copies[index]!)));
        await isReady();
        return openBeside();
      };
    },
    async fillUp() {
      atTheEnd.push(() => limitMemory('0'));
      await limitMemory('1');
    },
    countKept: async () => {
      const counts = await ofAllNodes(async (node) => {
        const keys = await node.keys(`${prefix}:*`);
        const ttls = await Promise.all(keys.map((key) => node.command('PTTL', key)));
        return ttls.filter((ttl) => ttl === -1 || Number(ttl) > FOUR_HOURS_MS).length;
      });
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
      for (const act of atTheEnd) await act();
    },
  };
}

const FOUR_HOURS_MS = 4 * 3_600_000;
