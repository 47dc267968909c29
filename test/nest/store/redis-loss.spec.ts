import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { EPOCH_GAP } from '../../../src/nest/store/log-store.js';
import { indexOf, Keys } from '../../../src/nest/store/redis/keys.js';
import { RedisStore, type RedisStoreOptions } from '../../../src/nest/store/redis.store.js';
import { StoreFullError, StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { hasRedis, redisSkip, SpawnedRedis } from '../../support/redis-server.js';

const alice = 'alice=' as ConnectionId;
const news = 'news' as ChannelName;
const hour = 3_600_000;
const keepAll = { messages: 100, ageMs: hour };
const UNTIL_DONE = { timeout: 30_000, interval: 20 };

describe.skipIf(!hasRedis)(`a Redis server that has lost writes (${redisSkip})`, { timeout: 60_000 }, () => {
  describe('under the same id', () => {
    it('has a log that is behind what the task remembers: it gets a new epoch', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      const { logs } = opened.store;
      await logs.append(news, 'kept', keepAll);
      const putBack = await copyLog(server, opened.keys);
      const lost = await logs.append(news, 'lost', keepAll);
      await putBack();
      const next = await logs.append(news, 'next', keepAll);
      expect(next).toEqual({ epoch: expect.any(String), offset: lost.offset + EPOCH_GAP + 1 });
      expect(next.epoch).not.toBe(lost.epoch);
      expect(await logs.readLog(news, 0, 10)).toMatchObject([{ content: 'next' }]);
    });

    it('keeps what was appended after the loss by a task that remembers nothing', async () => {
      await using server = await SpawnedRedis.start();
      const prefix = randomUUID();
      await using remembering = await openOn(server, { prefix });
      await remembering.store.logs.append(news, 'lost', keepAll);
      await server.command('FLUSHALL');
      await using other = await openOn(server, { prefix });
      const first = await other.store.logs.append(news, 'after the loss', keepAll);
      const next = await remembering.store.logs.append(news, 'next', keepAll);
      expect(next).toEqual({ ...first, offset: first.offset + 1 });
    });

    it('has the key of a message that was lost: the message is appended again, once', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      const { logs } = opened.store;
      const once = { key: 'key', fingerprint: 'f', ttlMs: hour };
      await logs.append(news, 'kept', keepAll);
      const putBack = await copyLog(server, opened.keys);
      const lost = await logs.append(news, 'content', keepAll, once);
      await putBack();
      const again = await logs.append(news, 'content', keepAll, once);
      expect(again.offset).toBe(lost.offset + EPOCH_GAP + 1);
      expect(await logs.append(news, 'content', keepAll, once)).toEqual({ ...again, isRepeat: true });
    });

    it('has a channel in its index again when a member joins in the new epoch', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      const { connections, logs, memberships } = opened.store;
      await connect(opened.store);
      await memberships.join(news, alice, 10);
      const putBack = await copyLog(server, opened.keys);
      await logs.append(news, 'lost', keepAll);
      await putBack();
      await server.command('DEL', opened.keys.channelIndex(indexOf(news)));
      await memberships.join(news, alice, 10);
      expect(await connections.counts()).toEqual({ connections: 1, channels: 1 });
    });

    it('has a log whose new epoch was lost as well: it gets another one', async () => {
      await using server = await SpawnedRedis.start();
      await using one = await openOn(server);
      await using other = await openOn(server, { prefix: one.keys.prefix });
      await one.store.logs.append(news, 'kept', keepAll);
      const putBack = await copyLog(server, one.keys);
      await one.store.logs.append(news, 'lost', keepAll);
      await putBack();
      const lost = await one.store.logs.append(news, 'lost again', keepAll);
      await putBack();
      // this task remembers nothing, and appends where the first message was lost
      await other.store.logs.append(news, 'next', keepAll);
      const position = await one.store.logs.position(news);
      expect(position.epoch).not.toBe(lost.epoch);
      expect(position.offset).toBeGreaterThan(lost.offset);
      expect(await other.store.logs.position(news)).toEqual(position);
    });

    it('has a log of the same number and offset, but of another epoch: it gets a new one', async () => {
      await using server = await SpawnedRedis.start();
      const at = Date.now();
      await using one = await openOn(server, { now: () => at });
      await using other = await openOn(server, { prefix: one.keys.prefix, now: () => at });
      const lost = await one.store.logs.append(news, 'lost', keepAll);
      await server.command('FLUSHALL');
      const begun = await other.store.logs.append(news, 'in the same millisecond', keepAll);
      expect(begun.offset).toBe(lost.offset);
      const position = await one.store.logs.position(news);
      expect([lost.epoch, begun.epoch]).not.toContain(position.epoch);
      expect(position.offset).toBe(lost.offset + EPOCH_GAP);
    });
  });

  it('is a replica that was promoted without the last writes: logs and memberships are in doubt', async () => {
    await using primary = await SpawnedRedis.start();
    await using replica = await SpawnedRedis.start();
    const prefix = randomUUID();
    await using former = await openOn(primary, { prefix });
    await replica.command('REPLICAOF', '127.0.0.1', String(primary.port));
    const isInSync = async () => {
      const received = String(await replica.command('INFO', 'replication'));
      expect(received).toContain('master_link_status:up');
      // not WAIT, which waits for the writes of its own connection only
      const sent = /master_repl_offset:(\d+)/.exec(String(await primary.command('INFO', 'replication')));
      expect(received).toContain(`slave_repl_offset:${sent?.[1]}\r`);
    };
    await vi.waitFor(isInSync, UNTIL_DONE);
    await connect(former.store);
    await former.store.memberships.join(news, alice, 10);
    const kept = await former.store.logs.append(news, 'kept', keepAll);
    await vi.waitFor(isInSync, UNTIL_DONE);
    // as after a partition: the primary acknowledges one more write
    await replica.command('REPLICAOF', 'NO', 'ONE');
    const lost = await former.store.logs.append(news, 'lost', keepAll);
    await primary.kill();

    // a task that remembers nothing
    await using opened = await openOn(replica, { prefix });
    const { connections, logs, memberships } = opened.store;
    expect(await connections.touchConnection(alice)).toMatchObject({ hasLostMemberships: true });
    expect(await memberships.join(news, alice, 10)).toEqual({ kind: 'unknown_connection' });
    const next = await logs.append(news, 'next', keepAll);
    expect(next.epoch).not.toBe(lost.epoch);
    expect(next.offset).toBe(kept.offset + EPOCH_GAP + 1);
    await connect(opened.store);
    expect(await memberships.isMember(news, alice)).toBe(false);
    expect(await memberships.join(news, alice, 10)).toMatchObject({ kind: 'joined', position: next });
  });

  describe('whose ids scripts may not read', () => {
    it('causes one warning, and is noticed by what the task remembers', async () => {
      await using server = await SpawnedRedis.start(
        '--user',
        'limited',
        'on',
        '>secret',
        '~*',
        '+@all',
        '-info',
      );
      const warn = vi.fn<(fields: object, message: string) => void>();
      const url = server.url({ userInfo: 'limited:secret@' });
      await using opened = await openOn(server, { url, warn });
      const { connections, logs, memberships } = opened.store;
      expect(warn).toHaveBeenCalledExactlyOnceWith({}, expect.stringContaining('INFO'));
      await connect(opened.store);
      expect(await memberships.join(news, alice, 10)).toMatchObject({ kind: 'joined' });
      expect(await connections.touchConnection(alice)).not.toHaveProperty('hasLostMemberships');
      const lost = await logs.append(news, 'lost', keepAll);
      await server.command('FLUSHALL');
      expect(await connections.touchConnection(alice)).toBeUndefined();
      const position = await logs.position(news);
      expect(position.epoch).not.toBe(lost.epoch);
      expect(position.offset).toBe(lost.offset + EPOCH_GAP);
    });

    it('is no reason to fail when the permission is withdrawn later, or given again', async () => {
      await using server = await SpawnedRedis.start('--user', 'limited', 'on', '>secret', '~*', '+@all');
      const warn = vi.fn<(fields: object, message: string) => void>();
      const url = server.url({ userInfo: 'limited:secret@' });
      await using opened = await openOn(server, { url, warn });
      await connect(opened.store);
      const { epoch } = await opened.store.logs.append(news, 'first', keepAll);
      for (const permission of ['-info', '+info']) {
        await server.command('ACL', 'SETUSER', 'limited', permission);
        expect(await opened.store.logs.append(news, 'next', keepAll)).toMatchObject({ epoch });
        const known = await opened.store.connections.touchConnection(alice);
        expect(known).toBeDefined();
        expect(known).not.toHaveProperty('hasLostMemberships');
      }
      expect(warn).not.toHaveBeenCalled();
    });
  });

  it('is reset: a task that remembers nothing finds new epochs as well', async () => {
    await using server = await SpawnedRedis.start();
    await using one = await openOn(server);
    await using ofLongerPrefix = await openOn(server, { prefix: `${one.keys.prefix}:log` });
    await connect(ofLongerPrefix.store);
    const last = await one.store.logs.append(news, 'content', keepAll);
    await one.store.resetAfterLoss();
    await using other = await openOn(server, { prefix: one.keys.prefix });
    const position = await other.store.logs.position(news);
    expect(position.epoch).not.toBe(last.epoch);
    expect(position.offset).toBe(last.offset + EPOCH_GAP);
    expect(await one.store.logs.position(news)).toEqual(position);
    expect(await server.keys(`${one.keys.prefix}:entries*`)).toEqual([]);
    expect(await ofLongerPrefix.store.connections.getConnection(alice)).toBeDefined();
  });

  it('has data of version 0.1.0: it is taken over as it is, once', async () => {
    await using server = await SpawnedRedis.start();
    await using opened = await openOn(server);
    const { keys, store } = opened;
    const now = Date.now();
    const [log, connection] = [keys.log(news), keys.connection(alice)];
    await server.command('HSET', log, 'e', 'before', 'o', '7', 'g', String(hour), 't', String(now));
    const put = ['c', now, 'e', now + hour, 'a', now, 'w', '--', 'n', now * 1000].map(String);
    await server.command('HSET', connection, ...put);
    expect(await store.logs.position(news)).toEqual({ epoch: 'before', offset: 7 });
    expect(await store.logs.append(news, 'next', keepAll)).toEqual({ epoch: 'before', offset: 8 });
    expect(await store.connections.touchConnection(alice)).not.toHaveProperty('hasLostMemberships');
    const copy = await server.copy();
    await server.putBack(copy);
    await vi.waitFor(() => store.probe(), UNTIL_DONE);
    const position = await store.logs.position(news);
    expect(position.epoch).not.toBe('before');
    expect(position.offset).toBe(8 + EPOCH_GAP);
  });

  describe('or cannot be written', () => {
    it.each<[string, typeof StoreUnavailableError, readonly string[]]>([
      ['is full', StoreFullError, ['CONFIG', 'SET', 'maxmemory', '1']],
      ['is a replica', StoreUnavailableError, ['REPLICAOF', '127.0.0.1', '1']],
      ['has too few replicas', StoreUnavailableError, ['CONFIG', 'SET', 'min-replicas-to-write', '1']],
    ])('fails its probe when it %s', async (_, StoreError, command) => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      await server.command(...command);
      const probe = opened.store.probe();
      await expect(probe).rejects.toBeInstanceOf(StoreError);
    });
  });
});

async function openOn(server: SpawnedRedis, options: Partial<RedisStoreOptions> = {}) {
  const prefix = options.prefix ?? randomUUID();
  const defaults = { url: server.url(), isCluster: false, timeoutMs: 2000, prefix };
  const store = await RedisStore.connect({ ...defaults, ...options });
  return { store, keys: new Keys(prefix), [Symbol.asyncDispose]: () => store.close() };
}

function connect(store: RedisStore) {
  const now = Date.now();
  return store.connections.putConnection({ connectionId: alice, connectedAt: now, expiresAt: now + hour });
}

/** Copies the log of `news`. @returns puts it back while the server runs, so under the same id */
async function copyLog(server: SpawnedRedis, keys: Keys) {
  const names = [keys.log(news), keys.entries(news)];
  for (const name of names) await server.command('COPY', name, `copy of ${name}`);
  return async () => {
    for (const name of names) await server.command('COPY', `copy of ${name}`, name, 'REPLACE');
  };
}
