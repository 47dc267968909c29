import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/gateway/limits.js';
import { type AccountLimits, Throttle } from '../../src/gateway/throttle.js';

const SMALL = { requestsPerSecond: 10, requestBurst: 5, newConnectionsPerSecond: 2 };
const WIDE = { requestsPerSecond: 1000, requestBurst: 1000, newConnectionsPerSecond: 1000 };
const NONE = { apiId: 'api', stage: 'dev', routeKey: '$default', settings: {} };
const limited = (routeKey: string, ThrottlingRateLimit: number, ThrottlingBurstLimit: number) => ({
  ...NONE,
  routeKey,
  settings: { ThrottlingRateLimit, ThrottlingBurstLimit },
});

/** A throttle with a clock that the test moves. */
function throttleAt(limits: AccountLimits = SMALL) {
  let now = Date.UTC(2026, 10, 20);
  const throttle = new Throttle(() => now, limits);
  const admitted = (times: number, count: (throttle: Throttle) => string | undefined) =>
    Array.from({ length: times }, () => count(throttle)).filter((limit) => limit === undefined).length;
  return { admitted, pass: (ms: number) => (now += ms) };
}

it('names the exceeded limit', () => {
  const throttle = new Throttle(() => 0, SMALL);
  const plan = { id: 'key1', throttle: { rateLimit: 1, burstLimit: 0 } };
  expect(throttle.exceededByApiKey(plan)).toBe('the usage plan of API key key1');
  expect(throttle.exceededByRequest(limited('send', 1, 0))).toBe('the throttling settings of api/dev/send');
  for (const limit of [undefined, undefined, "the account's new connections per second"]) {
    expect(throttle.exceededByConnection(NONE)).toBe(limit);
  }
  for (const limit of [undefined, undefined, undefined, "the account's requests per second"]) {
    expect(throttle.exceededByRequest()).toBe(limit);
  }
});

describe('requests of the account', () => {
  it('are accepted in one burst, then at the rate', () => {
    const { admitted, pass } = throttleAt();
    expect(admitted(20, (throttle) => throttle.exceededByRequest())).toBe(5);
    pass(100);
    expect(admitted(20, (throttle) => throttle.exceededByRequest())).toBe(1);
    pass(250);
    expect(admitted(20, (throttle) => throttle.exceededByRequest())).toBe(2);
    pass(50);
    expect(admitted(20, (throttle) => throttle.exceededByRequest())).toBe(1);
    pass(3_600_000);
    expect(admitted(20, (throttle) => throttle.exceededByRequest())).toBe(5);
  });

  it('are handshakes, messages and requests to @connections together', () => {
    const { admitted } = throttleAt();
    expect(admitted(2, (throttle) => throttle.exceededByConnection(NONE))).toBe(2);
    expect(admitted(2, (throttle) => throttle.exceededByRequest(NONE))).toBe(2);
    expect(admitted(2, (throttle) => throttle.exceededByRequest())).toBe(1);
  });

  it('are 10,000 a second, in bursts of 5,000, by default', () => {
    let now = 0;
    const throttle = new Throttle(() => now, LIMITS);
    const admitted = () =>
      Array.from({ length: 20_000 }, () => throttle.exceededByRequest()).filter(
        (limit) => limit === undefined,
      ).length;
    expect(admitted()).toBe(5_000);
    now += 100;
    expect(admitted()).toBe(1_000);
  });
});

describe('new connections', () => {
  it('have a rate of their own', () => {
    const { admitted, pass } = throttleAt();
    expect(admitted(5, (throttle) => throttle.exceededByConnection(NONE))).toBe(2);
    // refused connections have not used tokens for requests
    expect(admitted(5, (throttle) => throttle.exceededByRequest())).toBe(3);
    pass(1_000);
    expect(admitted(5, (throttle) => throttle.exceededByConnection(NONE))).toBe(2);
  });
});

describe('a route with settings', () => {
  it('has its own limits', () => {
    const { admitted, pass } = throttleAt(WIDE);
    expect(admitted(9, (throttle) => throttle.exceededByRequest(limited('send', 1, 3)))).toBe(3);
    expect(admitted(9, (throttle) => throttle.exceededByRequest(limited('other', 1, 3)))).toBe(3);
    expect(
      admitted(9, (throttle) => throttle.exceededByRequest({ ...limited('send', 1, 3), stage: 'prod' })),
    ).toBe(3);
    expect(admitted(9, (throttle) => throttle.exceededByRequest(NONE))).toBe(9);
    pass(2_000);
    expect(admitted(9, (throttle) => throttle.exceededByRequest(limited('send', 1, 3)))).toBe(2);
  });

  it('follows a change of its settings', () => {
    const { admitted } = throttleAt(WIDE);
    expect(admitted(9, (throttle) => throttle.exceededByRequest(limited('send', 1, 3)))).toBe(3);
    expect(admitted(9, (throttle) => throttle.exceededByRequest(limited('send', 1, 5)))).toBe(5);
  });

  it('accepts nothing with a rate or a burst of 0 after the burst', () => {
    const { admitted, pass } = throttleAt(WIDE);
    expect(admitted(3, (throttle) => throttle.exceededByRequest(limited('send', 100, 0)))).toBe(0);
    expect(admitted(3, (throttle) => throttle.exceededByConnection(limited('$connect', 0, 1)))).toBe(1);
    pass(60_000);
    expect(admitted(3, (throttle) => throttle.exceededByConnection(limited('$connect', 0, 1)))).toBe(0);
  });
});

describe('an API key', () => {
  const key = (id: string, rateLimit: number, burstLimit: number) => ({
    id,
    throttle: { rateLimit, burstLimit },
  });

  it('has the limits of its usage plan for itself', () => {
    const { admitted, pass } = throttleAt(WIDE);
    expect(admitted(9, (throttle) => throttle.exceededByApiKey(key('one', 1, 3)))).toBe(3);
    expect(admitted(9, (throttle) => throttle.exceededByApiKey(key('two', 1, 3)))).toBe(3);
    pass(1_000);
    expect(admitted(9, (throttle) => throttle.exceededByApiKey(key('one', 1, 3)))).toBe(1);
  });

  it.each([
    ['without any', { id: 'one' }],
    ['without a rate', key('one', Infinity, 1)],
    ['without a burst', key('one', 0, Infinity)],
  ])('%s is not limited', (_, unlimited) => {
    const { admitted } = throttleAt(SMALL);
    expect(admitted(100, (throttle) => throttle.exceededByApiKey(unlimited))).toBe(100);
  });
});
