import { type CheckResult } from './run-checks.js';

export const EXIT_CODES = {
  0: 'no problems; there may be warnings, and checks that were skipped',
  1: 'a problem (with --fail-on warning also a warning), or with --compare a difference',
  2: 'nothing could be checked: wrong command line, no credentials, no such API, no permission',
} as const;

export type ExitCode = 0 | 1 | 2;

export function exitCodeOf(results: readonly CheckResult[], failsOnWarning: boolean): ExitCode {
  const has = (status: CheckResult['status']) => results.some((result) => result.status === status);
  if (has('problem') || (failsOnWarning && has('warning'))) return 1;
  const isUnknown = results.some(({ missingPermission, hasFailed }) => missingPermission ?? hasFailed);
  return isUnknown && results.every(({ status }) => status === 'skipped') ? 2 : 0;
}
