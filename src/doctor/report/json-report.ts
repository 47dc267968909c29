import { GROUPS } from '../check.js';
import { type ExitCode } from '../exit-code.js';
import { type CheckResult } from '../run-checks.js';
import { see } from '../sections.js';

/** The report of `--json`; `about` says what was checked. */
export function jsonReport(
  about: Readonly<Record<string, unknown>>,
  results: readonly CheckResult[],
  exitCode: ExitCode,
): string {
  const report = {
    ...about,
    checks: results.map(({ check, status, seen, findings, missingPermission }) => ({
      id: check.id,
      group: GROUPS[check.group],
      title: check.title,
      status,
      ...(seen !== '' && { seen }),
      ...(findings.length > 0 && { findings, see: see(check.section) }),
      ...(missingPermission !== undefined && { missingPermission }),
    })),
    exitCode,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
