import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { EPOCH_GAP } from '../../../src/nest/store/log-store.js';
import { indexOf, Keys } from '../../../src/nest/store/redis/keys.js';
import { RedisStore, type RedisStoreOptions } from '../../../src/nest/store/redis.store.js';
import { StoreUnavailableError } from '../../../src/nest/store/store.errors.js';
import { storeSuite } from '../../suites/store.suite.js';
import { hasRedis, redisSkip, SpawnedRedis } from '../../support/redis-server.js';
import { openRedisStores } from '../../support/redis-stores.js';

const alice = 'alice=' as ConnectionId;
const news = 'news' as ChannelName;
const hour = 3_600_000;
/** Longer than a loaded machine needs: whether it comes back counts here, not how soon. */
const UNTIL_BACK = { timeout: 30_000, interval: 20 };
const keepAll = { messages: 100, ageMs: hour };

describe.skipIf(!hasRedis)(`with a Redis server (${redisSkip})`, () => {
  let redis: SpawnedRedis;
  beforeAll(async () => {
    redis = await SpawnedRedis.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  storeSuite({
    name: 'redis',
    canBeFull: true,
    hasServerTime: true,
    open: (options) =>
      openRedisStores(
        {
          options: { url: redis.url(), isCluster: false, timeoutMs: 2000 },
          nodes: [redis],
          isReady: async () => {},
          cutOff: () => redis.kill(),
          giveBack: () => redis.restart(),
        },
        options,
      ),
  });

  it('limits the number of expired entries, even without a count', async () => {
    let now = Date.now();
    const prefix = randomUUID();
    const options = { url: redis.url(), isCluster: false, timeoutMs: 2000, prefix, now: () => now };
    const store = await RedisStore.connect(options);
    // one of the indexes
    const inFirst = (id: string) => indexOf(id) === 0;
    const ids = Array.from({ length: 20_000 }, (_, n) => `${prefix}${n}=` as ConnectionId).filter(inFirst);
    const put = (connectionId: ConnectionId) =>
      store.connections.putConnection({ connectionId, connectedAt: now, expiresAt: now + hour });
    await Promise.all(ids.slice(0, 100).map(put));
    now += hour;
    await Promise.all(ids.slice(100, 228).map(put));
    const key = new Keys(prefix).connectionIndex(0);
    expect(await redis.command('ZCARD', key)).toBe(128);
    await store.close();
  });

  describe('that fails', { timeout: 60_000 }, () => {
    it('fails calls at once while it is unreachable, and is used again once it is back', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      await opened.store.probe();
      await server.kill();
      await expect(opened.store.probe()).rejects.toBeInstanceOf(StoreUnavailableError);
      // at once, not after the timeout
      await expect(opened.store.connections.getConnection(alice)).rejects.toThrow(/^Redis: (?!no response)/);
      await server.restart();
      await vi.waitFor(() => opened.store.probe(), UNTIL_BACK);
      // it has lost all connections and scripts
      await expect(opened.store.connections.touchConnection(alice)).resolves.toBeUndefined();
    });

    it('fails calls after the timeout when it does not respond', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server, { timeoutMs: 2000 });
      await connect(opened.store);
      server.signal('SIGSTOP');
      const before = performance.now();
      await expect(opened.store.connections.getConnection(alice)).rejects.toThrow(
        /^Redis: no response within 2000 ms$/,
      );
      expect(performance.now() - before).toBeGreaterThan(1990);
      server.signal('SIGCONT');
      await vi.waitFor(() => opened.store.probe(), UNTIL_BACK);
      await expect(opened.store.connections.getConnection(alice)).resolves.toMatchObject({
        connectionId: alice,
      });
    });

    it('is reconnected when nothing comes back on the connection', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server, { timeoutMs: 2000 });
      await opened.store.probe();
      server.signal('SIGSTOP');
      await expect(opened.store.probe()).rejects.toThrow(/no response/);
      // from then on, calls fail at once: there is no connection
      const atOnce = () => expect(opened.store.probe()).rejects.toThrow(/^Redis: (?!no response)/);
      await vi.waitFor(atOnce, UNTIL_BACK);
      server.signal('SIGCONT');
      await vi.waitFor(() => opened.store.probe(), UNTIL_BACK);
    });

    it('gets its scripts again when it has lost them', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      await connect(opened.store);
      await server.command('SCRIPT', 'FLUSH');
      await expect(opened.store.connections.touchConnection(alice)).resolves.toMatchObject({
        connectionId: alice,
      });
      await expect(opened.store.memberships.join(news, alice, 10)).resolves.toMatchObject({ kind: 'joined' });
    });

    it('begins new epochs after the last positions that it knows, and has no connections, when all data was lost', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      await connect(opened.store);
      const { epoch, offset } = await opened.store.logs.append(news, 'content', keepAll);
      await server.command('FLUSHALL');
      await expect(opened.store.connections.getConnection(alice)).resolves.toBeUndefined();
      await expect(opened.store.memberships.join(news, alice, 10)).resolves.toEqual({
        kind: 'unknown_connection',
      });
      const position = await opened.store.logs.position(news);
      expect(position.offset).toBe(offset + EPOCH_GAP);
      expect(position.epoch).not.toBe(epoch);
    });

    it('makes the store unavailable when it refuses writes, with the reason', async () => {
      await using server = await SpawnedRedis.start();
      await using opened = await openOn(server);
      await server.command('CONFIG', 'SET', 'maxmemory', '1');
      await expect(connect(opened.store)).rejects.toThrow(/^Redis: .*OOM/);
      await expect(connect(opened.store)).rejects.toBeInstanceOf(StoreUnavailableError);
    });
  });

  describe('at the start', () => {
    const password = 'p@ss/wörd%';

    it('gets the credentials', async () => {
      await using server = await SpawnedRedis.start('--user', 'us:er', 'on', `>${password}`, '~*', '+@all');
      const userInfo = `us%3Aer:${encodeURIComponent(password)}@`;
      await using opened = await openOn(server, { url: server.url({ userInfo, path: '/3' }) });
      await expect(opened.store.probe()).resolves.toBeUndefined();
    });

    it('may refuse the credentials: the error names REDIS_URL, and not the password', async () => {
      await using server = await SpawnedRedis.start('--requirepass', 'another');
      const url = server.url({ userInfo: `:${encodeURIComponent(password)}@` });
      const error = await refusal({ url });
      expect(error.message).toMatch(new RegExp(`^REDIS_URL=redis://127.0.0.1:${server.port}: .*WRONGPASS`));
      expect(error.stack).not.toContain('p@ss');
      expect(JSON.stringify(error.cause)).not.toContain('p%40ss');
      expect((await refusal({ url: server.url() })).message).toMatch(/NOAUTH/);
    });

    it('may be unreachable: the error names REDIS_URL, in time', async () => {
      await using server = await SpawnedRedis.start();
      await server.kill();
      expect((await refusal({ url: server.url() })).message).toMatch(
        /^REDIS_URL=.*listens there: .*ECONNREFUSED/,
      );
    });

    it('may not speak TLS although it is expected: the error has one line', async () => {
      const plain = createServer((socket) => socket.on('error', () => {}).end('not TLS')).listen(
        0,
        '127.0.0.1',
      );
      await once(plain, 'listening');
      const { port } = plain.address() as AddressInfo;
      const { message } = await refusal({ url: `rediss://127.0.0.1:${port}` });
      plain.close();
      expect(message).toMatch(/^REDIS_URL=rediss:.*speaks TLS.*SSL.*$/);
    });

    it('may come a little later', async () => {
      await using server = await SpawnedRedis.start();
      await server.kill();
      const connecting = RedisStore.connect({ ...defaults(), url: server.url(), timeoutMs: 5000 });
      await server.restart();
      const store = await connecting;
      await expect(store.probe()).resolves.toBeUndefined();
      await store.close();
    });

    it('may not be a cluster although one is expected', async () => {
      expect((await refusal({ url: redis.url(), isCluster: true })).message).toMatch(
        /cluster support disabled/,
      );
    });

    it('is authenticated over TLS by its certificate', async () => {
      await using certificate = await temporaryCertificate();
      await using server = await SpawnedRedis.startWithTls(certificate);
      const url = server.url({ scheme: 'rediss' });
      expect((await refusal({ url })).message).toMatch(/^REDIS_URL=rediss:.*self-signed certificate/);
      // the same as NODE_EXTRA_CA_CERTS
      const trusted = getCACertificates('default');
      setDefaultCACertificates([...trusted, certificate.cert]);
      try {
        await using opened = await openOn(server, { url });
        await expect(opened.store.probe()).resolves.toBeUndefined();
      } finally {
        setDefaultCACertificates(trusted);
      }
    });
  });
});

describe('REDIS_URL', () => {
  it.each(['', 'redis://', 'http://host', 'redis://user:pa/ss@host', 'redis://host/x', 'redis://host?x=1'])(
    'is refused when it is %j, and not shown',
    async (url) => {
      const error = await refusal({ url });
      expect(error.message).toMatch(/^REDIS_URL \(\d+ characters\): expected redis/);
      expect(error.message).not.toContain('pa/ss');
    },
  );

  it('has user and password percent-encoded', async () => {
    expect((await refusal({ url: 'redis://user:100%@host' })).message).toMatch(
      /^REDIS_URL: .*percent-encoded/,
    );
  });

  it('must not name a database of a cluster', async () => {
    const error = await refusal({ url: 'redis://127.0.0.1:1/3', isCluster: true });
    expect(error.message).toMatch(/^REDIS_URL=redis:\/\/127.0.0.1:1: a cluster has no databases/);
  });
});

function defaults() {
  return { isCluster: false, prefix: randomUUID(), timeoutMs: 2000 };
}

async function openOn(server: SpawnedRedis, options: Partial<RedisStoreOptions> = {}) {
  const store = await RedisStore.connect({ ...defaults(), url: server.url(), ...options });
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

function connect(store: RedisStore) {
  const now = Date.now();
  return store.connections.putConnection({ connectionId: alice, connectedAt: now, expiresAt: now + hour });
}

async function refusal(options: Pick<RedisStoreOptions, 'url'> & Partial<RedisStoreOptions>) {
  const error: unknown = await RedisStore.connect({ ...defaults(), ...options }).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw new Error('it was not refused', { cause: error });
  return error;
}

async function temporaryCertificate() {
  const folder = await mkdtemp(join(tmpdir(), 'backchannel-certificate-'));
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const files = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') };
  await Promise.all([writeFile(files.keyFile, key), writeFile(files.certFile, cert)]);
  return { cert, ...files, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
