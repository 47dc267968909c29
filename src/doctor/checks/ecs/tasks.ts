import { type Check, findings } from '../../check.js';
import { READ_ECS_SERVICES } from '../../permissions.js';

export const tasks: Check = {
  id: 'ecs-tasks',
  group: 'ecs',
  title: 'all tasks run',
  severity: 'problem',
  reason: 'tasks that do not start, or end again, leave too few for the load, or none',
  fix: 'see the last event of the service, and why tasks stopped: aws ecs describe-tasks --tasks $(aws ecs list-tasks --desired-status STOPPED …)',
  section: 'rollout',
  permissions: READ_ECS_SERVICES,
  async run({ backend }) {
    const services = await backend.services();
    return findings(
      services
        .filter(({ desired, running }) => running < desired || desired === 0)
        .map(({ name, desired, running, lastEvent }) => ({
          seen: `${name}: ${running} of ${desired} tasks run${lastEvent === undefined ? '' : `; last event: ${lastEvent}`}`,
          ...(desired === 0 && { fix: 'aws ecs update-service --desired-count N' }),
        })),
      services.map(({ name, desired, running }) => `${name}: ${running} of ${desired}`).join(', '),
    );
  },
};
