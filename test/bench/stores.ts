import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedis, Redis } from './redis.ts';

/** What opens an empty store, and lets go of it at the end. */
export type OpenStore = (cleanUp: AsyncDisposableStack) => Promise<NodeJS.ProcessEnv>;

/** The stores that can be measured here, each with the settings of the service for it. */
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

/** Said where there is no Redis. */
export const withoutRedis = hasRedis ? [] : ['Redis was not measured: `redis-server` is not installed.'];
