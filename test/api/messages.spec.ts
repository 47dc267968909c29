import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const importsOf = (file: string) =>
  readFileSync(join(import.meta.dirname, '../../src/api', file), 'utf8').match(/\bfrom '[^']+'/g) ?? [];

// a client package uses these types: they must not bring zod along
it('has plain types only: no library is imported, directly or indirectly', () => {
  expect(importsOf('messages.ts')).toEqual(["from './errors.js'"]);
  expect(importsOf('errors.ts')).toEqual([]);
  expect(importsOf('quotas.ts')).toEqual([]);
});
