import { NothingThereError, PermissionMissingError, ReadFailedError } from './aws/read.js';
import { type Check, type Finding, type GroupId, GROUPS, type Outcome, type Severity } from './check.js';
import { type Facts } from './facts/facts.js';
import { type Target } from './facts/target.js';
import { fillIn } from './placeholders.js';
import { type Permission } from './permissions.js';

export type Status = 'pass' | 'warning' | 'problem' | 'skipped';

/** One line of the report, with what is below it. */
export interface CheckResult {
  readonly check: Pick<Check, 'id' | 'group' | 'title' | 'fix' | 'section'>;
  readonly status: Status;
  /** The value that is right, or why the check was skipped; empty if there are findings. */
  readonly seen: string;
  /** Also of a check that passes: hints. */
  readonly findings: readonly Required<Finding>[];
  /** Why it was skipped, if a permission is missing. */
  readonly missingPermission?: Permission;
  /** Whether a call failed, so that nothing is known. */
  readonly hasFailed?: true;
}

/** Runs the checks, those of a group at the same time, and yields the results of one group after the other. */
export async function* runChecks(
  checks: readonly Check[],
  facts: Facts,
): AsyncGenerator<readonly [GroupId, readonly CheckResult[]]> {
  for (const group of Object.keys(GROUPS) as GroupId[]) {
    const ofGroup = checks.filter((check) => check.group === group);
    if (ofGroup.length === 0) continue;
    yield [group, await Promise.all(ofGroup.map((check) => runCheck(check, facts)))];
  }
}

async function runCheck(check: Check, facts: Facts): Promise<CheckResult> {
  try {
    return resultOf(check, await check.run(facts), facts.target);
  } catch (error) {
    const skipped = { check, status: 'skipped', findings: [] } as const;
    if (error instanceof NothingThereError) return { ...skipped, seen: error.message };
    if (error instanceof PermissionMissingError) {
      return { ...skipped, seen: error.message, missingPermission: error.permission };
    }
    if (error instanceof ReadFailedError) return { ...skipped, seen: error.message, hasFailed: true };
    throw error;
  }
}

function resultOf(check: Check, outcome: Outcome, target: Target): CheckResult {
  switch (outcome.status) {
    case 'pass':
      return { check, status: 'pass', seen: outcome.seen, findings: [] };
    case 'skipped':
      return { check, status: 'skipped', seen: outcome.why, findings: [] };
    case 'found': {
      const found = outcome.findings.map((finding) => ({
        severity: check.severity,
        ...finding,
        fix: fillIn(finding.fix ?? check.fix, target),
      }));
      return { check, status: statusOf(found.map(({ severity }) => severity)), seen: '', findings: found };
    }
    default:
      return outcome satisfies never;
  }
}

/** That of the worst finding; hints alone pass. */
function statusOf(severities: readonly Severity[]): Status {
  if (severities.includes('problem')) return 'problem';
  return severities.includes('warning') ? 'warning' : 'pass';
}
