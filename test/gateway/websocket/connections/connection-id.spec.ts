import { expect, it } from 'vitest';
import { ConnectionIds } from '../../../../src/gateway/websocket/connections/connection-id.js';

const ids = new ConnectionIds();

it('issues ids in AWS’s form: 20 characters ending with ==', () => {
  expect(ids.issue()).toMatch(/^[\w-]{18}==$/);
});

it('recognises the ids that it issued', () => {
  expect(ids.isIssued(ids.issue())).toBe(true);
});

it('never issues an id twice', () => {
  const issued = new Set(Array.from({ length: 10_000 }, () => ids.issue()));
  expect(issued.size).toBe(10_000);
});

it('issues ids that people can tell apart by their first characters', () => {
  const beginnings = Array.from({ length: 10 }, () => ids.issue().slice(0, 3));
  expect(new Set(beginnings).size).toBeGreaterThan(8);
});

it('refuses an id with one changed character', () => {
  const id = ids.issue();
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=';
  const accepted: string[] = [];
  for (let at = 0; at < id.length; at++) {
    for (const character of alphabet) {
      const altered = id.slice(0, at) + character + id.slice(at + 1);
      if (altered !== id && ids.isIssued(altered)) accepted.push(altered);
    }
  }
  expect(accepted).toEqual([]);
});

it.each(['', 'AAAAAAAAAAAAAAA=', 'AAAAAAAAAAAAAAAAAA==', '%', 'x'.repeat(1000)])(
  'refuses an invented id: %j',
  (id) => {
    expect(ids.isIssued(id)).toBe(false);
  },
);

it("refuses another gateway's id", () => {
  expect(ids.isIssued(new ConnectionIds().issue())).toBe(false);
});
