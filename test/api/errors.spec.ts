import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CLIENT_ERRORS, PROBLEMS } from '../../src/api/errors.js';

it('has every client error code in a table of PROTOCOL.md', () => {
  const protocol = readFileSync(join(import.meta.dirname, '../../PROTOCOL.md'), 'utf8');
  expect(Object.keys(CLIENT_ERRORS).filter((code) => !protocol.includes(`\n| \`${code}\` |`))).toEqual([]);
});

it('has every problem with its status in a table of PROTOCOL.md', () => {
  const protocol = readFileSync(join(import.meta.dirname, '../../PROTOCOL.md'), 'utf8');
  const rows = Object.entries(PROBLEMS).map(([code, { status }]) => `\n| \`${code}\` | ${status} |`);
  expect(rows.filter((row) => !protocol.includes(row))).toEqual([]);
});
