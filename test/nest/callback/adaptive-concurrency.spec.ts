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

it('halves with each throttled round, down to one', async () => {
  const adaptive = new AdaptiveConcurrency(8);
  const limits: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await runAll(adaptive, ...times(adaptive.limit, true));
    limits.push(adaptive.limit);
  }
  expect(limits).toEqual([4, 2, 1, 1, 1]);
});

it('grows by one with each round that is not throttled, up to its initial value', async () => {
  const adaptive = new AdaptiveConcurrency(4);
  await runAll(adaptive, ...times(4, true));
  const limits: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    await runAll(adaptive, ...times(adaptive.limit, false));
    limits.push(adaptive.limit);
  }
  expect(limits).toEqual([3, 4, 4, 4]);
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
  await runAll(adaptive, ...times(8, true));
  let inFlight = 0;
  let maxInFlight = 0;
  const work = async () => {
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    await new Promise(setImmediate);
    inFlight -= 1;
  };
  await Promise.all(Array.from({ length: 4 }, () => adaptive.run(work)));
  expect(maxInFlight).toBe(4);
});

it('doubles with each second in which it was not lowered, also without results', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(10_000);
  onTestFinished(() => now.mockRestore());
  const adaptive = new AdaptiveConcurrency(16);
  for (let round = 0; round < 3; round += 1) await runAll(adaptive, ...times(adaptive.limit, true));
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
  expect(adaptive.limit).toBe(2);
  adaptive.restore();
  expect(adaptive.limit).toBe(4);
});
