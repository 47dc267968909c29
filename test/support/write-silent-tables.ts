// `npm run docs:silent` writes the tables of PROTOCOL.md, "Where AWS is silent", from the rows of src/gateway/silent.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSilentTables, SILENT_PART, silentTables } from './silent-tables.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'PROTOCOL.md');

const tables = await readSilentTables(async (file) => import(join(ROOT, `dist/gateway/silent/${file}.js`)));
const text = await readFile(DOCUMENT, 'utf8');
if (!SILENT_PART.test(text)) throw new Error(`${DOCUMENT} has no place for the tables`);
await writeFile(
  DOCUMENT,
  text.replace(SILENT_PART, () => silentTables(tables)),
);
