import { expect, it } from 'vitest';
import { QueueFullError } from '../../../src/nest/callback/callback.errors.js';
import { ConnectionQueues, type Purpose } from '../../../src/nest/callback/connection-queues.js';
import { connection } from '../../support/callback.js';

const BOUNDS = { messages: 10_000, messagesPerConnection: 100, bytes: 1_000_000 };

/** Queues whose works do not end. */
function queuesThatHold(bounds = BOUNDS) {
  const queues = new ConnectionQueues<never>(bounds);
  const hold = (n: number, purpose: Purpose = 'push', bytes = 0) => {
    void queues.run(connection(n), () => new Promise<never>(() => undefined), { bytes, purpose });
  };
  /** Holds messages for a connection until one is refused. */
  const fill = (n: number, purpose: Purpose = 'push') => {
    for (let held = 0; ; held += 1) {
      try {
        hold(n, purpose);
      } catch (error) {
        if (error instanceof QueueFullError) return held;
        throw error;
      }
    }
  };
  return { queues, hold, fill };
}

it('lets one connection have all its messages while the whole is at most half full', () => {
  const { fill } = queuesThatHold();
  expect(Array.from({ length: 37 }, (_, n) => fill(n))).toEqual(Array.from({ length: 37 }, () => 100));
});

it('shrinks the share of each connection as the whole fills', () => {
  const { fill, hold } = queuesThatHold();
  const shares = Array.from({ length: 200 }, (_, n) => fill(n));
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  expect(shares.at(-1)).toBeLessThan(20);
  // others find a place still
  for (let n = 1_000; n < 1_020; n += 1) hold(n);
});

it('leaves room for replies when it is full of pushes, and for refusals when it is full of replies', () => {
  const { fill } = queuesThatHold({ ...BOUNDS, messages: 80 });
  for (let n = 0; n < 100; n += 1) fill(n);
  expect(fill(200)).toBe(0);
  expect(fill(200, 'reply')).toBeGreaterThan(0);
  for (let n = 0; n < 100; n += 1) fill(n, 'reply');
  expect(fill(201, 'reply')).toBe(0);
  expect(fill(201, 'refusal')).toBeGreaterThan(0);
});

it('leaves a quarter of the bytes to replies', () => {
  const { hold } = queuesThatHold();
  hold(1, 'push', 750_000);
  expect(() => hold(2, 'push', 1)).toThrow(QueueFullError);
  hold(2, 'reply', 250_000);
  expect(() => hold(3, 'reply', 1)).toThrow(QueueFullError);
});

it('takes places for replies first, then for refusals, and takes them back', () => {
  const { queues, hold } = queuesThatHold({ ...BOUNDS, messagesPerConnection: 1 });
  const id = connection(1);
  const places = [1, 2, 3].map(() => queues.takePlace(id));
  expect(places.map((place) => place?.purpose)).toEqual(['reply', 'reply', 'refusal']);
  expect(queues.takePlace(id)).toBeUndefined();
  expect(queues.hasAllPlaces(id)).toBe(true);
  for (const place of places) place?.release();
  expect(queues.messages).toBe(0);
  expect(queues.takePlace(id)?.purpose).toBe('reply');
  // a push has a bound of its own
  hold(1);
});

it('rejects what waits for a connection when it is dropped, and continues after the work in flight', async () => {
  const queues = new ConnectionQueues<never>(BOUNDS);
  const { promise: isReleased, resolve: release } = Promise.withResolvers<string>();
  const run = (work: () => Promise<string>) =>
    queues.run(connection(1), work, { bytes: 10, purpose: 'push' });
  const first = run(() => isReleased);
  const waiting = [1, 2].map(() => run(async () => 'not run'));

  expect(queues.drop(connection(1), new Error('dropped'))).toBe(2);

  for (const each of waiting) await expect(each).rejects.toThrow('dropped');
  expect([queues.messages, queues.bytes]).toEqual([1, 10]);
  const next = run(async () => 'next');
  release('first');
  expect(await Promise.all([first, next])).toEqual(['first', 'next']);
  expect([queues.messages, queues.bytes, queues.isBusy(connection(1))]).toEqual([0, 0, false]);
});
