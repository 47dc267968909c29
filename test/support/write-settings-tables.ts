// `npm run docs:settings` writes the tables of docs/settings.md from the rows of src/api/settings.ts, and that of docs/nest.md
// from the options of the module.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPTIONS_PART, optionsTable, SETTINGS_PART, settingsTables } from './settings-tables.ts';

const ROOT = join(import.meta.dirname, '../..');

const { SETTING_GROUPS, acceptedValues } = (await import(
  join(ROOT, 'dist/api/settings.js')
)) as typeof import('../../src/api/settings.js');
const { optionRows } = (await import(
  join(ROOT, 'dist/nest/options/option-table.js')
)) as typeof import('../../src/nest/options/option-table.js');

await write('docs/settings.md', SETTINGS_PART, settingsTables(SETTING_GROUPS, acceptedValues));
await write('docs/nest.md', OPTIONS_PART, optionsTable(optionRows()));

async function write(document: string, part: RegExp, tables: string): Promise<void> {
  const path = join(ROOT, document);
  const text = await readFile(path, 'utf8');
  if (!part.test(text)) throw new Error(`${document} has no place for the tables`);
  await writeFile(
    path,
    text.replace(part, () => tables),
  );
}
