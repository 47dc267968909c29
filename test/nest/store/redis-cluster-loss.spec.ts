import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { indexOf, Keys } from '../../../src/nest/store/redis/keys.js';
import { RedisStore } from '../../../src/nest/store/redis.store.js';
import { StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { hasRedis, redisSkip, type SpawnedRedis, SpawnedRedisCluster } from '../../support/redis-server.js';

const hour = 3_600_000;
const timeoutMs = 2000;
const UNTIL_DONE = { timeout: 30_000, interval: 50 };

describe.skipIf(!hasRedis)(`a Redis cluster that has lost writes (${redisSkip})`, { timeout: 90_000 }, () => {
  it('has lost the node of a channel: each connection is in doubt until it is put again', async () => {
    await using cluster = await startCluster();
    await using opened = await openTwo(cluster);
    const { one, other } = opened;
    const [connectionId, channel] = await namesOnTwoNodes(cluster, opened.prefix);
    await connect(one, connectionId);
    expect(await one.memberships.join(channel, connectionId, 10)).toMatchObject({ kind: 'joined' });

    await loseData(cluster, cluster.nodes[1]!);
    await vi.waitFor(async () => {
      expect(await doubts([one, other], connectionId)).toEqual([true, true]);
    }, UNTIL_DONE);
    expect(await one.memberships.isMember(channel, connectionId)).toBe(false);
    expect(await one.memberships.join(channel, connectionId, 10)).toEqual({ kind: 'unknown_connection' });

    await connect(other, connectionId);
    expect(await doubts([one, other], connectionId)).toEqual([false, false]);
    expect(await one.memberships.join(channel, connectionId, 10)).toMatchObject({ kind: 'joined' });
    expect(await other.memberships.isMember(channel, connectionId)).toBe(true);
  });

  it('has fewer nodes: each connection is in doubt, also with a task that has used no slot that was moved', async () => {
    await using cluster = await startCluster();
    await using opened = await openTwo(cluster);
    const { one, other } = opened;
    const [connectionId] = await namesOnTwoNodes(cluster, opened.prefix);
    await connect(one, connectionId);
    await giveSlotsAway(cluster);
    await vi.waitFor(async () => {
      expect(await doubts([one, other], connectionId)).toEqual([true, true]);
    }, UNTIL_DONE);
    await connect(one, connectionId);
    expect(await doubts([one, other], connectionId)).toEqual([false, false]);
  });

  it('has lost nothing: no connection is in doubt', async () => {
    await using cluster = await startCluster();
    await using opened = await openTwo(cluster);
    const { one, other } = opened;
    for (const id of ids) await connect(one, id);
    for (const id of ids) expect(await doubts([one, other], id)).toEqual([false, false]);
    const reads = await infoCounts(cluster);
    await vi.waitFor(async () => {
      const now = await infoCounts(cluster);
      for (const [index, count] of now.entries()) expect(count).toBeGreaterThan(reads[index]! + 8);
    }, UNTIL_DONE);
    for (const id of ids) expect(await doubts([one, other], id)).toEqual([false, false]);
  });

  it('does without a node for a time: no connection is in doubt, also in the end', async () => {
    await using cluster = await startCluster();
    await using opened = await openTwo(cluster);
    const { one, other } = opened;
    const [connectionId, channel] = await namesOnTwoNodes(cluster, opened.prefix);
    await connect(one, connectionId);
    await one.memberships.join(channel, connectionId, 10);
    const stopped = cluster.nodes[1]!;
    stopped.signal('SIGSTOP');
    try {
      for (const store of [one, other]) {
        await expect(store.memberships.isMember(channel, connectionId)).rejects.toThrow(
          StoreUnavailableError,
        );
      }
      expect(await doubts([one, other], connectionId)).toEqual([false, false]);
    } finally {
      stopped.signal('SIGCONT');
    }
    for (const store of [one, other]) {
      const isMember = () => store.memberships.isMember(channel, connectionId);
      await vi.waitFor(async () => expect(await isMember()).toBe(true), UNTIL_DONE);
    }
    expect(await doubts([one, other], connectionId)).toEqual([false, false]);
  });

  it('was without a node when a task started: what that task put is in doubt once the node is back', async () => {
    await using cluster = await startCluster();
    const prefix = randomUUID();
    const [connectionId] = await namesOnTwoNodes(cluster, prefix);
    const stopped = cluster.nodes[1]!;
    stopped.signal('SIGSTOP');
    const store = await open(cluster, prefix);
    try {
      await connect(store, connectionId);
      expect(await doubts([store], connectionId)).toEqual([false]);
    } finally {
      stopped.signal('SIGCONT');
    }
    await vi.waitFor(async () => {
      expect(await doubts([store], connectionId)).toEqual([true]);
    }, UNTIL_DONE);
    await connect(store, connectionId);
    expect(await doubts([store], connectionId)).toEqual([false]);
    await store.close();
  });
});

const ids = Array.from({ length: 30 }, (_, index) => `${index}=` as ConnectionId);

/** A cluster that continues with the slots that it has. */
function startCluster() {
  return SpawnedRedisCluster.start('--cluster-require-full-coverage', 'no');
}

function open(cluster: SpawnedRedisCluster, prefix: string) {
  return RedisStore.connect({ url: cluster.url, isCluster: true, prefix, timeoutMs });
}

/** Two tasks. */
async function openTwo(cluster: SpawnedRedisCluster) {
  const prefix = randomUUID();
  const [one, other] = await Promise.all([open(cluster, prefix), open(cluster, prefix)]);
  return { prefix, one, other, [Symbol.asyncDispose]: () => closeAll([one, other]) };
}

async function closeAll(stores: readonly RedisStore[]) {
  await Promise.all(stores.map((store) => store.close()));
}

function connect(store: RedisStore, connectionId: ConnectionId) {
  const now = Date.now();
  return store.connections.putConnection({ connectionId, connectedAt: now, expiresAt: now + hour });
}

/** Whether the connection is in doubt, as each task sees it. Undefined if it is absent. */
function doubts(stores: readonly RedisStore[], connectionId: ConnectionId) {
  return Promise.all(
    stores.map(async ({ connections }) => {
      const touched = await connections.touchConnection(connectionId);
      return touched && touched.hasLostMemberships === true;
    }),
  );
}

/** @returns a connection, with its entry in the index, on the first node of the cluster; and a channel on the second */
async function namesOnTwoNodes(cluster: SpawnedRedisCluster, prefix: string) {
  const keys = new Keys(prefix);
  const nodeOf = async (key: string) => {
    const slot = Number(await cluster.nodes[0]!.command('CLUSTER', 'KEYSLOT', key));
    return slot <= 5460 ? 0 : slot <= 10_922 ? 1 : 2;
  };
  const find = async (node: number, keysOf: (name: string) => readonly string[]) => {
    for (let index = 0; ; index += 1) {
      const nodes = await Promise.all(keysOf(`${index}=`).map(nodeOf));
      if (nodes.every((its) => its === node)) return `${index}=`;
    }
  };
  const connectionId = await find(0, (name) => [
    keys.connection(name as ConnectionId),
    keys.connectionIndex(indexOf(name)),
  ]);
  const channel = await find(1, (name) => [keys.log(name as ChannelName)]);
  return [connectionId as ConnectionId, channel as ChannelName] as const;
}

/** Ends it with SIGKILL and starts it again, empty, with its slots. */
async function loseData(cluster: SpawnedRedisCluster, node: SpawnedRedis) {
  await node.kill();
  await node.restart();
  await cluster.ok();
}

/** Gives the slots of the last node to the first one. */
async function giveSlotsAway(cluster: SpawnedRedisCluster) {
  const range = ['10923', '16383'];
  const owner = cluster.nodes.at(-1)!;
  await owner.command('CLUSTER', 'DELSLOTSRANGE', ...range);
  const [taker, ...others] = cluster.nodes.slice(0, -1);
  for (const node of others) await node.command('CLUSTER', 'DELSLOTSRANGE', ...range);
  // a message that the owner sent before may name the slots again
  await vi.waitFor(async () => {
    await taker!.command('CLUSTER', 'DELSLOTSRANGE', ...range).catch(() => undefined);
    await taker!.command('CLUSTER', 'ADDSLOTSRANGE', ...range);
  }, UNTIL_DONE);
}

/** How often each node was asked for its id. */
async function infoCounts(cluster: SpawnedRedisCluster): Promise<number[]> {
  return Promise.all(
    cluster.nodes.map(async (node) => {
      const stats = String(await node.command('INFO', 'commandstats'));
      return Number(/cmdstat_info:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    }),
  );
}
