import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERRORS } from '../../src/client/errors.js';
import { NUMBERS } from '../../src/client/options.js';

const text = readFileSync(join(import.meta.dirname, '../../docs/client.md'), 'utf8');

it('docs/client.md explains every error of the client, and no other', () => {
  const [, table = ''] = /## Errors\n(.*?)\n## /s.exec(text) ?? [];
  const codes = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, code]) => code!));
  expect(codes.toSorted()).toEqual(Object.keys(ERRORS).toSorted());
});

it('docs/client.md has the default of every option that is a number', () => {
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
    ([, name, value]) => [name!, Number(value)] as const,
  );
  const defaults = Object.entries(NUMBERS).map(([name, [fallback]]) => [name, fallback] as const);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(defaults));
});
