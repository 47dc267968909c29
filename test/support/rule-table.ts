import type { Rule } from '../../src/gateway/cloudformation/lint/rules.js';

/** The part of docs/gateway.md that is made from the rules of `lint`. */
export const RULES_PART = /(?<=\n<!-- npm run docs:rules -->\n)(.*?)(?=<!-- end -->\n)/s;

/** One row for each rule, in Markdown. */
export function ruleTable(
  rules: Readonly<Record<string, Rule>>,
  sections: Readonly<Record<string, string | undefined>>,
): string {
  const rows = Object.entries(rules).map(
    ([name, { severity, reason }]) =>
      `| \`${name}\` | ${severity} | ${reason.replace(/[|*_<]/g, '\\$&')} | ${sections[name] ?? ''} |`,
  );
  const head = ['| rule | severity | why | [entry](troubleshooting.md) |', '|---|---|---|---|'];
  return `\n${[...head, ...rows].join('\n')}\n\n`;
}
