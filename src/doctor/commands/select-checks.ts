import { type Check, type GroupId, GROUPS } from '../check.js';
import { CHECKS } from '../checks/all-checks.js';
import { UsageError } from '../doctor-error.js';

/**
 * The checks that `--only` names, by id or group; without it all.
 *
 * @throws {UsageError} a name is neither
 */
export function selectChecks(only: readonly string[]): readonly Check[] {
  const isGroup = (name: string): name is GroupId => CHECKS.some(({ group }) => group === name);
  const unknown = only.filter((name) => !isGroup(name) && !CHECKS.some(({ id }) => id === name));
  if (unknown.length > 0) {
    const groups = Object.keys(GROUPS).filter(isGroup).join(', ');
    throw new UsageError(
      `--only is '${unknown.join(',')}': it must be a group (${groups}) or the id of a check, which --list prints`,
    );
  }
  if (only.length === 0) return CHECKS;
  return CHECKS.filter(({ id, group }) => only.includes(id) || only.includes(group));
}

/** @throws {UsageError} there is no such check */
export function findCheck(id: string): Check {
  const check = CHECKS.find((each) => each.id === id);
  if (check === undefined) throw new UsageError(`there is no check ${id}: --list prints all`);
  return check;
}
