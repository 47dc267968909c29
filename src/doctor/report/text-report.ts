import { see } from '../sections.js';
import { type CheckResult, type Status } from '../run-checks.js';

const SIGNS: Readonly<Record<Status, string>> = { pass: '√', warning: '‼', problem: '×', skipped: '-' };

/** `Account`, underlined. */
export const heading = (title: string): string => `${title}\n${'-'.repeat(title.length)}\n`;

/** One line for a check; below it what was seen, what to do, and where to read on. */
export function formatResult({ check, status, seen, findings }: CheckResult): string {
  const line = `${SIGNS[status]} ${check.title}${seen === '' ? '' : `: ${seen}`} [${check.id}]`;
  if (findings.length === 0) return `${line}\n`;
  const fixes = [...new Set(findings.map(({ fix }) => fix))];
  // one thing to do for all places is said once
  const below =
    fixes.length === 1
      ? [...findings.map((finding) => finding.seen), `→ ${fixes[0]}`]
      : findings.flatMap((finding) => [finding.seen, `→ ${finding.fix}`]);
  return [line, ...[...below, `see ${see(check.section)}`].map((text) => `    ${text}`)]
    .map((text) => `${text}\n`)
    .join('');
}

/** The last lines: how many of each kind, and what is missing. */
export function formatSummary(results: readonly CheckResult[]): string {
  const count = (status: Status) => results.filter((result) => result.status === status).length;
  const missing = [...new Set(results.flatMap(({ missingPermission }) => missingPermission ?? []))];
  return [
    `${count('pass')} passed, ${plural(count('warning'), 'warning')}, ${plural(count('problem'), 'problem')}, ${count('skipped')} skipped`,
    ...(missing.length === 0
      ? []
      : [`missing permissions: ${missing.join(', ')} (--policy prints a policy that has them)`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
