import { type Permission, PERMISSIONS, type PolicyScope } from '../permissions.js';

/** An IAM policy with exactly these permissions, each on the narrowest resources that its service supports. */
export function policyFor(permissions: Iterable<Permission>, scope: PolicyScope): string {
  const byResources = new Map<string, { actions: Set<string>; resources: readonly string[] }>();
  for (const permission of new Set(permissions)) {
    const { action, resources } = PERMISSIONS[permission];
    const arns = resources(scope);
    if (arns.length === 0) continue;
    // one statement for each action with resources of its own, and one for all others
    const key = arns.join() === '*' ? '*' : action;
    const statement = byResources.get(key) ?? { actions: new Set(), resources: [] };
    statement.actions.add(action);
    byResources.set(key, {
      actions: statement.actions,
      resources: [...new Set([...statement.resources, ...arns])],
    });
  }
  const Statement = [...byResources.values()].map(({ actions, resources }) => ({
    Effect: 'Allow',
    Action: [...actions].toSorted(),
    Resource: [...resources],
  }));
  return `${JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 2)}\n`;
}
