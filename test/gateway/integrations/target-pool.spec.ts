import { describe, expect, it } from 'vitest';
import { TargetPool } from '../../../src/gateway/integrations/target-pool.js';
import { TARGET_RETRY_MS } from '../../../src/gateway/silent/integration-choices.js';

describe('TargetPool', () => {
  const clock = { now: 0 };
  const pool = () => new TargetPool(new Map([['books', ['a:1', 'b:2', 'c:3']]]), () => clock.now);
  const take = (targets: TargetPool, times: number) =>
    Array.from({ length: times }, () => targets.next(['books'])?.address);

  it('uses the addresses in turn', () => {
    expect(take(pool(), 4)).toEqual(['a:1', 'b:2', 'c:3', 'a:1']);
  });

  it('accepts a single address', () => {
    expect(new TargetPool(new Map([['books', 'a:1']])).next(['books'])?.address).toBe('a:1');
  });

  it('takes the first name that has addresses', () => {
    const targets = new TargetPool(
      new Map([
        ['lb', 'a:1'],
        ['listener', 'b:2'],
      ]),
    );
    expect(targets.next(['arn', 'listener', 'lb'])?.address).toBe('b:2');
  });

  it('finds nothing under other names', () => {
    expect(pool().next(['other'])).toBeUndefined();
  });

  it('leaves out an address that failed, and tries it again later', () => {
    const targets = pool();
    targets.next(['books'])?.failed();
    expect(take(targets, 3)).toEqual(['b:2', 'c:3', 'b:2']);
    clock.now += TARGET_RETRY_MS;
    expect(take(targets, 3)).toEqual(['c:3', 'a:1', 'b:2']);
  });

  it('tries the addresses in turn when all have failed', () => {
    const targets = pool();
    for (let time = 0; time < 3; time += 1) targets.next(['books'])?.failed();
    expect(take(targets, 3)).toEqual(['a:1', 'b:2', 'c:3']);
  });
});
