import { randomUUID } from 'node:crypto';
import { RedisStore, type RedisStoreOptions } from '../../src/nest/store/redis.store.js';
import { type OpenedStore } from '../suites/store/store-under-test.js';

/**
 * Stores on a server, for a test of the suite, with a prefix of their own.
 *
 * @param options how they connect
 * @param cutOff takes the server away from them
 * @param giveBack undoes that at the end of the test, for the next one
 */
export async function openRedisStores(
  options: Omit<RedisStoreOptions, 'prefix'>,
  cutOff: () => Promise<void>,
  giveBack: () => Promise<void>,
): Promise<OpenedStore> {
  const prefix = randomUUID();
  const stores: RedisStore[] = [];
  let isCutOff = false;
  const openBeside = async () => {
    const store = await RedisStore.connect({ ...options, prefix });
    stores.push(store);
    return store;
  };
  return {
    store: await openBeside(),
    openBeside,
    async reopen() {
      await stores[0]!.close();
      return openBeside();
    },
    async cutOff() {
      isCutOff = true;
      await cutOff();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
      if (isCutOff) await giveBack();
    },
  };
}
