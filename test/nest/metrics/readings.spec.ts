import { Registry } from 'prom-client';
import { afterEach, expect, it, vi } from 'vitest';
import { type InStore, Readings } from '../../../src/nest/metrics/readings.js';

afterEach(() => vi.restoreAllMocks());

it('adds up the seconds of all connections between two scrapes, without those in which the number is unknown', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  let counts: InStore | undefined = { connections: 100, channels: 0, shards: 0 };
  const registry = new Registry();
  new Readings(registry).from({
    inStore: async () => counts,
    queuedMessages: () => 0,
    queuedBytes: () => 0,
    fanOutConcurrency: () => 0,
    activeShards: () => 0,
    shardsByOutcome: () => ({}),
    isDraining: () => false,
  });
  const secondsAt = async (ms: number) => {
    now.mockReturnValue(ms);
    return Number(/^backchannel_connection_seconds_total (.+)$/m.exec(await registry.metrics())?.[1]);
  };

  expect(await secondsAt(30_000)).toBe(3_000);
  counts = undefined;
  expect(await secondsAt(90_000)).toBe(3_000);
  counts = { connections: 10, channels: 0, shards: 0 };
  expect(await secondsAt(150_000)).toBe(3_600);
});
