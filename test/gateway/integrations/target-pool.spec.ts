import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  type DeclaredTargets,
  NOTHING_DECLARED,
} from '../../../src/gateway/integrations/declared-targets.js';
import { TargetPool } from '../../../src/gateway/integrations/target-pool.js';
import { TARGET_CHECK_MS } from '../../../src/gateway/silent/integration-choices.js';

const poolOf = (targets: Record<string, string | string[]>, declared: Partial<DeclaredTargets> = {}) =>
  new TargetPool(new Map(Object.entries(targets)), { ...NOTHING_DECLARED, ...declared });

const ANY = { port: '80' };

describe('the addresses of a target', () => {
  const addresses = (pool: TargetPool, times: number) =>
    Array.from({ length: times }, () => pool.next(['books'], ANY)?.address);

  it('are used in turn', () => {
    expect(addresses(poolOf({ books: ['a:1', 'b:2', 'c:3'] }), 4)).toEqual(['a:1', 'b:2', 'c:3', 'a:1']);
  });

  it('may be a single one', () => {
    expect(addresses(poolOf({ books: 'a:1' }), 2)).toEqual(['a:1', 'a:1']);
  });

  it('are those of the first name that has any', () => {
    const pool = poolOf({ lb: 'a:1', listener: 'b:2' });
    expect(pool.next(['arn', 'listener', 'lb'], ANY)?.address).toBe('b:2');
  });

  it('are not found under other names', () => {
    const pool = poolOf({ books: 'a:1' });
    expect([pool.next(['other'], ANY), pool.has(['other'])]).toEqual([undefined, false]);
  });

  it('have the port that a template declares for the ARN, else that of the protocol', () => {
    const pool = poolOf({ lb: ['a', '[::1]', 'c:3'] }, { ports: new Map([['listener-arn', '8080']]) });
    const names = [['listener-arn', 'lb'], ['other-arn', 'lb'], ['listener-arn', 'lb']]; // prettier-ignore
    expect(names.map((each) => pool.next(each, { port: '443' })?.address)).toEqual([
      'a:8080',
      '[::1]:443',
      'c:3',
    ]);
  });
});

describe('an address that refused a connection', () => {
  /** Three addresses, a clock, and health checks that the test answers. */
  function checked() {
    const clock = { now: 0 };
    const checks: { readonly address: string; readonly end: (isHealthy: boolean) => void }[] = [];
    const pool = new TargetPool(
      new Map([['books', ['a:1', 'b:2', 'c:3']]]),
      NOTHING_DECLARED,
      () => clock.now,
      async (address) => new Promise((end) => checks.push({ address, end })),
    );
    const take = (times: number) =>
      Array.from({ length: times }, () => pool.next(['books'], ANY)?.address).join(' ');
    const fail = () => pool.next(['books'], ANY)?.failed();
    return { clock, checks, take, fail };
  }

  it('gets no request, and is not checked at once', () => {
    const { take, fail, checks } = checked();
    fail();
    expect([take(4), checks]).toEqual(['b:2 c:3 b:2 c:3', []]);
  });

  it('is checked once when the check is due, and gets no request meanwhile', () => {
    const { take, fail, checks, clock } = checked();
    fail();
    clock.now += TARGET_CHECK_MS;
    expect(take(4)).toBe('b:2 c:3 b:2 c:3');
    expect(checks.map(({ address }) => address)).toEqual(['a:1']);
  });

  it('gets requests again after a check that succeeds', async () => {
    const { take, fail, checks, clock } = checked();
    fail();
    clock.now += TARGET_CHECK_MS;
    take(3);
    checks[0]?.end(true);
    await setImmediate();
    expect(take(3)).toBe('c:3 a:1 b:2');
  });

  it('is checked again later after a check that fails', async () => {
    const { take, fail, checks, clock } = checked();
    fail();
    clock.now += TARGET_CHECK_MS;
    take(3);
    checks[0]?.end(false);
    await setImmediate();
    expect([take(3), checks.length]).toEqual(['c:3 b:2 c:3', 1]);
    clock.now += TARGET_CHECK_MS;
    expect([take(3), checks.length]).toEqual(['b:2 c:3 b:2', 2]);
  });

  it('is used in turn when all others refused one, too', () => {
    const { take, fail } = checked();
    for (let time = 0; time < 3; time += 1) fail();
    expect(take(3)).toBe('a:1 b:2 c:3');
  });
});

describe('the filters of a Cloud Map service', () => {
  const filtered = (pool: TargetPool, query: string, times = 3) =>
    Array.from(
      { length: times },
      () =>
        pool.next(['service-arn', 'books'], { ...ANY, filters: new Map(new URLSearchParams(query)) })
          ?.address,
    );

  it('select the addresses that have all the attributes', () => {
    const pool = poolOf({
      books: ['a:1?stage=prod&region=eu', 'b:2?stage=dev', 'c:3?stage=prod&region=us', 'd:4'],
    });
    expect(filtered(pool, 'stage=prod')).toEqual(['a:1', 'c:3', 'a:1']);
    expect(filtered(pool, 'stage=prod&region=us', 2)).toEqual(['c:3', 'c:3']);
    expect(filtered(pool, 'stage=test', 1)).toEqual([undefined]);
  });

  it('have no effect when no address has attributes', () => {
    expect(filtered(poolOf({ books: ['a:1', 'b:2'] }), 'stage=prod', 2)).toEqual(['a:1', 'b:2']);
  });

  it('select instances that a template declares, with their ports', () => {
    const instance = (name: string, stage: string) => ({
      serviceArn: 'service-arn',
      names: [name],
      port: '4000',
      attributes: new Map([['stage', stage]]),
    });
    const instances = [instance('Blue', 'prod'), instance('Green', 'next')];
    const pool = poolOf({ Blue: ['a', 'b:2'], Green: 'c' }, { instances });
    expect(filtered(pool, 'stage=prod')).toEqual(['a:4000', 'b:2', 'a:4000']);
    expect(filtered(pool, 'stage=next', 1)).toEqual(['c:4000']);
    expect(filtered(pool, '')).toEqual(['a:4000', 'b:2', 'c:4000']);
  });
});
