import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { type Construct } from 'constructs';
import { ApiStage } from './api-stage.js';
import { DynamoDbStore } from './dynamodb-store.js';
import { GatewaySecret } from './gateway-secret.js';
import { LoadBalancer } from './load-balancer.js';
import { Network } from './network.js';
import { Observability } from './observability.js';
import { type Parameters } from './parameters.js';
import { Service, SERVICE_PORT } from './service.js';
import { TaskScaling } from './task-scaling.js';
import { ValkeyStore } from './valkey-store.js';
import { BackchannelApi } from './web-socket-api.js';

export interface BackchannelStackProps extends StackProps {
  readonly parameters: Parameters;
  /** Without what `cdk deploy` would have to build and upload first. */
  readonly withoutAssets?: boolean;
}

/**
 * All of it in one stack: the service is told of the API, the API of the load balancer, and the stage waits for the
 * service, so that no part lives without the others.
 */
export class BackchannelStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { parameters, withoutAssets = false, ...props }: BackchannelStackProps,
  ) {
    super(scope, id, props);
    const { vpcId, subnetIds } = parameters;
    const network = new Network(this, 'Network', {
      existing: vpcId === undefined || subnetIds === undefined ? undefined : { vpcId, subnetIds },
      natGateways: parameters.natGateways,
    });
    const gatewaySecret = new GatewaySecret(this, 'GatewaySecret', {
      generation: parameters.secretGeneration,
      acceptPrevious: parameters.acceptPreviousSecret,
    });
    const store =
      parameters.store === 'valkey'
        ? new ValkeyStore(this, 'Store', network)
        : new DynamoDbStore(this, 'Store');
    const loadBalancer = new LoadBalancer(this, 'LoadBalancer', {
      network,
      port: SERVICE_PORT,
      drain: Duration.seconds(parameters.DRAIN_SECONDS),
      publisherSecurityGroupId: parameters.publisherSecurityGroupId,
    });
    const { authorizerArn } = parameters;
    const api = new BackchannelApi(this, 'Api', {
      loadBalancer,
      gatewaySecret: gatewaySecret.dynamicReference,
      stageName: parameters.stage,
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
      withoutAssets,
    });
    const stage = new ApiStage(this, 'Stage', {
      api,
      after: service,
      throttleRate: parameters.throttleRate,
      throttleBurst: parameters.throttleBurst,
      logRetentionDays: parameters.logRetentionDays,
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
      alarmEmail: parameters.alarmEmail,
      alarmTopicArn: parameters.alarmTopicArn,
    });
    this.#outputs(api, service);
  }

  #outputs({ endpoint }: BackchannelApi, { service }: Service): void {
    const outputs = {
      WebSocketUrl: { value: endpoint.replace('https:', 'wss:'), description: 'what clients connect to' },
      WsApiEndpoint: { value: endpoint, description: 'where callbacks go' },
      Cluster: { value: service.cluster.clusterName, description: 'of the tasks' },
      ServiceName: { value: service.serviceName, description: 'of the tasks' },
    };
    for (const [name, output] of Object.entries(outputs)) new CfnOutput(this, name, output);
  }
}
