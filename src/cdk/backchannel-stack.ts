import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type Construct } from 'constructs';
import { type ApplicationValues } from '../api/definition.js';
import { ApiStage } from './api-stage.js';
import { DynamoDbStateStore } from './dynamodb-state-store.js';
import { GatewaySecret } from './gateway-secret.js';
import { LoadBalancer } from './load-balancer.js';
import { Network } from './network.js';
import { Observability } from './observability.js';
import { type StackParameters } from './stack-parameters.js';
import { Service, SERVICE_PORT } from './service.js';
import { TaskScaling } from './task-scaling.js';
import { ValkeyStateStore } from './valkey-state-store.js';
import { BackchannelApi } from './web-socket-api.js';

export interface BackchannelStackProps extends StackProps {
  readonly parameters: StackParameters;
  /**
   * The path and the headers of your own application, for which the parameters have an image: the result of `describeApi`
   * of `backchannel-nest`. Default: those of the ready service.
   */
  readonly application?: ApplicationValues;
  /** Whether to leave out the assets that `cdk deploy` builds and uploads. */
  readonly withoutAssets?: boolean;
}

/**
 * Everything in one stack, because the parts depend on each other: the service needs the API's id, the API the load
 * balancer, and the stage the running service.
 */
export class BackchannelStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { parameters, application = {}, withoutAssets = false, ...props }: BackchannelStackProps,
  ) {
    super(scope, id, props);
    const { vpcId, subnetIds, kmsKeyArn, logRetentionDays } = parameters;
    const encryptionKey = kmsKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', kmsKeyArn);
    const network = new Network(this, 'Network', {
      existing: vpcId === undefined || subnetIds === undefined ? undefined : { vpcId, subnetIds },
      natGateways: parameters.natGateways,
      flowLogs: parameters.flowLogs,
      logRetentionDays,
      encryptionKey,
    });
    const gatewaySecret = new GatewaySecret(this, 'GatewaySecret', {
      generation: parameters.secretGeneration,
      acceptPrevious: parameters.acceptPreviousSecret,
      encryptionKey,
    });
    const store =
      parameters.store === 'valkey'
        ? new ValkeyStateStore(this, 'Store', network, encryptionKey)
        : new DynamoDbStateStore(this, 'Store', encryptionKey);
    const loadBalancer = new LoadBalancer(this, 'LoadBalancer', {
      network,
      port: SERVICE_PORT,
      drain: Duration.seconds(parameters.DRAIN_SECONDS),
      publisherSecurityGroupId: parameters.publisherSecurityGroupId,
      path: application.path,
    });
    const { authorizerArn } = parameters;
    const api = new BackchannelApi(this, 'Api', {
      loadBalancer,
      gatewaySecret: gatewaySecret.dynamicReference,
      stageName: parameters.stage,
      ipAddressType: parameters.ipAddressType,
      application,
      replies: parameters.REPLIES,
      authorizer:
        authorizerArn === undefined
          ? undefined
          : {
              functionArn: authorizerArn,
              identitySources: parameters.authorizerIdentitySources,
              userKey: parameters.authorizerUserKey,
            },
    });
    const service = new Service(this, 'Service', {
      parameters,
      network,
      loadBalancer,
      store,
      gatewaySecret,
      api,
      encryptionKey,
      withoutAssets,
    });
    const stage = new ApiStage(this, 'Stage', {
      api,
      after: service,
      throttleRate: parameters.throttleRate,
      throttleBurst: parameters.throttleBurst,
      hasAccessLog: parameters.accessLogs,
      logRetentionDays,
      encryptionKey,
      createLogsRole: parameters.logsRole === 'create',
    });
    new TaskScaling(this, 'Scaling', {
      service: service.service,
      minTasks: parameters.minTasks,
      maxTasks: parameters.maxTasks,
      connectionsPerTask: parameters.connectionsPerTask,
      connects: stage.metric('ConnectCount'),
      healthyTasks: loadBalancer.targetGroup.metrics.healthyHostCount(),
    });
    new Observability(this, 'Observability', {
      stage,
      loadBalancer,
      service,
      minTasks: parameters.minTasks,
      runbooks: parameters.runbooks,
      alarmEmail: parameters.alarmEmail,
      alarmTopicArn: parameters.alarmTopicArn,
      encryptionKey,
    });
    this.#outputs(api, service);
  }

  #outputs({ endpoint }: BackchannelApi, { service }: Service): void {
    const outputs = {
      WebSocketUrl: { value: endpoint.replace('https:', 'wss:'), description: 'URL for clients' },
      WsApiEndpoint: { value: endpoint, description: 'endpoint of @connections' },
      Cluster: { value: service.cluster.clusterName, description: 'ECS cluster of the tasks' },
      ServiceName: { value: service.serviceName, description: 'ECS service of the tasks' },
    };
    for (const [name, output] of Object.entries(outputs)) new CfnOutput(this, name, output);
  }
}
