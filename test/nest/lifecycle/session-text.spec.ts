import { expect, it } from 'vitest';
import { QUOTAS } from '../../../src/api/quotas.js';
import { sessionText } from '../../../src/nest/lifecycle/session-text.js';

it.each([
  [{ tenant: 'red', roles: ['admin'] }, '{"tenant":"red","roles":["admin"]}'],
  [null, 'null'],
  [0, '0'],
  ['', '""'],
  [undefined, undefined],
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
])('stores %j as %s', (session, text) => {
  expect(sessionText(session, 'Chat.admit')).toBe(text);
});

it('accepts 2 KB after encoding in UTF-8, and no byte more', () => {
  // two quotes; each é has two bytes
  const largest = 'é'.repeat(QUOTAS.sessionBytes / 2 - 1);
  expect(Buffer.byteLength(sessionText(largest, 'Chat.admit')!)).toBe(QUOTAS.sessionBytes);
  expect(() => sessionText(`${largest}.`, 'Chat.admit')).toThrow(
    'Chat.admit has returned a session of 2049 bytes as JSON. Expected at most 2048',
  );
});

it('counts what the encoding adds', () => {
  expect(() => sessionText('\n'.repeat(1024), 'Chat.admit')).toThrow('2050 bytes');
});

const circular: { self?: object } = {};
circular.self = circular;

it.each([
  [() => 1, 'function'],
  [Symbol('session'), 'symbol'],
  [1n, 'bigint'],
  [circular, 'object'],
])('refuses what is no JSON value: %s', (session, type) => {
  expect(() => sessionText(session, 'Chat.admit')).toThrow(
    `Chat.admit has returned a session that is no JSON value (${type}).`,
  );
});
