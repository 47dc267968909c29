import { createHash } from 'node:crypto';
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { CfnDeployment, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { type BackchannelApi } from './web-socket-api.js';

export interface ApiStageProps {
  readonly api: BackchannelApi;
  /** Resources that must exist before the stage serves the new deployment. */
  readonly after: IDependable;
  readonly throttleRate: number;
  readonly throttleBurst: number;
  readonly hasAccessLog: boolean;
  readonly logRetentionDays: number;
  readonly encryptionKey: IKey | undefined;
  /** Whether to create API Gateway's role for logs, of which each Region of an account has one. */
  readonly createLogsRole: boolean;
}

/** The stage that clients connect to: a deployment of the API with throttling and access logs. */
export class ApiStage extends Construct {
  /** One line of JSON for each event and each callback; undefined without the access log. */
  readonly accessLogs: LogGroup | undefined;
  readonly #api: BackchannelApi;

  constructor(scope: Construct, id: string, props: ApiStageProps) {
    super(scope, id);
    const { api } = props;
    this.#api = api;
    this.accessLogs = props.hasAccessLog ? this.#logGroup(props) : undefined;
    // a deployment never changes, so that other content needs another resource with another logical id
    const content = JSON.stringify(Stack.of(this).resolve(api.content));
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const deployment = new CfnDeployment(this, `Deployment${hash}`, { apiId: api.apiId });
    // after the routes, which it contains; after the service, which must accept a rotated secret
    deployment.node.addDependency(api, props.after);
    const stage = new CfnStage(this, 'Stage', {
      apiId: api.apiId,
      stageName: api.stageName,
      deploymentId: deployment.ref,
      defaultRouteSettings: {
        throttlingRateLimit: props.throttleRate,
        throttlingBurstLimit: props.throttleBurst,
        detailedMetricsEnabled: true,
      },
      ...(this.accessLogs && {
        accessLogSettings: { destinationArn: this.#arnOf(this.accessLogs), format: ACCESS_LOG_FORMAT },
      }),
    });
    if (!props.hasAccessLog) {
      for (const rule of ['AwsSolutions-APIG1', 'Serverless-APIGWAccessLogging']) {
        Validations.of(stage).acknowledge({
          id: rule,
          reason: 'The access log costs for each event: the parameter accessLogs switched it off.',
        });
      }
    }
    if (props.createLogsRole) stage.node.addDependency(this.#logsRole());
  }

  /** A metric of the stage such as `ConnectCount`, per minute. */
  metric(metricName: string, statistic = 'Sum'): Metric {
    const { apiId, stageName } = this.#api;
    return new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: apiId, Stage: stageName },
      statistic,
      period: Duration.minutes(1),
      label: metricName,
    });
  }

  #logGroup({ logRetentionDays, encryptionKey }: ApiStageProps): LogGroup {
    return new LogGroup(this, 'AccessLogs', {
      retention: logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
  }

  /** Without the `:*` of the construct's own ARN, which API Gateway refuses. */
  #arnOf({ logGroupName }: LogGroup): string {
    return Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: logGroupName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** Retained when the stack is deleted, because other APIs of the account may use it. */
  #logsRole(): CfnAccount {
    const role = new Role(this, 'LogsRole', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
      ],
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'The role is for all APIs of the account, and this is the policy that AWS has for it.',
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return account;
  }
}

/** Contains no tokens, messages, headers or other content of clients. */
const ACCESS_LOG_FORMAT = JSON.stringify(
  Object.fromEntries(
    ['requestId', 'eventType', 'routeKey', 'status', 'connectionId', 'requestTimeEpoch', 'integrationLatency']
      .map((name) => [name, `$context.${name}`])
      .concat([
        ['sourceIp', '$context.identity.sourceIp'],
        ['error', '$context.error.message'],
      ]),
  ),
);
