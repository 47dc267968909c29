import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { RedisStore } from '../../../src/nest/store/redis.store.js';
import { StoreFullError, StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { storeSuite } from '../../suites/store.suite.js';
import { openRedisStores } from '../../support/redis-stores.js';
import { hasRedis, redisSkip, SpawnedRedisCluster } from '../../support/redis-server.js';

describe.skipIf(!hasRedis)(`with a Redis cluster (${redisSkip})`, () => {
  let cluster: SpawnedRedisCluster;
  beforeAll(async () => {
    // a cluster that continues with the slots that it has
    cluster = await SpawnedRedisCluster.start('--cluster-require-full-coverage', 'no');
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  storeSuite({
    name: 'redis cluster',
    canBeFull: true,
    hasServerTime: true,
    open: (options) =>
      openRedisStores(
        {
          options: { url: cluster.url, isCluster: true, timeoutMs: 2000 },
          nodes: cluster.nodes,
          isReady: () => cluster.ok(),
          cutOff: async () => cluster.signal('SIGSTOP'),
          // sooner than the nodes declare each other failed
          giveBack: async () => cluster.signal('SIGCONT'),
        },
        options,
      ),
  });

  it('is recognised by a store that expects a single server', async () => {
    const connecting = RedisStore.connect({ ...defaults(), url: cluster.url, isCluster: false });
    await expect(connecting).rejects.toThrow(ConfigError);
    await expect(connecting).rejects.toThrow(/REDIS_CLUSTER=true/);
  });

  it('lets no connection join where only the node of the channel is full', async () => {
    const [, ...others] = cluster.nodes;
    await using cleanUp = new AsyncDisposableStack();
    const store = await RedisStore.connect({ ...defaults(), url: cluster.url });
    cleanUp.defer(() => store.close());
    const now = Date.now();
    await Promise.all(
      ids.map((connectionId) =>
        store.connections.putConnection({ connectionId, connectedAt: now, expiresAt: now + 3_600_000 }),
      ),
    );
    cleanUp.defer(async () => {
      for (const node of others) await node.command('CONFIG', 'SET', 'maxmemory', '0');
    });
    for (const node of others) await node.command('CONFIG', 'SET', 'maxmemory', '1');
    // not the number of the connection: a hash slot is linear in the name
    const join = (id: ConnectionId, index: number) =>
      store.memberships.join(`channel ${ids.length - index}` as ChannelName, id, 10);
    const joins = await Promise.allSettled(ids.map(join));
    const removed = await Promise.all(ids.map((id) => store.connections.removeConnection(id)));
    expect(removed.map((channels) => channels?.length)).toEqual(
      joins.map(({ status }) => (status === 'fulfilled' ? 1 : 0)),
    );
    const failed = joins.filter((outcome) => outcome.status === 'rejected');
    expect(failed.every(({ reason }) => reason instanceof StoreFullError)).toBe(true);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(ids.length);
  });

  it('gets the credentials, on every node', async () => {
    await Promise.all(
      cluster.nodes.map((node) => node.command('ACL', 'SETUSER', 'us:er', 'on', '>p@ss', '~*', '+@all')),
    );
    const url = cluster.nodes[0]!.url({ userInfo: 'us%3Aer:p%40ss@' });
    const store = await RedisStore.connect({ ...defaults(), url });
    await Promise.all(ids.map((id) => store.connections.getConnection(id)));
    const clients = await Promise.all(cluster.nodes.map((node) => node.command('CLIENT', 'LIST')));
    expect(clients).toEqual(clients.map(() => expect.stringContaining('user=us:er')));
    await store.close();
  });

  it(
    'continues with the slots of the other nodes when one is killed, and with all once it is back',
    { timeout: 90_000 },
    async () => {
      const store = await RedisStore.connect({ ...defaults(), url: cluster.url });
      const readAll = () => Promise.allSettled(ids.map((id) => store.connections.getConnection(id)));
      await readAll();
      await cluster.nodes[1]!.kill();
      await vi.waitFor(async () => {
        const failed = (await readAll()).filter((outcome) => outcome.status === 'rejected');
        expect(failed.length).toBeGreaterThan(50);
        expect(failed.length).toBeLessThan(150);
        expect(failed.every(({ reason }) => reason instanceof StoreUnavailableError)).toBe(true);
      }, UNTIL_DONE);
      // one node that responds is enough
      await expect(store.probe()).resolves.toBeUndefined();
      await cluster.nodes[1]!.restart();
      const isBack = async () => {
        expect((await readAll()).every(({ status }) => status === 'fulfilled')).toBe(true);
      };
      await vi.waitFor(isBack, UNTIL_DONE);
      await store.close();
    },
  );
});

/** Longer than a loaded machine needs. */
const UNTIL_DONE = { timeout: 30_000, interval: 50 };

/** On average a hundred in the slots of each node. */
const ids = Array.from({ length: 300 }, (_, index) => `${index}=` as ConnectionId);

function defaults() {
  return { isCluster: true, prefix: randomUUID(), timeoutMs: 1000 };
}
