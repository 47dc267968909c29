import { expect, it } from 'vitest';
import { QUOTAS } from '../../src/api/quotas.js';
import { LIMITS } from '../../src/gateway/limits.js';

const shared = Object.keys(QUOTAS).filter((name) => name in LIMITS);

it.each(shared)('has the same %s as the local gateway', (name) => {
  expect(QUOTAS[name as keyof typeof QUOTAS]).toBe(LIMITS[name as keyof typeof LIMITS]);
});

it('shares the quotas of messages and connections with the local gateway', () => {
  expect(shared).toEqual(expect.arrayContaining(['messageBytes', 'frameBytes', 'idleMs', 'connectionMs']));
});
