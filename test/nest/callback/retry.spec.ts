import { expect, it, vi } from 'vitest';
import {
  CallbackError,
  CallbackTimeoutError,
  ForbiddenError,
  ThrottledError,
} from '../../../src/nest/callback/callback.errors.js';
import { pauseAfter, remainingMs, retryUntil } from '../../../src/nest/callback/retry.js';

const throttled = () => new ThrottledError('throttled', { isTransient: true });

it('tries again what is transient', async () => {
  const attempt = vi.fn<() => Promise<string>>().mockRejectedValueOnce(throttled()).mockResolvedValue('done');
  expect(await retryUntil(performance.now() + 5_000, attempt)).toBe('done');
  expect(attempt).toHaveBeenCalledTimes(2);
});

it.each([new ForbiddenError('no'), new CallbackError('bad request'), new TypeError('a mistake of ours')])(
  'does not try %s again',
  async (error) => {
    const attempt = vi.fn<() => Promise<void>>().mockRejectedValue(error);
    await expect(retryUntil(performance.now() + 5_000, attempt)).rejects.toBe(error);
    expect(attempt).toHaveBeenCalledTimes(1);
  },
);

it('starts no try after the deadline, and rejects with what the last one did', async () => {
  const deadline = performance.now() + 300;
  const startedAt: number[] = [];
  const attempt = async () => {
    startedAt.push(performance.now());
    throw throttled();
  };
  await expect(retryUntil(deadline, attempt)).rejects.toBeInstanceOf(ThrottledError);
  expect(startedAt.every((time) => time <= deadline)).toBe(true);
});

it('rejects with what went wrong before, when the deadline has cut the last try short', async () => {
  const deadline = performance.now() + 300;
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    if (tries === 1) throw throttled();
    await new Promise((resolve) => setTimeout(resolve, deadline - performance.now() + 1));
    throw new CallbackTimeoutError('no answer', { isTransient: true });
  };
  await expect(retryUntil(deadline, attempt)).rejects.toBeInstanceOf(ThrottledError);
  expect(tries).toBe(2);
});

it('pauses with full jitter, twice as long at most each time, and never over three seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((tries) => pauseAfter(tries, 1))).toEqual([
    100, 200, 400, 800, 1600, 3000, 3000,
  ]);
  expect(pauseAfter(3, 0)).toBe(0);
  expect(pauseAfter(3, 0.5)).toBe(200);
});

it('tells what time remains, and rejects when none does', () => {
  expect(remainingMs(performance.now() + 1_000)).toBeGreaterThan(900);
  expect(() => remainingMs(performance.now() - 1)).toThrow(/over/);
});
