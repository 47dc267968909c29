import { expect, it } from 'vitest';
import { Clock } from '../../src/gateway/clock.js';

const HOUR = 3_600_000;

it('follows the machine’s clock until it is moved', () => {
  const before = Date.now();
  const now = new Clock().now();
  // its fractions of a millisecond are its own
  expect(now).toBeGreaterThanOrEqual(before - 1);
  expect(now).toBeLessThanOrEqual(Date.now() + 1);
});

it('fires timers that are due, in order and each at its own time, when it is moved', () => {
  const clock = new Clock();
  const startedAt = clock.now();
  const fired: [string, number][] = [];
  const note = (name: string) => () => fired.push([name, Math.round((clock.now() - startedAt) / HOUR)]);
  clock.timer(2 * HOUR, note('second'));
  clock.timer(HOUR, () => {
    note('first')();
    clock.timer(HOUR / 2, note('from the first'));
  });
  clock.timer(5 * HOUR, note('never'));
  clock.advance(3 * HOUR);
  expect(fired).toEqual([
    ['first', 1],
    ['from the first', 2],
    ['second', 2],
  ]);
  expect(Math.round((clock.now() - startedAt) / HOUR)).toBe(3);
});

it('does not fire cancelled timers and delays postponed ones', () => {
  const clock = new Clock();
  const fired: string[] = [];
  clock.timer(HOUR, () => fired.push('cancelled')).cancel();
  const postponed = clock.timer(HOUR, () => fired.push('postponed'));
  clock.advance(HOUR / 2);
  postponed.postpone(clock.now() + HOUR);
  clock.advance(HOUR * 0.75);
  expect(fired).toEqual([]);
  clock.advance(HOUR / 2);
  expect(fired).toEqual(['postponed']);
});

it('fires in real time, also after it was moved to shortly before', async () => {
  const clock = new Clock();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.timer(HOUR, resolve);
  clock.advance(HOUR - 20);
  timer.postpone(clock.now() + HOUR);
  clock.advance(HOUR - 20);
  await promise;
  expect(timer.dueAt).toBeLessThanOrEqual(clock.now());
});
