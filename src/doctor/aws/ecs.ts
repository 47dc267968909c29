import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListClustersCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import { type AwsClients } from './clients.js';
import { allPages, chunks } from './pages.js';
import { read } from './read.js';

export interface EcsService {
  readonly name: string;
  readonly desired: number;
  readonly running: number;
  readonly deployments: readonly EcsDeployment[];
  /** The newest one, which often says why tasks do not start. */
  readonly lastEvent: string | undefined;
  readonly targetGroupArns: readonly string[];
  readonly taskDefinitionArn: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly hasPublicIp: boolean;
}

export interface EcsDeployment {
  /** `PRIMARY` is the newest. */
  readonly status: string;
  readonly rolloutState: string | undefined;
  readonly rolloutReason: string | undefined;
  readonly startedAt: Date | undefined;
  readonly failedTasks: number;
}

export interface TaskDefinition {
  readonly arn: string;
  readonly roleArn: string | undefined;
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  /** ECS's default is 30 s. */
  readonly stopTimeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
}

/** @returns the services that register their tasks at one of these target groups */
export async function readEcsServices(
  { ecs }: AwsClients,
  targetGroupArns: readonly string[],
): Promise<readonly EcsService[]> {
  const clusters = await read('ecs:ListClusters', () =>
    allPages(async (nextToken) => {
      const page = await ecs.send(new ListClustersCommand({ nextToken }));
      return { items: page.clusterArns, next: page.nextToken };
    }),
  );
  const found: EcsService[] = [];
  for (const cluster of clusters) {
    const arns = await read('ecs:ListServices', () =>
      allPages(async (nextToken) => {
        const page = await ecs.send(new ListServicesCommand({ cluster, maxResults: 100, nextToken }));
        return { items: page.serviceArns, next: page.nextToken };
      }),
    );
    for (const services of chunks(arns, 10)) {
      found.push(...(await describeServices(ecs, cluster, services)));
    }
  }
  return found.filter((service) => service.targetGroupArns.some((arn) => targetGroupArns.includes(arn)));
}

const describeServices = (
  ecs: AwsClients['ecs'],
  cluster: string,
  names: readonly string[],
): Promise<readonly EcsService[]> =>
  read('ecs:DescribeServices', async () => {
    const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [...names] }));
    return services.map((service) => {
      const network = service.networkConfiguration?.awsvpcConfiguration;
      return {
        name: service.serviceName ?? '',
        desired: service.desiredCount ?? 0,
        running: service.runningCount ?? 0,
        deployments: (service.deployments ?? []).map((deployment) => ({
          status: deployment.status ?? '',
          rolloutState: deployment.rolloutState,
          rolloutReason: deployment.rolloutStateReason,
          startedAt: deployment.createdAt,
          failedTasks: deployment.failedTasks ?? 0,
        })),
        lastEvent: service.events?.[0]?.message,
        targetGroupArns: (service.loadBalancers ?? []).map(({ targetGroupArn = '' }) => targetGroupArn),
        taskDefinitionArn: service.taskDefinition ?? '',
        subnetIds: network?.subnets ?? [],
        securityGroupIds: network?.securityGroups ?? [],
        hasPublicIp: network?.assignPublicIp === 'ENABLED',
      };
    });
  });

export const readTaskDefinition = ({ ecs }: AwsClients, arn: string): Promise<TaskDefinition> =>
  read('ecs:DescribeTaskDefinition', async () => {
    const input = { taskDefinition: arn };
    const { taskDefinition: task } = await ecs.send(new DescribeTaskDefinitionCommand(input));
    return {
      arn,
      roleArn: task?.taskRoleArn,
      containers: (task?.containerDefinitions ?? []).map((container) => ({
        name: container.name ?? '',
        stopTimeoutSeconds: container.stopTimeout ?? 30,
        environment: Object.fromEntries(
          (container.environment ?? []).map(({ name = '', value = '' }) => [name, value]),
        ),
        ports: (container.portMappings ?? []).map(({ containerPort = 0 }) => containerPort),
      })),
    };
  });
