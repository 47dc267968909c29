import { describe, expect, it } from 'vitest';
import { Faults, type FaultSettings } from '../../src/gateway/faults.js';

function faultsWith(settings: FaultSettings): Faults {
  const faults = new Faults();
  faults.set(settings);
  return faults;
}
const callbacks = (faults: Faults, times = 1_000) =>
  Array.from({ length: times }, () => faults.throttlesCallback());

it('has no faults before they are set and after they are cleared', () => {
  const faults = faultsWith({ throttle: { rate: 1 }, disconnect: 'drop', vpcLinkDown: ['*'] });
  faults.clear();
  for (const none of [faults, new Faults()]) {
    expect(none.throttlesCallback()).toBe(false);
    expect(none.failsIntegration('link')).toBe(false);
    expect(none.latencyMs('callback')).toBe(0);
    expect(none.disconnectCalls).toBe(1);
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
      faults.failsIntegration(undefined);
      return faults.throttlesCallback();
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
  expect(faultsWith({ vpcLinkDown }).failsIntegration(link)).toBe(fails);
});
