import { type FileFindings, summaryOf } from './file-findings.js';

/** Human-readable: `file:line:column  error  rule  message`, the reason, and the fix. */
export function formatFindings(file: FileFindings): string {
  const lines = file.findings.flatMap(({ line, column, severity, rule, message, reason, see, fix }) => [
    `${file.fileName}:${line}:${column}  ${severity}  ${rule}  ${message}`,
    `    why: ${reason}; ${see}`,
    `    fix: ${fix}`,
  ]);
  return [...lines, summaryOf(file)].map((line) => `${line}\n`).join('');
}
