// `npm run docs:rules` writes the table of docs/gateway.md from the rules of src/gateway/cloudformation/lint/rules.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RULES_PART, ruleTable } from './rule-table.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'docs/gateway.md');

const { RULES } = (await import(
  join(ROOT, 'dist/gateway/cloudformation/lint/rules.js')
)) as typeof import('../../src/gateway/cloudformation/lint/rules.js');
const { RULE_SECTIONS } = (await import(
  join(ROOT, 'dist/gateway/cloudformation/lint/sections.js')
)) as typeof import('../../src/gateway/cloudformation/lint/sections.js');
const text = await readFile(DOCUMENT, 'utf8');
if (!RULES_PART.test(text)) throw new Error(`${DOCUMENT} has no place for the table`);
await writeFile(
  DOCUMENT,
  text.replace(RULES_PART, () => ruleTable(RULES, RULE_SECTIONS)),
);
