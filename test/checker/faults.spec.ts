import { expect, it } from 'vitest';
import { planFaults } from './faults.ts';
import { faultsOf } from './guarantees.ts';
import { Random } from './random.ts';

const plan = (seed: string, count: number) =>
  planFaults(faultsOf('redis-aof'), 3, new Random(seed)).take(count).toArray();

it('plans the same faults for the same seed', () => {
  expect(plan('1', 50)).toEqual(plan('1', 50));
  expect(plan('1', 50)).not.toEqual(plan('2', 50));
});

it('plans each kind of fault once before it plans one again', () => {
  const kinds = faultsOf('redis-aof');
  const [first, second] = [plan('1', kinds.length), plan('1', 2 * kinds.length).slice(kinds.length)];
  for (const round of [first, second]) {
    expect(round.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  }
});
