import { expect, it, onTestFinished, vi } from 'vitest';
import { AdaptiveConcurrency } from '../../../src/nest/callback/adaptive-concurrency.js';
import { ThrottledError } from '../../../src/nest/callback/callback.errors.js';

async function runAll(adaptive: AdaptiveConcurrency, ...isThrottled: boolean[]) {
  const work = isThrottled.map((isThis) =>
    adaptive.run(async () => {
      if (isThis) throw new ThrottledError('throttled');
    }),
  );
  await Promise.allSettled(work);
}

const times = (count: number, isThrottled: boolean) => Array.from({ length: count }, () => isThrottled);

it('becomes what was accepted at once of the attempts in flight, less a tenth', async () => {
  const adaptive = new AdaptiveConcurrency(64);
  // the seventh 429 is one in ten: the others are in flight then, and half of them are accepted
  await runAll(adaptive, ...times(7, true), ...Array.from({ length: 57 }, (_, n) => n % 2 === 0));
  expect(adaptive.limit).toBe(25);
});

it('does not count the attempts that were in flight when it was lowered', async () => {
  const adaptive = new AdaptiveConcurrency(64);
  await runAll(adaptive, ...times(64, true));
  expect(adaptive.limit).toBe(8);
  await runAll(adaptive, ...times(8, true));
  expect(adaptive.limit).toBe(1);
});

it('starts an eighth of the attempts until those in flight show what is accepted', async () => {
  const adaptive = new AdaptiveConcurrency(16);
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  const inFlight = times(14, false).map(() => adaptive.run(() => isReleased));
  await runAll(adaptive, true, true);
  expect(adaptive.limit).toBe(2);
  release();
  await Promise.all(inFlight);
  expect(adaptive.limit).toBe(12);
});

it('does not wait for attempts that get no response to measure what is accepted', async () => {
  const adaptive = new AdaptiveConcurrency(64);
  const stuck = times(5, false).map(() => adaptive.run(() => new Promise<void>(() => undefined)));
  await runAll(adaptive, ...times(7, true), ...times(52, false));
  expect(stuck).toHaveLength(5);
  expect(adaptive.limit).toBeGreaterThan(40);
});

it('grows by one each 100 ms in which it is not throttled, and faster later, up to its initial value', async () => {
  let nowMs = 10_000;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  onTestFinished(() => now.mockRestore());
  const adaptive = new AdaptiveConcurrency(16);
  await runAll(adaptive, ...times(16, true));
  const intervalsMs: number[] = [];
  let resizedAt = nowMs;
  while (nowMs < 10_600) {
    const { limit } = adaptive;
    nowMs += 10;
    await runAll(adaptive, ...times(limit, false));
    if (adaptive.limit === limit) continue;
    intervalsMs.push(nowMs - resizedAt);
    resizedAt = nowMs;
  }
  expect([intervalsMs, adaptive.limit]).toEqual([[100, 100, 100, 100, 100, 100], 8]);
  while (adaptive.limit < 10) {
    nowMs += 10;
    await runAll(adaptive, ...times(adaptive.limit, false));
  }
  expect(nowMs - resizedAt).toBe(90 + 80);
});

it('does not slow down for a single client that reads too slowly', async () => {
  const adaptive = new AdaptiveConcurrency(64);
  for (let round = 0; round < 10; round += 1) await runAll(adaptive, true, ...times(63, false));
  expect(adaptive.limit).toBe(64);
});

it('does not count other failures as throttling', async () => {
  const adaptive = new AdaptiveConcurrency(2);
  const fail = () => adaptive.run(() => Promise.reject(new Error('broken')));
  await Promise.allSettled([fail(), fail(), fail(), fail()]);
  expect(adaptive.limit).toBe(2);
});

it('keeps within its limit, also after it has shrunk', async () => {
  const adaptive = new AdaptiveConcurrency(8);
  await runAll(adaptive, true, ...times(7, false));
  const { limit } = adaptive;
  let inFlight = 0;
  let maxInFlight = 0;
  const work = async () => {
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    await new Promise(setImmediate);
    inFlight -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => adaptive.run(work)));
  expect([limit, maxInFlight]).toEqual([6, 6]);
});

it('doubles with each second in which it was not lowered, also without results', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(10_000);
  onTestFinished(() => now.mockRestore());
  const adaptive = new AdaptiveConcurrency(16);
  await runAll(adaptive, ...times(16, true));
  const limits = [0, 999, 1_000, 1_999, 4_000].map((ms) => {
    now.mockReturnValue(10_000 + ms);
    return adaptive.limit;
  });
  expect(limits).toEqual([2, 2, 4, 4, 16]);
});

it('is not lowered by 429s that do not count, and is the highest again when those before did not', async () => {
  const adaptive = new AdaptiveConcurrency(4);
  const fail = () =>
    adaptive.run(
      () => Promise.reject(new ThrottledError('throttled')),
      () => false,
    );
  await Promise.allSettled(Array.from({ length: 20 }, fail));
  expect(adaptive.limit).toBe(4);
  await runAll(adaptive, ...times(4, true));
  expect(adaptive.limit).toBe(1);
  adaptive.restore();
  expect(adaptive.limit).toBe(4);
});
