import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULES } from '../../../../src/gateway/cloudformation/lint/rules.js';
import { RULE_SECTIONS } from '../../../../src/gateway/cloudformation/lint/sections.js';
import { RULES_PART, ruleTable } from '../../../support/rule-table.js';

it('has the table of all rules in docs/gateway.md: npm run docs:rules writes it', () => {
  const document = readFileSync(join(import.meta.dirname, '../../../../docs/gateway.md'), 'utf8');
  expect(RULES_PART.exec(document)?.[0]).toBe(ruleTable(RULES, RULE_SECTIONS));
});
