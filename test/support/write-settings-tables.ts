// `npm run docs:settings` writes the tables of docs/settings.md from the rows of src/api/settings.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SETTINGS_PART, settingsTables } from './settings-tables.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'docs/settings.md');

const { SETTING_GROUPS, acceptedValues } = (await import(
  join(ROOT, 'dist/api/settings.js')
)) as typeof import('../../src/api/settings.js');
const text = await readFile(DOCUMENT, 'utf8');
if (!SETTINGS_PART.test(text)) throw new Error(`${DOCUMENT} has no place for the tables`);
await writeFile(
  DOCUMENT,
  text.replace(SETTINGS_PART, () => settingsTables(SETTING_GROUPS, acceptedValues)),
);
