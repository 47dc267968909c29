import { describe, expect, it } from 'vitest';
import { hasRedis, redisSkip, SpawnedRedis } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service-app.js';

const CHANNEL = 'news';

/** The status of a response in time. Every 503 must have Retry-After. */
async function statusOf(service: TestService, path: string, connectionId = 'alice='): Promise<number> {
  const response = await fetch(`${service.url}${path}`, {
    method: path.startsWith('/health') ? 'GET' : 'POST',
    headers: { ConnectionId: connectionId },
    ...(path === '/message' && { body: JSON.stringify({ action: 'join', channel: CHANNEL }) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.status === 503 && response.headers.get('retry-after') !== '1')
    throw new Error('no Retry-After');
  return response.status;
}

const startOn = (redis: SpawnedRedis) =>
  startService({ STORE: 'redis', REDIS_URL: redis.url(), STORE_TIMEOUT_MS: '1500' });

/** Every request is refused with a hint, and nothing but the readiness tells that something is wrong. */
async function expectAway(service: TestService): Promise<void> {
  await expect.poll(() => statusOf(service, '/health/ready'), { timeout: 30_000 }).toBe(503);
  for (const path of ['/connect', '/message', '/disconnect']) expect(await statusOf(service, path)).toBe(503);
  expect(await statusOf(service, '/health/live')).toBe(200);
  expect((await fetch(`${service.url}/metrics`)).status).toBe(200);
}

async function expectBack(service: TestService): Promise<void> {
  await expect.poll(() => statusOf(service, '/health/ready'), { timeout: 30_000 }).toBe(200);
  for (const path of ['/connect', '/message', '/disconnect']) expect(await statusOf(service, path)).toBe(200);
}

describe.skipIf(!hasRedis)(`a store that goes away and comes back (${redisSkip})`, () => {
  it('recovers after the store was killed and restarted', async () => {
    await using redis = await SpawnedRedis.start();
    await using service = await startOn(redis);
    expect(await statusOf(service, '/connect')).toBe(200);
    await redis.kill();
    await expectAway(service);
    await redis.restart();
    await expectBack(service);
  });

  it('recovers after the store hung for a while', async () => {
    await using redis = await SpawnedRedis.start();
    await using service = await startOn(redis);
    expect(await statusOf(service, '/connect')).toBe(200);
    redis.signal('SIGSTOP');
    await expectAway(service);
    redis.signal('SIGCONT');
    await expectBack(service);
  });

  it('stops in order while the store is unavailable', async () => {
    await using redis = await SpawnedRedis.start();
    const service = await startOn(redis);
    await statusOf(service, '/message');
    await redis.kill();
    await expectAway(service);
    await expect(service[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});
