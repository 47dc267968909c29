import { expect, it } from 'vitest';
import { ConcurrencyLimit } from '../../../src/nest/callback/concurrency-limit.js';

it('runs up to its limit at once, and the others in the order of the calls', async () => {
  const limit = new ConcurrencyLimit(2);
  const started: number[] = [];
  const works = [0, 1, 2, 3].map((index) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const result = limit.run(async () => {
      started.push(index);
      await promise;
      return index;
    });
    return { result, finish: resolve };
  });

  expect(started).toEqual([0, 1]);
  works[1]!.finish();
  await works[1]!.result;
  expect(started).toEqual([0, 1, 2]);
  for (const { finish } of works) finish();
  expect(await Promise.all(works.map(({ result }) => result))).toEqual([0, 1, 2, 3]);
});

it('gives the slot of failed work to the next', async () => {
  const limit = new ConcurrencyLimit(1);
  const failure = limit.run(() => Promise.reject(new Error('failed')));
  const next = limit.run(async () => 'done');
  await expect(failure).rejects.toThrow('failed');
  expect(await next).toBe('done');
  expect(await limit.run(async () => 'free again')).toBe('free again');
});
