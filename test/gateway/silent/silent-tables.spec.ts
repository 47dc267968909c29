import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSilentTables, SILENT_FILES, SILENT_PART, silentTables } from '../../support/silent-tables.js';

const ROOT = join(import.meta.dirname, '../../..');
const GATEWAY = join(ROOT, 'src/gateway');

const tables = await readSilentTables(
  async (file) => import(join(GATEWAY, `silent/${file}.ts`)) as Promise<Record<string, unknown>>,
);

describe('the choices where AWS is silent', () => {
  it('are the tables of PROTOCOL.md: npm run docs:silent writes them', () => {
    const [written = ''] = SILENT_PART.exec(readFileSync(join(ROOT, 'PROTOCOL.md'), 'utf8')) ?? [];
    expect(written).toBe(silentTables(tables));
  });

  it('have a table in every file of the folder', () => {
    const files = globSync('silent/*-choices.ts', { cwd: GATEWAY }).map((file) => basename(file, '.ts'));
    expect(files.toSorted()).toEqual(SILENT_FILES.toSorted());
  });

  it('name only files that exist', () => {
    const places = tables.flatMap(({ rows }) => rows.flatMap(({ where }) => where ?? []));
    expect(places.length).toBeGreaterThan(30);
    expect(places.filter((file) => !existsSync(join(GATEWAY, file)))).toEqual([]);
  });

  it('ask no question twice, and no cell breaks its row', () => {
    const rows = tables.flatMap((table) => table.rows);
    const questions = rows.map(({ question }) => question);
    expect(new Set(questions).size).toBe(questions.length);
    const cells = rows.flatMap(({ question, choice, because = '' }) => [question, choice, because]);
    expect(cells.filter((cell) => /[|\n]/.test(cell))).toEqual([]);
  });
});
