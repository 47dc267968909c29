import * as fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { expect, it } from 'vitest';
import { CallbackService } from '../../src/nest/callback/callback.service.js';
import { type Answer } from '../support/connections-endpoint.js';
import { startService, type TestService } from '../support/service-app.js';

/** Every run sends the same input. FUZZ_SEED sets another seed, which sends other input. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_128);
/** Connections that do not read. HOSTILE_READERS sets another number, to measure with. */
const SLOW = Number(process.env.HOSTILE_READERS ?? 105);
const GOOD = 20;
const PINGS = 30;
const PING_EVERY_MS = 100;
/** Of a post, as towards API Gateway. */
const LATENCY_MS = 10;
const HOSTILE_MESSAGES = 600;

const slowIds = Array.from({ length: SLOW }, (_, n) => `slow${n}=`);
const goodIds = Array.from({ length: GOOD }, (_, n) => `good${n}=`);
const wildIds = ['wild0=', 'wild1=', 'wild2='];

/** A frame of a client that means no good. */
const hostileFrame = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2_000 }),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.integer({ min: 1, max: 15_000 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
  fc
    .integer({ min: 1, max: 8_000 })
    .map(
      (depth) => `{"action":"publish","channel":"wild","data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
    ),
  fc.nat(20_000).map((length) => `{"action":"join","channel":"${'x'.repeat(length)}"}`),
  fc.constantFrom(
    '{"action":"ping"}',
    '{"action":"join","channel":"wild"}',
    '{"action":"presence","channel":"wild"}',
  ),
);

it('serves its other clients in time while its neighbours do not read, flood it and send garbage', async () => {
  await using at = await startNeighbourhood();
  const before = await pingAll(at, 0);

  at.service.endpoint.answer = async ({ connectionId }) => {
    await sleep(LATENCY_MS);
    return connectionId.startsWith('slow') ? 'limit exceeded' : 'accepted';
  };
  const memory = watchMemory();
  const hostile = attack(at);
  const during = await pingAll(at, PINGS);
  const concurrency = at.callback.fanOutConcurrency;
  await hostile;

  const figures = {
    before,
    during,
    concurrency,
    maxQueued: at.maxQueued(),
    deleted: new Set(at.service.endpoint.deleted).size,
    memoryMb: memory.highestGrowthMb(),
  };
  console.info(JSON.stringify(figures));
  expect(during.pongs).toBe(GOOD * PINGS);
  expect(at.maxQueued()).toBeLessThanOrEqual(10_000);
  expect(slowIds.filter((id) => !at.service.endpoint.deleted.includes(id))).toEqual([]);
  expect(goodIds.filter((id) => at.service.endpoint.deleted.includes(id))).toEqual([]);
  await expect.poll(() => at.callback.queuedMessages).toBe(0);
  expect(at.service.lines.filter(({ code }) => code === 'internal_error')).toEqual([]);
});

interface Neighbourhood extends AsyncDisposable {
  readonly service: TestService;
  readonly callback: CallbackService;
  /** API Gateway's request for a frame. @returns the status */
  readonly send: (connectionId: string, frame: string) => Promise<number>;
  /** The most messages that were held at once. */
  readonly maxQueued: () => number;
}

async function startNeighbourhood(): Promise<Neighbourhood> {
  const service = await startService({ LOG_LEVEL: 'warn' });
  service.endpoint.answer = async (): Promise<Answer> => {
    await sleep(LATENCY_MS);
    return 'accepted';
  };
  const agent = new Agent({ connections: 1_000 });
  const request = async (path: string, connectionId: string, body: string) => {
    const response = await agent.request({
      origin: service.url,
      path,
      method: 'POST',
      headers: {
        ConnectionId: connectionId,
        RequestId: 'request',
        RouteKey: path === '/connect' ? '$connect' : '$default',
        'Content-Type': 'application/json; charset=UTF-8',
      },
      body,
    });
    await response.body.dump();
    return response.statusCode;
  };
  const callback = service.app.get(CallbackService);
  let maxQueued = 0;
  const watch = setInterval(() => (maxQueued = Math.max(maxQueued, callback.queuedMessages)), 5);
  const send = (connectionId: string, frame: string) => request('/message', connectionId, frame);
  for (const id of [...slowIds, ...goodIds, ...wildIds]) expect(await request('/connect', id, '')).toBe(200);
  const join = (id: string, channel: string) => send(id, JSON.stringify({ action: 'join', channel }));
  await Promise.all(slowIds.map((id) => join(id, 'flood')));
  await Promise.all([...goodIds, ...wildIds].map((id) => join(id, 'lobby')));
  return {
    service,
    callback,
    send,
    maxQueued: () => maxQueued,
    async [Symbol.asyncDispose]() {
      clearInterval(watch);
      await agent.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** The slow clients' channel gets more than their queues hold; meanwhile, others send random input in bursts. */
async function attack({ send }: Neighbourhood): Promise<void> {
  const publishes = Array.from({ length: 150 }, (_, data) =>
    send('slow0=', JSON.stringify({ action: 'publish', channel: 'flood', data })),
  );
  const pings = slowIds
    .slice(0, 20)
    .flatMap((id) => [1, 2, 3].map((n) => send(id, `{"action":"ping","id":${n}}`)));
  const frames = fc.sample(hostileFrame, { seed: SEED, numRuns: HOSTILE_MESSAGES });
  for (let start = 0; start < frames.length; start += 60) {
    const burst = frames.slice(start, start + 60);
    const statuses = await Promise.all(burst.map((frame, n) => send(wildIds[n % wildIds.length]!, frame)));
    for (const status of statuses) expect(status).not.toBe(500);
  }
  await Promise.all([...publishes, ...pings]);
}

/** Each of the other clients sends a ping every 100 ms. @returns the pongs, and the times from ping to pong */
async function pingAll({ service, send }: Neighbourhood, firstId: number) {
  const times: number[] = [];
  const client = async (connectionId: string, offsetMs: number) => {
    await sleep(offsetMs);
    const sent: Promise<void>[] = [];
    for (let n = 0; n < PINGS; n += 1) {
      const startedAt = performance.now();
      const ping = send(connectionId, JSON.stringify({ action: 'ping', id: firstId + n }));
      sent.push(ping.then(() => void times.push(performance.now() - startedAt)));
      await sleep(PING_EVERY_MS);
    }
    await Promise.all(sent);
  };
  await Promise.all(goodIds.map((id, n) => client(id, (n * PING_EVERY_MS) / GOOD)));
  const isPong = (message: unknown) => {
    const { type, id } = message as { readonly type: string; readonly id: number };
    return type === 'pong' && id >= firstId && id < firstId + PINGS;
  };
  const pongs = goodIds.flatMap((id) => service.endpoint.messagesTo(id).filter(isPong)).length;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1]!);
  return { pongs, p50: at(0.5), p99: at(0.99) };
}

function watchMemory() {
  const before = process.memoryUsage().rss;
  let highest = before;
  const timer = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 20);
  return {
    highestGrowthMb() {
      clearInterval(timer);
      return Math.round((highest - before) / 1024 ** 2);
    },
  };
}
