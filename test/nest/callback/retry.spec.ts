import { afterEach, expect, it, vi } from 'vitest';
import { backoffMs } from '../../../src/nest/backoff.js';
import {
  CallbackError,
  CallbackTimeoutError,
  ForbiddenError,
  ThrottledError,
} from '../../../src/nest/callback/callback.errors.js';
import { CALLBACK_BACKOFF, Retry } from '../../../src/nest/callback/retry.js';

const throttled = () => new ThrottledError('throttled', { isTransient: true });
const retryWithin = (callbackDeadlineMs: number, callbackRequestTimeoutMs = 5_000) =>
  new Retry({ callbackDeadlineMs, callbackRequestTimeoutMs });

afterEach(() => void vi.restoreAllMocks());

it('retries a transient error', async () => {
  const retry = retryWithin(5_000);
  const attempt = vi.fn<() => Promise<string>>().mockRejectedValueOnce(throttled()).mockResolvedValue('done');
  expect(await retry.run(retry.deadline(), attempt)).toBe('done');
  expect(attempt).toHaveBeenCalledTimes(2);
});

it.each([new ForbiddenError('no'), new CallbackError('bad request'), new TypeError('a mistake of ours')])(
  'does not retry %s',
  async (error) => {
    const retry = retryWithin(5_000);
    const attempt = vi.fn<() => Promise<void>>().mockRejectedValue(error);
    await expect(retry.run(retry.deadline(), attempt)).rejects.toBe(error);
    expect(attempt).toHaveBeenCalledTimes(1);
  },
);

it('starts no attempt after the deadline, and rejects with the error of the last attempt', async () => {
  const retry = retryWithin(300);
  const deadline = retry.deadline();
  const startedAt: number[] = [];
  const attempt = async () => {
    const now = performance.now();
    retry.requestTimeoutMs(deadline);
    startedAt.push(now);
    throw throttled();
  };
  await expect(retry.run(deadline, attempt)).rejects.toBeInstanceOf(ThrottledError);
  expect(startedAt.every((time) => time <= deadline)).toBe(true);
});

it('rejects with the error before, when the deadline has cut the last attempt short', async () => {
  const retry = retryWithin(300);
  const deadline = retry.deadline();
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    if (attempts === 1) throw throttled();
    await new Promise((resolve) => setTimeout(resolve, deadline - performance.now() + 10));
    throw new CallbackTimeoutError('no response', { isTransient: true });
  };
  await expect(retry.run(deadline, attempt)).rejects.toBeInstanceOf(ThrottledError);
  expect(attempts).toBe(2);
});

it('pauses with full jitter up to 100 ms, then up to twice as long each time, and never longer than 3 s', () => {
  const pauses = (random: number) =>
    [1, 2, 3, 4, 5, 6, 7].map((attempts) => backoffMs(attempts, CALLBACK_BACKOFF, random));
  expect(pauses(1)).toEqual([100, 200, 400, 800, 1600, 3000, 3000]);
  expect(pauses(0.5)).toEqual([50, 100, 200, 400, 800, 1500, 1500]);
  expect(pauses(0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

it('pauses after each attempt by that backoff', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.99);
  const retry = retryWithin(5_000);
  const startedAt: number[] = [];
  const attempt = async () => {
    startedAt.push(performance.now());
    if (startedAt.length < 3) throw throttled();
  };
  await retry.run(retry.deadline(), attempt);
  const [first, second, third] = startedAt as [number, number, number];
  expect(second - first).toBeGreaterThan(97);
  expect(third - second).toBeGreaterThan(196);
});

it('gives an attempt the time to the deadline as its timeout, up to the timeout of a request', () => {
  const retry = retryWithin(1_000);
  expect(retry.requestTimeoutMs(retry.deadline())).toBeLessThanOrEqual(1_000);
  expect(retry.requestTimeoutMs(retry.deadline())).toBeGreaterThan(900);
  expect(retryWithin(1_000, 400).requestTimeoutMs(retry.deadline())).toBe(400);
});

it('gives no timeout after the deadline', () => {
  const retry = retryWithin(1_000);
  expect(() => retry.requestTimeoutMs(performance.now() - 1)).toThrow(CallbackTimeoutError);
});
