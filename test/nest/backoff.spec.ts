import { expect, it } from 'vitest';
import { backoffMs } from '../../src/nest/backoff.js';

const backoff = { firstMs: 100, longestMs: 500 };

it('doubles the longest pause with each attempt, up to a limit', () => {
  expect([1, 2, 3, 4, 50].map((attempts) => backoffMs(attempts, backoff, 1))).toEqual([
    100, 200, 400, 500, 500,
  ]);
});

it('pauses for any part of that', () => {
  expect(backoffMs(2, backoff, 0)).toBe(0);
  expect(backoffMs(2, backoff, 0.5)).toBe(100);
});
