import { type Container } from '../../aws/ecs.js';
import { type Check, findings } from '../../check.js';
import { READ_TASK_DEFINITIONS } from '../../permissions.js';

/** API Gateway waits so long for the response to a request that is in flight. */
const IN_FLIGHT_SECONDS = 29;

export const stopTimeout: Check = {
  id: 'stop-timeout',
  group: 'ecs',
  title: 'a stopping task may finish its requests',
  severity: 'warning',
  reason:
    'ECS kills a container when its stop timeout is over after SIGTERM: it has to cover the time in which the task drains, and then the 29 s that a request in flight may take',
  fix: 'set stopTimeout of the container to the drain plus 30 s (120 s is the most on Fargate)',
  section: '25',
  permissions: READ_TASK_DEFINITIONS,
  async run({ backend }) {
    const containers = (await backend.taskDefinitions()).flatMap((task) =>
      task.containers.filter(({ ports }) => ports.length > 0),
    );
    return findings(
      containers
        .filter((container) => container.stopTimeoutSeconds < neededSeconds(container))
        .map((container) => ({
          seen: `${container.name} has ${container.stopTimeoutSeconds} s, and needs ${neededSeconds(container)} s: ${drainSeconds(container)} s of drain and ${IN_FLIGHT_SECONDS} s for requests in flight`,
        })),
      containers.map(({ name, stopTimeoutSeconds }) => `${name}: ${stopTimeoutSeconds} s`).join(', '),
    );
  },
};

/** The setting of backchannel-service; other backends stop to accept at once. */
const drainSeconds = ({ environment }: Container) => Number(environment['DRAIN_SECONDS'] ?? 0) || 0;

const neededSeconds = (container: Container) => drainSeconds(container) + IN_FLIGHT_SECONDS;
