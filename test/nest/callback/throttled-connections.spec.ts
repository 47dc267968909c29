import { expect, it } from 'vitest';
import { ThrottledConnections } from '../../../src/nest/callback/throttled-connections.js';
import { connection } from '../../support/callback.js';

const slow = connection(0);

/** 429s for one connection, every 500 ms, and `others` before each; the number of the one that is conclusive. */
function conclusiveAttempt(throttled: ThrottledConnections, others: () => void, attempts = 100) {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    others();
    if (throttled.throttled(slow, attempt * 500)) return attempt;
  }
  return undefined;
}

it('finds a connection slow that is throttled for three seconds while posts to others succeed', () => {
  const throttled = new ThrottledConnections(() => undefined);
  const others = () => [1, 2, 3].forEach((n) => throttled.accepted(connection(n)));
  expect(conclusiveAttempt(throttled, others)).toBe(7);
});

it('does not when no other connection shows that the account is not throttled', () => {
  expect(conclusiveAttempt(new ThrottledConnections(() => undefined), () => undefined)).toBeUndefined();
});

it('takes longer, the more the account is throttled, because that may hit one connection many times', () => {
  const throttled = new ThrottledConnections(() => undefined);
  let next = 1;
  const others = () => {
    for (let n = 0; n < 10; n += 1) {
      const another = connection((next += 1));
      throttled.throttled(another, 0);
      throttled.accepted(another);
    }
  };
  // every second attempt to the others is throttled: 0.5 ** 20 is below 1e-6
  expect(conclusiveAttempt(throttled, others)).toBe(20);
});

it('does not count the 429s of connections that are slow themselves as the account’s', () => {
  const throttled = new ThrottledConnections(() => undefined);
  for (let n = 1_000; n < 2_000; n += 1) throttled.throttled(connection(n), 0);
  const others = () => [1, 2, 3].forEach((n) => throttled.accepted(connection(n)));
  expect(conclusiveAttempt(throttled, others)).toBe(7);
});

it('begins anew after a success', () => {
  const throttled = new ThrottledConnections(() => undefined);
  let rounds = 0;
  const others = () => {
    [1, 2, 3].forEach((n) => throttled.accepted(connection(n)));
    rounds += 1;
    if (rounds % 6 === 0) throttled.accepted(slow);
  };
  expect(conclusiveAttempt(throttled, others)).toBeUndefined();
});

it('does not remember more connections than its bound, and forgets the oldest', () => {
  const throttled = new ThrottledConnections(() => undefined);
  for (let n = 0; n <= 10_000; n += 1) throttled.throttled(connection(n), n);
  expect([connection(0), connection(1), connection(10_000)].map((each) => throttled.has(each))).toEqual([
    false,
    true,
    true,
  ]);
});

it('learns that the account is not throttled when ten connections are, four times in a row', () => {
  let found = 0;
  const throttled = new ThrottledConnections(() => (found += 1));
  for (let n = 0; n < 10; n += 1) {
    expect(throttled.isLocal).toBe(false);
    for (let attempt = 0; attempt < 4; attempt += 1) throttled.throttled(connection(n));
  }
  expect([throttled.isLocal, found]).toEqual([true, 1]);
});

it('learns that it is when more connections are throttled in passing', () => {
  const throttled = new ThrottledConnections(() => undefined);
  for (let n = 0; n < 15; n += 1) {
    for (let attempt = 0; attempt < 4; attempt += 1) throttled.throttled(connection(n));
  }
  for (let n = 100; n < 115; n += 1) {
    throttled.throttled(connection(n));
    throttled.accepted(connection(n));
  }
  expect(throttled.isLocal).toBe(false);
});
