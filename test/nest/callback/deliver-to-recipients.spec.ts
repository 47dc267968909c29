import { expect, it } from 'vitest';
import { ThrottledError } from '../../../src/nest/callback/callback.errors.js';
import { ConcurrencyLimit } from '../../../src/nest/callback/concurrency-limit.js';
import {
  type Delivery,
  type DeliveryLimits,
  deliverToRecipients,
} from '../../../src/nest/callback/deliver-to-recipients.js';
import { EventLoopTurns } from '../../../src/nest/callback/event-loop-turns.js';

const limitsOf = (window: number, paused = 0): DeliveryLimits => ({
  window: new ConcurrencyLimit(window),
  paused: new ConcurrencyLimit(paused),
  turns: new EventLoopTurns(),
});

/** No recipient is refused or must wait, if nothing else is given. */
const by = (
  deliver: Delivery<number>['deliver'],
  rest: Partial<Delivery<number>> = {},
): Delivery<number> => ({ refusal: () => undefined, mustWait: () => false, deliver, ...rest });

async function* pagesOf(...pages: number[][]) {
  yield* pages;
}

async function* brokenPages() {
  yield [1];
  throw new Error('store is gone');
}

it('delivers to every recipient of every page, and counts the results', async () => {
  const delivered: number[] = [];
  const report = await deliverToRecipients(
    pagesOf([1, 2, 3], [4], [5, 6]),
    by(async (recipient) => {
      delivered.push(recipient);
      if (recipient === 2) throw new Error('timeout');
      if (recipient === 3) throw new Error('another');
      if (recipient === 6) throw new ThrottledError('throttled');
      return recipient === 5 ? 'gone' : 'delivered';
    }),
    limitsOf(2),
  );
  expect(delivered.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(report).toEqual({
    recipients: 6,
    delivered: 2,
    gone: 1,
    throttled: 1,
    failed: 2,
    firstFailure: new Error('timeout'),
  });
});

it('returns at once when there are no recipients', async () => {
  const report = await deliverToRecipients(
    pagesOf(),
    by(async () => 'delivered'),
    limitsOf(4),
  );
  expect(report).toEqual({ recipients: 0, delivered: 0, gone: 0, throttled: 0, failed: 0 });
});

it('fills its window across pages, and never exceeds it', async () => {
  let inFlight = 0;
  let maxInFlight = 0;
  const deliver = async () => {
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    await new Promise(setImmediate);
    inFlight -= 1;
    return 'delivered' as const;
  };
  await deliverToRecipients(pagesOf([1, 2], [3, 4], [5, 6], [7, 8]), by(deliver), limitsOf(3));
  expect(maxInFlight).toBe(3);
});

it('reads a page only when a delivery to its first recipient can start', async () => {
  let pagesRead = 0;
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  async function* pages() {
    for (pagesRead = 1; pagesRead <= 5; pagesRead += 1) yield [1, 2];
  }
  const report = deliverToRecipients(
    pages(),
    by(async () => {
      await isReleased;
      return 'delivered';
    }),
    limitsOf(3),
  );
  await new Promise(setImmediate);
  expect(pagesRead).toBe(2);
  release();
  expect(await report).toMatchObject({ recipients: 10 });
});

it('rejects when a page cannot be read, after the deliveries in flight have ended', async () => {
  const delivered: number[] = [];
  const deliver = async (recipient: number) => {
    await new Promise(setImmediate);
    delivered.push(recipient);
    return 'delivered' as const;
  };
  await expect(deliverToRecipients(brokenPages(), by(deliver), limitsOf(2))).rejects.toThrow('store is gone');
  expect(delivered).toEqual([1]);
});

it('alternates with another delivery that shares its window', async () => {
  const limits = limitsOf(2);
  const started: string[] = [];
  const deliver = async (recipient: number) => {
    started.push(recipient < 10 ? 'first' : 'second');
    await new Promise(setImmediate);
    return 'delivered' as const;
  };
  await Promise.all([
    deliverToRecipients(pagesOf([1, 2, 3, 4, 5, 6, 7, 8]), by(deliver), limits),
    deliverToRecipients(pagesOf([11, 12, 13, 14]), by(deliver), limits),
  ]);
  expect(started.indexOf('second')).toBeLessThan(4);
  expect(started.lastIndexOf('first')).toBeGreaterThan(started.indexOf('second'));
});

it('occupies no slot for a recipient that must wait for another message', async () => {
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  const delivered: number[] = [];
  const deliver = async (recipient: number) => {
    if (recipient < 0) await isReleased;
    delivered.push(recipient);
    return 'delivered' as const;
  };
  const isSlow = (recipient: number) => recipient < 0;
  const report = deliverToRecipients(
    pagesOf([-1, -2, -3, 4, 5]),
    by(deliver, { mustWait: isSlow }),
    limitsOf(1),
  );
  await new Promise(setImmediate);
  expect(delivered).toEqual([4, 5]);
  release();
  expect(await report).toMatchObject({ delivered: 5 });
});

it('occupies no slot for a delivery that pauses, up to the limit of those', async () => {
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  const delivered: number[] = [];
  const deliver = async (recipient: number, pause: () => void) => {
    if (recipient < 0) {
      pause();
      // with each further attempt
      pause();
      await isReleased;
    }
    delivered.push(recipient);
    return 'delivered' as const;
  };
  const report = deliverToRecipients(pagesOf([-1, -2, 3, 4, -5, 6]), by(deliver), limitsOf(1, 2));
  await new Promise(setImmediate);
  expect(delivered).toEqual([3, 4]);
  release();
  expect(await report).toMatchObject({ delivered: 6 });
});

it('counts recipients that are refused as failures, without a slot', async () => {
  const isRefused = (recipient: number) => recipient < 0;
  const delivered: number[] = [];
  const refused = new Error('refused');
  const deliver = async (recipient: number) => {
    delivered.push(recipient);
    return 'delivered' as const;
  };
  const refusal = (recipient: number) => (isRefused(recipient) ? refused : undefined);
  const limits = limitsOf(1);
  limits.window.tryAcquire();
  const report = deliverToRecipients(pagesOf([-1, -2, -3]), by(deliver, { refusal }), limits);
  expect(await report).toMatchObject({ recipients: 3, failed: 3, firstFailure: refused });
  expect(delivered).toEqual([]);
});

it('lets the event loop continue after a hundred recipients that are refused', async () => {
  const recipients = Array.from({ length: 1_000 }, (_, n) => n);
  let refused = 0;
  const refusal = () => {
    refused += 1;
    return new Error('refused');
  };
  const report = deliverToRecipients(
    pagesOf(recipients),
    by(async () => 'delivered', { refusal }),
    limitsOf(1),
  );
  const seen: number[] = [];
  do {
    await new Promise(setImmediate);
    seen.push(refused);
  } while (seen.at(-1)! < 1_000);
  await report;
  const steps = seen.map((count, turn) => count - (seen[turn - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(100);
});
