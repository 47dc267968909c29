import { expect, it } from 'vitest';
import { EventLoopTurns } from '../../../src/nest/callback/event-loop-turns.js';

/** What has continued at the end of each of the next turns of the event loop. */
async function observe(continued: readonly string[], turns: number): Promise<string[][]> {
  const seen: string[][] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise(setImmediate);
    seen.push([...continued]);
  }
  return seen;
}

it('continues one work in each turn of the event loop, alternating', async () => {
  const turns = new EventLoopTurns();
  const continued: string[] = [];
  const work = async (name: string) => {
    for (let n = 1; n <= 2; n += 1) {
      await turns.next();
      continued.push(`${name}${n}`);
    }
  };
  const works = Promise.all([work('a'), work('b'), work('c')]);
  const seen = await observe(continued, 8);
  await works;
  expect(continued).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  // never two in one turn
  const lengths = [[], ...seen].map(({ length }) => length);
  for (let turn = 1; turn < lengths.length; turn += 1) {
    expect(lengths[turn]! - lengths[turn - 1]!).toBeLessThanOrEqual(1);
  }
});

it('continues after a time without works', async () => {
  const turns = new EventLoopTurns();
  await turns.next();
  await new Promise(setImmediate);
  await expect(turns.next()).resolves.toBeUndefined();
});
