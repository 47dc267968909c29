import { describe, expect, it } from 'vitest';
import {
  type AuthorizerDecision,
  AuthorizerDecisions,
  type DecisionKey,
} from '../../../src/gateway/authorizers/authorizer-decisions.js';
import { LIMITS } from '../../../src/gateway/limits.js';

const key = (overrides: Partial<DecisionKey> = {}): DecisionKey => ({
  apiId: 'api1',
  stage: 'dev',
  authorizerId: 'auth1',
  identity: ['a', 'b'],
  ...overrides,
});

const DECISION: AuthorizerDecision = {
  rule: { kind: 'simple', isAuthorized: true },
  principalId: undefined,
  context: undefined,
};

function stored(ttlSeconds = 300) {
  const clock = { now: 1_000_000 };
  const decisions = new AuthorizerDecisions(() => clock.now);
  decisions.set(key(), DECISION, ttlSeconds);
  return { clock, decisions };
}

describe('a decision', () => {
  it('is found by API, stage, authorizer and identity alone (H9.31)', () => {
    const { decisions } = stored();
    expect(decisions.get(key())).toBe(DECISION);
    for (const other of [
      key({ apiId: 'api2' }),
      key({ stage: 'prod' }),
      key({ authorizerId: 'auth2' }),
      key({ identity: ['b', 'a'] }),
      key({ identity: ['a,b'] }),
      key({ identity: ['a'] }),
    ]) {
      expect(decisions.get(other)).toBeUndefined();
    }
  });

  it('is valid for its time', () => {
    const { clock, decisions } = stored(300);
    clock.now += 299_999;
    expect(decisions.get(key())).toBe(DECISION);
    clock.now += 1;
    expect(decisions.get(key())).toBeUndefined();
  });

  it('is not stored with a time of 0', () => {
    expect(stored(0).decisions.get(key())).toBeUndefined();
  });

  it('is forgotten with its stage, and by clear', () => {
    const { decisions } = stored();
    const other = key({ stage: 'prod' });
    decisions.set(other, DECISION, 300);
    decisions.forgetStage('api1', 'dev');
    expect([decisions.get(key()), decisions.get(other)]).toEqual([undefined, DECISION]);
    decisions.clear();
    expect(decisions.get(other)).toBeUndefined();
  });

  it('makes room for others: the oldest is dropped', () => {
    const { decisions } = stored();
    for (let index = 0; index < LIMITS.authorizerDecisions; index++) {
      decisions.set(key({ identity: [String(index)] }), DECISION, 300);
    }
    expect(decisions.get(key())).toBeUndefined();
    expect(decisions.get(key({ identity: ['0'] }))).toBe(DECISION);
  });
});
