import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectionId } from '../../../src/api/integration.js';
import { type ChannelName } from '../../../src/api/messages.js';
import { EMPTY_LOG_MS } from '../../../src/nest/store/log-store.js';
import { Keys } from '../../../src/nest/store/redis/keys.js';
import { RedisStore } from '../../../src/nest/store/redis.store.js';
import { hasRedis, redisSkip, SpawnedRedis } from '../../support/redis-server.js';

const alice = 'alice=' as ConnectionId;
const news = 'news' as ChannelName;
const hour = 3_600_000;
const day = 24 * hour;
const keepAll = { messages: 100, ageMs: hour };

describe.skipIf(!hasRedis)(`how long Redis keeps a log (${redisSkip})`, () => {
  let redis: SpawnedRedis;
  beforeAll(async () => {
    redis = await SpawnedRedis.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  it('is a minute while it has neither messages nor members', async () => {
    await using opened = await open();
    await opened.store.logs.position(news);
    expect(await opened.logTtl()).toBeLessThanOrEqual(EMPTY_LOG_MS);
    await opened.enter();
    expect(await opened.logTtl()).toBeGreaterThan(hour);
    await opened.store.logs.position(news);
    expect(await opened.logTtl()).toBeGreaterThan(hour);
    await opened.store.memberships.leave(news, alice);
    expect(await opened.logTtl()).toBeLessThanOrEqual(EMPTY_LOG_MS);
    await opened.enter();
    expect(await opened.logTtl()).toBeGreaterThan(hour);
    await opened.store.connections.removeConnection(alice);
    expect(await opened.logTtl()).toBeLessThanOrEqual(EMPTY_LOG_MS);
  });

  it('is about as long as its members stay while it has no messages', async () => {
    await using opened = await open();
    await opened.enter();
    expect(await opened.logTtl()).toBeLessThan(3 * hour);
  });

  it('is 30 days from the last message, give or take an hour', async () => {
    await using opened = await open();
    await opened.store.logs.position(news);
    await opened.store.logs.append(news, 'content', keepAll);
    expect(await opened.logTtl()).toBeGreaterThan(29 * day);
    await redis.command('PEXPIRE', opened.logKey, '1000000');
    opened.clock.now += hour;
    await opened.store.logs.append(news, 'content', keepAll);
    expect(await opened.logTtl()).toBeGreaterThan(29 * day);
    await opened.enter();
    await opened.store.memberships.leave(news, alice);
    expect(await opened.logTtl()).toBeGreaterThan(29 * day);
  });

  async function open() {
    const clock = { now: Date.now() };
    const prefix = randomUUID();
    const options = { url: redis.url(), isCluster: false, timeoutMs: 2000, prefix, now: () => clock.now };
    const store = await RedisStore.connect(options);
    const logKey = new Keys(prefix).log(news);
    return {
      clock,
      store,
      logKey,
      logTtl: () => redis.command('PTTL', logKey),
      async enter() {
        const expiresAt = clock.now + hour;
        await store.connections.putConnection({ connectionId: alice, connectedAt: clock.now, expiresAt });
        await store.memberships.join(news, alice, 10);
      },
      [Symbol.asyncDispose]: () => store.close(),
    };
  }
});
