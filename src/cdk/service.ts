import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Port } from 'aws-cdk-lib/aws-ec2';
import {
  AwsLogDriverMode,
  type CapacityProviderStrategy,
  Cluster,
  ContainerInsights,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDrivers,
  OperatingSystemFamily,
  Secret,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type GatewaySecret } from './gateway-secret.js';
import { cpuArchitecture, serviceImage } from './image.js';
import { type LoadBalancer } from './load-balancer.js';
import { type Network } from './network.js';
import { type StackParameters } from './stack-parameters.js';
import { type StateStore } from './state-store.js';
import { type BackchannelApi } from './web-socket-api.js';

export interface ServiceProps {
  readonly parameters: StackParameters;
  readonly network: Network;
  readonly loadBalancer: LoadBalancer;
  readonly store: StateStore;
  readonly gatewaySecret: GatewaySecret;
  readonly api: BackchannelApi;
  readonly encryptionKey: IKey | undefined;
  readonly withoutAssets: boolean;
}

/** The port on which the tasks listen. */
export const SERVICE_PORT = 3000;

/** The ECS service: the tasks, their settings, and their permissions. */
export class Service extends Construct {
  readonly service: FargateService;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    const { parameters, network, loadBalancer, store } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: parameters.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.encryptionKey && { encryptionKey: props.encryptionKey }),
    });
    this.service = new FargateService(this, 'Tasks', {
      // the library's classes do not fit its interfaces under `exactOptionalPropertyTypes`
      cluster: this.#cluster(props) as ICluster,
      taskDefinition: this.#task(props),
      vpcSubnets: { subnets: network.subnets },
      assignPublicIp: false,
      ...(parameters.spotPercent > 0 && { capacityProviderStrategies: spotStrategy(parameters.spotPercent) }),
      ...(parameters.desiredTasks !== undefined && { desiredCount: parameters.desiredTasks }),
      // new tasks start before old ones stop; a deployment whose tasks do not become healthy is rolled back
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriod: Duration.seconds(60),
    });
    loadBalancer.targetGroup.addTarget(this.service);
    this.service.connections.allowFrom(loadBalancer.loadBalancer, Port.tcp(SERVICE_PORT), 'load balancer');
    store.allowFrom(this.service);
  }

  #cluster({ parameters, network }: ServiceProps): Cluster {
    const { containerInsights, spotPercent } = parameters;
    const cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      ...(containerInsights !== 'disabled' && { containerInsightsV2: INSIGHTS[containerInsights] }),
      enableFargateCapacityProviders: spotPercent > 0,
    });
    if (containerInsights === 'disabled') {
      Validations.of(cluster).acknowledge({
        id: 'AwsSolutions-ECS4',
        reason: 'Container Insights cost for each metric: the parameter containerInsights switches them on.',
      });
    }
    return cluster;
  }

  #task({
    parameters,
    store,
    gatewaySecret,
    api,
    encryptionKey,
    withoutAssets,
  }: ServiceProps): FargateTaskDefinition {
    const { architecture, DRAIN_SECONDS, apiKeysSecretArn, jwtSecretArn } = parameters;
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: parameters.cpu,
      memoryLimitMiB: parameters.memoryMiB,
      runtimePlatform: {
        cpuArchitecture: cpuArchitecture(architecture),
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    const secret = (name: string, arn: string) =>
      Secret.fromSecretsManager(StoredSecret.fromSecretCompleteArn(this, name, arn));
    task.addContainer('service', {
      image: serviceImage(this, { uri: parameters.image, architecture, withoutAssets }),
      portMappings: [{ containerPort: SERVICE_PORT }],
      readonlyRootFilesystem: true,
      // the image's user `node`
      user: '1000:1000',
      // the drain, then API Gateway's 29 s for requests in flight
      stopTimeout: Duration.seconds(DRAIN_SECONDS + 30),
      logging: LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: 'service',
        // losing log lines is better than delaying responses
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
      environment: {
        PORT: String(SERVICE_PORT),
        HOST: '0.0.0.0',
        WS_API_ENDPOINT: api.endpoint,
        AWS_REGION: Aws.REGION,
        ...store.environment,
        ...serviceSettings(parameters),
      },
      secrets: {
        GATEWAY_SECRET: Secret.fromSecretsManager(gatewaySecret.current),
        ...(gatewaySecret.previous && {
          GATEWAY_SECRET_PREVIOUS: Secret.fromSecretsManager(gatewaySecret.previous),
        }),
        ...(jwtSecretArn !== undefined && { JWT_SECRET: secret('JwtSecret', jwtSecretArn) }),
        ...(apiKeysSecretArn !== undefined && { API_KEYS: secret('ApiKeys', apiKeysSecretArn) }),
      },
    });
    task.addToTaskRolePolicy(
      new PolicyStatement({
        actions: ['execute-api:ManageConnections'],
        // not …/POST/@connections/ID: AWS compares with the literal {VERB}/@connections/{connectionId}
        resources: [
          Stack.of(this).formatArn({
            service: 'execute-api',
            resource: api.apiId,
            resourceName: `${api.stageName}/*`,
          }),
        ],
      }),
    );
    // the secret's own grant reaches only the policy of the key, which an imported key does not have
    encryptionKey?.grantDecrypt(task.obtainExecutionRole());
    store.grantTo(task);
    this.#acknowledge(task, api);
    return task;
  }

  #acknowledge(task: FargateTaskDefinition, { apiId, stageName }: BackchannelApi): void {
    const api = (Stack.of(this).resolve(apiId) as { readonly Ref: string }).Ref;
    const acknowledgments = {
      'AwsSolutions-ECS2': 'The variables are settings. What is secret comes from Secrets Manager.',
      [`AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${api}>/${stageName}/*]`]:
        'The connections of one stage. AWS checks the literal {VERB}/@connections/{connectionId}, which no policy can narrow to a connection.',
      'AwsSolutions-IAM5[Resource::*]': 'ecr:GetAuthorizationToken has no resource.',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecr:<AWS::Region>:<AWS::AccountId>:repository/*]':
        'The template without assets learns the image, which may be in any repository of the account, at its deployment.',
      // with kmsKeyArn and DynamoDB
      'AwsSolutions-IAM5[Action::kms:ReEncrypt*]': 'ReEncryptFrom and ReEncryptTo, on one key.',
      'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]':
        'GenerateDataKey, with and without plain text, on one key.',
    };
    for (const [rule, reason] of Object.entries(acknowledgments))
      Validations.of(task).acknowledge({ id: rule, reason });
  }
}

const INSIGHTS = { enabled: ContainerInsights.ENABLED, enhanced: ContainerInsights.ENHANCED } as const;

/** One task stays when AWS needs its Spot capacity back. */
const spotStrategy = (percent: number): CapacityProviderStrategy[] => [
  { capacityProvider: 'FARGATE', base: 1, weight: 100 - percent },
  { capacityProvider: 'FARGATE_SPOT', weight: percent },
];

/** The parameters that are settings of the service: those in capitals. */
function serviceSettings(parameters: StackParameters): Record<string, string> {
  const settings = Object.entries(parameters).filter(
    ([name, value]) => /^[A-Z_]+$/.test(name) && value !== undefined,
  );
  return Object.fromEntries(settings.map(([name, value]) => [name, String(value)]));
}
