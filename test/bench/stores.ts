import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedis, Redis } from './redis.ts';

/** Opens an empty store, and removes it at the end. @returns the settings of the service for it */
export type OpenStore = (cleanUp: AsyncDisposableStack) => Promise<NodeJS.ProcessEnv>;

/** The stores that can be measured on this machine. */
export const STORES: Readonly<Record<string, OpenStore>> = {
  async embedded(cleanUp) {
    const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-bench-'));
    cleanUp.defer(() => rm(dataDir, { recursive: true }));
    return { DATA_DIR: dataDir };
  },
  ...(hasRedis && {
    async Redis(cleanUp) {
      const redis = cleanUp.use(await Redis.start());
      return { STORE: 'redis', REDIS_URL: redis.url, REDIS_PREFIX: 'bench' };
    },
  }),
};

/** A note for the results of a machine without Redis. */
export const withoutRedis = hasRedis ? [] : ['Redis was not measured: `redis-server` is not installed.'];
