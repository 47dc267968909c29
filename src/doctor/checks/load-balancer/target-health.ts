import { type Target } from '../../aws/load-balancers.js';
import { type Check, type Finding, findings } from '../../check.js';
import { READ_TARGET_GROUPS } from '../../permissions.js';

export const targetHealth: Check = {
  id: 'target-health',
  group: 'load-balancer',
  title: 'all targets are healthy',
  severity: 'problem',
  reason:
    'a target group without a healthy target answers no handshake, and one with a few has too few for the load',
  fix: 'Target.Timeout: let the security group of the targets admit that of the load balancer, on the port of the health check. Target.FailedHealthChecks or Target.ResponseCodeMismatch: see the log of the backend',
  section: '1',
  permissions: [...READ_TARGET_GROUPS, 'elasticloadbalancing:DescribeTargetHealth'],
  async run({ backend }) {
    const groups = await backend.targetGroups();
    const targets = await Promise.all(groups.map(({ arn }) => backend.targets(arn)));
    const found = groups.flatMap(({ name }, index) => findingsFor(name, targets[index] ?? []));
    return findings(
      groups.length === 0 ? [{ seen: 'the load balancer has no target group' }] : found,
      `${targets.flat().filter(({ state }) => state === 'healthy').length} healthy`,
    );
  },
};

/** States that pass by themselves: a new task, or one that is being replaced. */
const PASSING: ReadonlySet<string> = new Set(['healthy', 'initial', 'draining', 'unhealthy.draining']);

function findingsFor(group: string, targets: readonly Target[]): readonly Finding[] {
  const healthy = targets.filter(({ state }) => state === 'healthy');
  const bad = targets.filter(({ state }) => !PASSING.has(state));
  return [
    ...(healthy.length === 0
      ? [
          {
            seen: `${group} has no healthy target (${targets.length} registered)`,
            ...(targets.length === 0 && { fix: 'register the backend at the target group' }),
          },
        ]
      : []),
    ...bad.map((target) => ({
      seen: `${group}: ${target.id}:${target.port ?? ''} is ${target.state} (${[target.reason, target.description].filter(Boolean).join(': ')})`,
    })),
  ];
}
