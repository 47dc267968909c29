import { expect, it } from 'vitest';
import { fanOut } from '../../../src/service/callback/fan-out.js';

async function* pagesOf(...pages: number[][]) {
  yield* pages;
}

async function* brokenPages() {
  yield [1];
  throw new Error('store is gone');
}

it('delivers to every recipient of every page, and counts', async () => {
  const delivered: number[] = [];
  const report = await fanOut(
    pagesOf([1, 2, 3], [4], [5, 6]),
    async (recipient) => {
      delivered.push(recipient);
      if (recipient === 2) throw new Error('timeout');
      if (recipient === 3) throw new Error('another');
      return recipient === 5 ? 'gone' : 'delivered';
    },
    2,
  );
  expect(delivered.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(report).toEqual({
    recipients: 6,
    delivered: 3,
    gone: 1,
    failed: 2,
    firstFailure: new Error('timeout'),
  });
});

it('is done at once when there is nobody', async () => {
  const report = await fanOut(pagesOf(), async () => 'delivered', 4);
  expect(report).toEqual({ recipients: 0, delivered: 0, gone: 0, failed: 0 });
});

it('has so many deliveries under way as it may, across pages, and never more', async () => {
  let inFlight = 0;
  let maxInFlight = 0;
  const deliver = async () => {
    inFlight += 1;
    maxInFlight = Math.max(maxInFlight, inFlight);
    await new Promise(setImmediate);
    inFlight -= 1;
    return 'delivered' as const;
  };
  await fanOut(pagesOf([1, 2], [3, 4], [5, 6], [7, 8]), deliver, 3);
  expect(maxInFlight).toBe(3);
});

it('reads a page only when its first recipient is due', async () => {
  let pagesRead = 0;
  const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
  async function* pages() {
    for (pagesRead = 1; pagesRead <= 5; pagesRead += 1) yield [1, 2];
  }
  const report = fanOut(
    pages(),
    async () => {
      await isReleased;
      return 'delivered';
    },
    3,
  );
  await new Promise(setImmediate);
  expect(pagesRead).toBe(2);
  release();
  expect(await report).toMatchObject({ recipients: 10 });
});

it('rejects when a page cannot be read, after what was under way', async () => {
  const delivered: number[] = [];
  const deliver = async (recipient: number) => {
    await new Promise(setImmediate);
    delivered.push(recipient);
    return 'delivered' as const;
  };
  await expect(fanOut(brokenPages(), deliver, 2)).rejects.toThrow('store is gone');
  expect(delivered).toEqual([1]);
});
