import { type EcsDeployment } from '../../aws/ecs.js';
import { type Check, findings } from '../../check.js';
import { READ_ECS_SERVICES } from '../../permissions.js';

/** Longer than a rolling deployment of healthy tasks takes; our choice. */
const STUCK_MINUTES = 20;

export const deployment: Check = {
  id: 'ecs-deployment',
  group: 'ecs',
  title: 'no deployment is stuck',
  severity: 'problem',
  reason:
    'a deployment whose tasks do not become healthy keeps the old version, starts tasks again and again, and rolls back',
  fix: 'see the events of the service and the log of its newest tasks; then deploy a version that becomes healthy',
  section: 'rollout',
  permissions: READ_ECS_SERVICES,
  async run({ backend }) {
    const services = await backend.services();
    return findings(
      services.flatMap(({ name, deployments }) =>
        deployments
          .filter(({ status }) => status === 'PRIMARY')
          .filter(isStuck)
          .map(({ rolloutState, rolloutReason, failedTasks }) => ({
            seen: `${name}: ${rolloutState}, ${failedTasks} tasks failed${rolloutReason === undefined ? '' : `; ${rolloutReason}`}`,
          })),
      ),
      services
        .map(({ name, deployments: [newest] }) => `${name}: ${newest?.rolloutState ?? 'steady'}`)
        .join(', '),
    );
  },
};

const isStuck = ({ rolloutState, startedAt }: EcsDeployment): boolean =>
  rolloutState === 'FAILED' ||
  (rolloutState === 'IN_PROGRESS' &&
    startedAt !== undefined &&
    Date.now() - startedAt.getTime() > STUCK_MINUTES * 60_000);
