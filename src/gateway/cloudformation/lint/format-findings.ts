import { type Finding } from './lint.js';

/** Human-readable: `file:line:column  error  rule  message`, the reason, and the fix. */
export function formatFindings(fileName: string, findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ line, column, severity, rule, message, reason, see, fix }) => [
    `${fileName}:${line}:${column}  ${severity}  ${rule}  ${message}`,
    `    why: ${reason}; ${see}`,
    `    fix: ${fix}`,
  ]);
  const countOf = (severity: Finding['severity']) =>
    count(findings.filter((finding) => finding.severity === severity).length, severity);
  const hints = findings.some(({ severity }) => severity === 'hint') ? `, ${countOf('hint')}` : '';
  const summary = `${fileName}: ${countOf('error')}, ${countOf('warning')}${hints}`;
  return [...lines, summary].map((line) => `${line}\n`).join('');
}

/** Whether the finding makes the exit code 1. */
export const isError = ({ severity }: Finding) => severity === 'error';

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
