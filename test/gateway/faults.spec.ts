import { describe, expect, it } from 'vitest';
import { Faults, type FaultSettings } from '../../src/gateway/faults.js';

const CALL = { connectionId: 'a', routeKey: '$default' };

function faultsWith(settings: FaultSettings): Faults {
  const faults = new Faults();
  faults.set(settings, 'a test');
  return faults;
}
const callbacks = (faults: Faults, times = 1_000) =>
  Array.from({ length: times }, () => faults.throttlesCallback('a'));

it('has no faults before they are set and after they are cleared', () => {
  const faults = faultsWith({ throttle: { rate: 1 }, disconnect: 'drop', vpcLinkDown: ['*'] });
  faults.clear();
  for (const none of [faults, new Faults()]) {
    expect(none.throttlesCallback('a')).toBe(false);
    expect(none.failsIntegration('link', CALL)).toBe(false);
    expect(none.callbackLatencyMs('a')).toBe(0);
    expect(none.disconnectCalls('a')).toBe(1);
    expect(none.settings).toEqual({});
  }
});

describe('a rate', () => {
  it('of 1 is always met, of 0 never', () => {
    expect(callbacks(faultsWith({ throttle: { rate: 1 } }))).not.toContain(false);
    expect(callbacks(faultsWith({ throttle: { rate: 0 } }))).not.toContain(true);
  });

  it('is met on average, with the same choices for the same seed', () => {
    const settings = { seed: 42, throttle: { rate: 0.25 } };
    const first = callbacks(faultsWith(settings));
    expect(first.filter(Boolean).length).toBeGreaterThan(200);
    expect(first.filter(Boolean).length).toBeLessThan(300);
    expect(callbacks(faultsWith(settings))).toEqual(first);
    expect(callbacks(faultsWith({ ...settings, seed: 43 }))).not.toEqual(first);
  });

  it('has choices that do not depend on other faults', () => {
    const settings = { seed: 42, throttle: { rate: 0.5 }, integrationFailure: { rate: 0.5 } };
    const alone = callbacks(faultsWith(settings), 50);
    const faults = faultsWith(settings);
    const mixed = Array.from({ length: 50 }, () => {
      faults.failsIntegration(undefined, CALL);
      return faults.throttlesCallback('a');
    });
    expect(mixed).toEqual(alone);
  });

  it('is reproducible with the picked seed', () => {
    const picked = faultsWith({ throttle: { rate: 0.5 } });
    const again = faultsWith(picked.settings);
    expect(callbacks(again)).toEqual(callbacks(picked));
  });
});

it.each([
  [['one'], 'one', true],
  [['one'], 'two', false],
  [['one'], undefined, false],
  [['*'], 'two', true],
  [['*'], undefined, false],
])('with the VPC links %j down, a call through %s fails: %s', (vpcLinkDown, link, fails) => {
  expect(faultsWith({ vpcLinkDown }).failsIntegration(link, CALL)).toBe(fails);
});

describe('with every fault', () => {
  const every: FaultSettings = {
    throttle: { rate: 1 },
    integrationFailure: { rate: 1 },
    latencyMs: { callback: 1, integration: 1 },
    disconnect: 'drop',
  };
  /** Which of the faults happen to a call for this route and connection. */
  const happening = (settings: FaultSettings, connectionId: string, routeKey: string) => {
    const faults = faultsWith({ ...every, ...settings });
    return [
      faults.throttlesCallback(connectionId),
      faults.callbackLatencyMs(connectionId) > 0,
      faults.disconnectCalls(connectionId) === 0,
      faults.failsIntegration(undefined, { connectionId, routeKey }),
      faults.integrationLatencyMs({ connectionId, routeKey }) > 0,
    ];
  };
  const all = [true, true, true, true, true];
  const none = [false, false, false, false, false];
  const onlyCallbacks = [true, true, true, false, false];

  it.each([
    [{}, 'a', 'join', all],
    [{ connectionId: 'a' }, 'a', 'join', all],
    [{ connectionId: 'a' }, 'b', 'join', none],
    [{ route: 'join' }, 'a', 'join', all],
    [{ route: 'join' }, 'a', '$default', onlyCallbacks],
    [{ route: 'join', connectionId: 'a' }, 'a', 'join', all],
    [{ route: 'join', connectionId: 'a' }, 'b', 'join', none],
  ])('limited to %j, a call of %s for %s meets %j', (limit, connectionId, routeKey, expected) => {
    expect(happening(limit, connectionId, routeKey)).toEqual(expected);
  });

  it('makes no random choice for a call that the faults do not concern', () => {
    const settings = { seed: 1, throttle: { rate: 0.5 }, connectionId: 'a' };
    const alone = callbacks(faultsWith(settings), 50);
    const faults = faultsWith(settings);
    const mixed = Array.from({ length: 50 }, () => {
      faults.throttlesCallback('b');
      return faults.throttlesCallback('a');
    });
    expect(mixed).toEqual(alone);
  });
});
