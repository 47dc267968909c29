import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackchannelStack } from '../../src/cdk/backchannel-stack.js';
import { readParameters } from '../../src/cdk/stack-parameters.js';

function stack(context: Record<string, string>): BackchannelStack {
  const app = new App({ analyticsReporting: false });
  return new BackchannelStack(app, 'Backchannel', {
    parameters: readParameters(context),
    withoutAssets: true,
  });
}

const ref = (start: string) => ({ Ref: Match.stringLikeRegexp(`^${start}`) });
const att = (start: string, attribute: string) => ({
  'Fn::GetAtt': [Match.stringLikeRegexp(`^${start}`), attribute],
});
const container = (properties: object) => ({ ContainerDefinitions: [Match.objectLike(properties)] });

/** The permissions for the SDK commands that the service's store sends to DynamoDB, in order. */
function storeCalls(): string[] {
  const cwd = join(import.meta.dirname, '../../src/nest/store');
  const sources = globSync(['dynamodb.store.ts', 'dynamodb/**/*.ts'], { cwd });
  const calls = sources.flatMap((file) => [
    ...readFileSync(join(cwd, file), 'utf8').matchAll(/new (\w+)Command\(/g),
  ]);
  return [...new Set(calls.map(([, name]) => `dynamodb:${name}`))].toSorted();
}

/** The logical id and the definition of the only resource of a type. */
function only(template: Template, type: string) {
  const [found, ...others] = Object.entries(template.findResources(type));
  expect(others).toEqual([]);
  const [logicalId, resource] = found!;
  return { logicalId, ...(resource as { DependsOn?: string[]; Properties: Record<string, unknown> }) };
}

describe('the stack without a parameter', () => {
  let template: Template;
  let made: BackchannelStack;
  beforeAll(() => {
    made = stack({});
    template = Template.fromStack(made);
  });
  const has = (type: string, properties: object) => template.hasResourceProperties(type, properties);

  it('has nothing about which the CDK or CloudFormation warns', () => {
    const warnings = Annotations.fromStack(made).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => entry.data)).toEqual([]);
  });

  it('has a VPC whose default DNS for execute-api is the public one', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoints.map(({ Properties }) => Properties.VpcEndpointType)).toEqual(['Gateway', 'Gateway']);
  });

  it('lets only API Gateway through the load balancer, by a v1 link', () => {
    has('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Type: 'network',
      Scheme: 'internal',
      SecurityGroups: [att('LoadBalancerSecurityGroup', 'GroupId')],
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
      LoadBalancerAttributes: Match.arrayWith([{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }]),
    });
    has('AWS::ApiGateway::VpcLink', { TargetArns: [ref('LoadBalancerNlb')] });
    template.resourceCountIs('AWS::ApiGatewayV2::VpcLink', 0);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    has('AWS::EC2::SecurityGroupIngress', {
      GroupId: att('ServiceTasksSecurityGroup', 'GroupId'),
      SourceSecurityGroupId: att('LoadBalancerSecurityGroup', 'GroupId'),
      ToPort: 3000,
    });
    const groups = Object.values(template.findResources('AWS::EC2::SecurityGroup'));
    const withRules = groups.filter(({ Properties }) => 'SecurityGroupIngress' in Properties);
    expect(withRules.map(({ Properties }) => Properties.GroupDescription)).toEqual([
      'Backchannel store: only the tasks',
    ]);
  });

  it('checks the readiness of a task over HTTP, and lets it finish its requests when it stops', () => {
    has('AWS::ElasticLoadBalancingV2::Listener', { Port: 80, Protocol: 'TCP' });
    has('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Protocol: 'TCP',
      Port: 3000,
      TargetType: 'ip',
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/health/ready',
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    });
    has(
      'AWS::ECS::TaskDefinition',
      container({
        StopTimeout: 60,
        Environment: Match.arrayWith([{ Name: 'DRAIN_SECONDS', Value: '30' }]),
      }),
    );
  });

  it('starts new tasks before it stops old ones, and rolls back a deployment that does not become healthy', () => {
    has('AWS::ECS::Service', {
      LaunchType: 'FARGATE',
      DesiredCount: Match.absent(),
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
  });

  it('sets all settings that a task needs', () => {
    const task = only(template, 'AWS::ECS::TaskDefinition').Properties['ContainerDefinitions'] as [
      { Environment: { Name: string; Value: unknown }[] },
    ];
    const environment = Object.fromEntries(task[0].Environment.map(({ Name, Value }) => [Name, Value]));
    expect(environment).toMatchObject({
      PORT: '3000',
      HOST: '0.0.0.0',
      AWS_REGION: { Ref: 'AWS::Region' },
      STORE: 'redis',
      REDIS_URL: { 'Fn::Join': ['', ['rediss://', expect.anything(), ':6379']] },
      REDIS_CLUSTER: 'true',
      AUTH: 'none',
      WS_API_ENDPOINT: {
        'Fn::Join': [
          '',
          [
            'https://',
            { Ref: expect.stringMatching(/^Api/) },
            '.execute-api.',
            { Ref: 'AWS::Region' },
            '.',
            { Ref: 'AWS::URLSuffix' },
            '/prod',
          ],
        ],
      },
    });
  });

  it('runs as a user other than root, with a read-only file system', () => {
    has('AWS::ECS::TaskDefinition', container({ User: '1000:1000', ReadonlyRootFilesystem: true }));
  });

  it('allows the task @connections of its stage, and nothing else', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    const ofTask = policies.filter(({ Properties }) =>
      Properties.Roles[0].Ref.startsWith('ServiceTaskTaskRole'),
    );
    expect(ofTask.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      {
        Effect: 'Allow',
        Action: 'execute-api:ManageConnections',
        Resource: { 'Fn::Join': ['', expect.arrayContaining([':execute-api:', '/prod/*'])] },
      },
    ]);
  });

  it('gives one secret to both ends, and does not contain it', () => {
    has('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true },
      SecretString: Match.absent(),
    });
    has(
      'AWS::ECS::TaskDefinition',
      container({ Secrets: [{ Name: 'GATEWAY_SECRET', ValueFrom: ref('GatewaySecretGeneration1') }] }),
    );
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', {
      RequestParameters: Match.objectLike({
        'integration.request.header.GatewaySecret': {
          'Fn::Join': [
            '',
            ["'{{resolve:secretsmanager:", ref('GatewaySecretGeneration1'), ":SecretString:::}}'"],
          ],
        },
      }),
    });
  });

  it('keeps state in Valkey, which only the tasks can reach', () => {
    has('AWS::ElastiCache::ServerlessCache', {
      Engine: 'valkey',
      ServerlessCacheName: { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, 'store']] },
      SecurityGroupIds: [att('StoreSecurityGroup', 'GroupId')],
    });
    has('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Backchannel store: only the tasks',
      SecurityGroupIngress: [
        Match.objectLike({
          SourceSecurityGroupId: att('ServiceTasksSecurityGroup', 'GroupId'),
          FromPort: 6379,
          ToPort: 6379,
        }),
      ],
    });
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
  });

  it('deploys the API after all its routes, and after the service', () => {
    const { DependsOn = [] } = only(template, 'AWS::ApiGatewayV2::Deployment');
    const needed = ['AWS::ApiGatewayV2::Route', 'AWS::ApiGatewayV2::Integration', 'AWS::ECS::Service'];
    const ids = needed.flatMap((type) => Object.keys(template.findResources(type)));
    expect(ids).toHaveLength(7);
    expect(DependsOn).toEqual(expect.arrayContaining(ids));
  });

  it('has a stage with throttling below the quota of the account, and a log line for each event', () => {
    const { Properties, DependsOn } = only(template, 'AWS::ApiGatewayV2::Stage');
    expect(Properties).toMatchObject({
      StageName: 'prod',
      DeploymentId: { Ref: only(template, 'AWS::ApiGatewayV2::Deployment').logicalId },
      DefaultRouteSettings: { ThrottlingRateLimit: 5000, ThrottlingBurstLimit: 2500 },
    });
    const { Format } = Properties['AccessLogSettings'] as { Format: string };
    expect(JSON.parse(Format)).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
    // without its role for logs, API Gateway refuses the stage
    expect(DependsOn).toEqual([only(template, 'AWS::ApiGateway::Account').logicalId]);
  });

  it('scales by CPU, and by connections according to ConnectCount', () => {
    has('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 10 });
    has('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
        TargetValue: 60,
      },
    });
    has('AWS::ApplicationAutoScaling::ScalingPolicy', {
      ScalingTargetId: ref('ServiceTasksTaskCountTarget'),
      TargetTrackingScalingPolicyConfiguration: {
        // 10,000 connections of at most two hours
        TargetValue: 10_000 / 120,
        CustomizedMetricSpecification: {
          Metrics: [
            Match.objectLike({ MetricStat: { Stat: 'Sum', Metric: { MetricName: 'ConnectCount' } } }),
            Match.objectLike({ MetricStat: { Metric: { MetricName: 'HealthyHostCount' } } }),
            Match.objectLike({ Id: 'perTask', ReturnData: true }),
          ],
        },
      },
    });
  });

  it('keeps logs for a month', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', 2);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it.each([
    ['5xx', 'ServerErrors', 'notBreaching'],
    ['throttles', 'Throttles', 'notBreaching'],
    ['integration errors', 'IntegrationError', 'notBreaching'],
    ['calls that did not reach the service', 'ExecutionError', 'notBreaching'],
    ['unhealthy tasks', 'UnHealthyHostCount', 'notBreaching'],
    ['too few tasks', 'HealthyHostCount', 'breaching'],
  ])('has an alarm for %s', (_, metricName, TreatMissingData) => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const ofMetric = alarms.filter((alarm) => JSON.stringify(alarm).includes(`"MetricName":"${metricName}"`));
    expect(ofMetric.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({ TreatMissingData, AlarmDescription: expect.stringMatching(/\w/) }),
    ]);
  });

  it('counts 5xx and 429 in the access log, which includes callbacks', () => {
    const filters = Object.values(template.findResources('AWS::Logs::MetricFilter'));
    expect(filters.map(({ Properties }) => Properties.FilterPattern)).toEqual([
      '{ $.status = "5*" }',
      '{ $.status = "429" }',
    ]);
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  it('shows the log lines of the levels that the service writes from warn on', () => {
    const { Properties } = only(template, 'AWS::CloudWatch::Dashboard');
    expect(JSON.stringify(Properties['DashboardBody'])).toContain(
      "filter level in ['warn', 'error', 'fatal']",
    );
  });

  it('links each alarm and the dashboard to a runbook that docs/operating.md has', () => {
    const document = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');
    const [, part = ''] = /\n## Alarms\n(.*?)\n## /s.exec(document) ?? [];
    const anchors = [...part.matchAll(/^### (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const linked = alarms.map(
      ({ Properties }) =>
        /Runbook: docs\/operating\.md#(\S+)$/.exec(Properties.AlarmDescription as string)?.[1] ?? '',
    );
    expect(linked.toSorted()).toEqual(anchors.toSorted());
    const dashboard = JSON.stringify(only(template, 'AWS::CloudWatch::Dashboard').Properties);
    for (const anchor of anchors) expect(dashboard).toContain(`(docs/operating.md#${anchor})`);
  });

  it('needs no function, no bucket and no custom resource', () => {
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>);
    expect(types.filter(({ Type }) => /Lambda|S3|Custom|CloudFormation|CDK/.test(Type))).toEqual([]);
  });
});

describe('the stack with other choices', () => {
  const KEY = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(
      stack({
        store: 'dynamodb',
        flowLogs: 'true',
        accessLogs: 'false',
        containerInsights: 'enhanced',
        spotPercent: '75',
        ipAddressType: 'dualstack',
        kmsKeyArn: KEY,
        alarmEmail: 'ops@example.com',
        runbooks: 'https://git.example/operating.md',
      }),
    );
  });
  const has = (type: string, properties: object) => template.hasResourceProperties(type, properties);

  it('logs the flows of the VPC', () => {
    has('AWS::EC2::FlowLog', { ResourceType: 'VPC', LogGroupName: ref('NetworkFlowLogs') });
  });

  it('has neither an access log nor the alarms that count in it', () => {
    has('AWS::ApiGatewayV2::Stage', { AccessLogSettings: Match.absent() });
    template.resourceCountIs('AWS::Logs::MetricFilter', 0);
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(
      alarms.map(({ Properties }) => /#(\S+)$/.exec(Properties.AlarmDescription as string)?.[1]),
    ).toEqual(['integration-errors', 'execution-errors', 'unhealthy-tasks', 'too-few-tasks']);
    const dashboard = JSON.stringify(only(template, 'AWS::CloudWatch::Dashboard').Properties);
    expect(dashboard).not.toContain('#throttles');
    expect(dashboard).toContain('(https://git.example/operating.md#too-few-tasks)');
  });

  it('runs a share of the tasks on Fargate Spot, but never all of them', () => {
    has('AWS::ECS::Service', {
      LaunchType: Match.absent(),
      CapacityProviderStrategy: [
        { CapacityProvider: 'FARGATE', Base: 1, Weight: 25 },
        { CapacityProvider: 'FARGATE_SPOT', Weight: 75 },
      ],
    });
    has('AWS::ECS::Cluster', { ClusterSettings: [{ Name: 'containerInsights', Value: 'enhanced' }] });
  });

  it('gives the API IPv6 addresses', () => {
    has('AWS::ApiGatewayV2::Api', { IpAddressType: 'dualstack' });
  });

  it('encrypts store, logs, secret and topic with the key, which the tasks may use', () => {
    has('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
    });
    has('AWS::SecretsManager::Secret', { KmsKeyId: KEY });
    has('AWS::SNS::Topic', { KmsMasterKeyId: KEY });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: KEY });
    const decrypts = (role: string) =>
      role === 'ServiceTaskTaskRole' ? Match.arrayWith(['kms:Decrypt']) : 'kms:Decrypt';
    for (const role of ['ServiceTaskTaskRole', 'ServiceTaskExecutionRole']) {
      has('AWS::IAM::Policy', {
        Roles: [ref(role)],
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Action: decrypts(role), Effect: 'Allow', Resource: KEY }),
          ]),
        },
      });
    }
  });
});

describe('the stack with parameters', () => {
  const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret';
  const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:authorizer';
  let template: Template;
  beforeAll(() => {
    template = Template.fromStack(
      stack({
        vpcId: 'vpc-0123456789abcdef0',
        subnetIds: 'subnet-01234567,subnet-89abcdef',
        store: 'dynamodb',
        stage: 'blue',
        image: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/chat/service:1.2',
        architecture: 'arm64',
        desiredTasks: '4',
        DRAIN_SECONDS: '90',
        secretGeneration: '3',
        REPLIES: 'response',
        AUTH: 'authorizer',
        authorizerArn: FUNCTION,
        authorizerUserKey: 'userId',
        apiKeysSecretArn: `${SECRET}:keys-AbCdEf`,
        publisherSecurityGroupId: 'sg-01234567',
        logsRole: 'existing',
        alarmEmail: 'ops@example.com',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318',
      }),
    );
  });
  const has = (type: string, properties: object) => template.hasResourceProperties(type, properties);

  it('uses an existing VPC', () => {
    template.resourceCountIs('AWS::EC2::VPC', 0);
    has('AWS::ElasticLoadBalancingV2::LoadBalancer', { Subnets: ['subnet-01234567', 'subnet-89abcdef'] });
  });

  it('keeps state in one DynamoDB table, with the schema and permissions that the store needs', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        GlobalSecondaryIndexes: Match.absent(),
      },
    });
    expect(storeCalls()).toContain('dynamodb:GetItem');
    has('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(storeCalls()),
            Resource: [att('StoreTable', 'Arn')],
          }),
        ]),
      },
    });
    template.resourceCountIs('AWS::ElastiCache::ServerlessCache', 0);
  });

  it('accepts the previous secret while API Gateway sends the new one', () => {
    has(
      'AWS::ECS::TaskDefinition',
      container({
        Secrets: [
          { Name: 'GATEWAY_SECRET', ValueFrom: ref('GatewaySecretGeneration3') },
          { Name: 'GATEWAY_SECRET_PREVIOUS', ValueFrom: ref('GatewaySecretGeneration2') },
          { Name: 'API_KEYS', ValueFrom: `${SECRET}:keys-AbCdEf` },
        ],
      }),
    );
    const integrations = JSON.stringify(template.findResources('AWS::ApiGatewayV2::Integration'));
    expect(integrations).toContain('GatewaySecretGeneration3');
    expect(integrations).not.toContain('GatewaySecretGeneration2');
  });

  it('calls the authorizer at $connect, and maps its user id', () => {
    has('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      IdentitySource: ['route.request.querystring.token'],
    });
    has('AWS::ApiGatewayV2::Route', {
      RouteKey: '$connect',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: ref('ApiAuthorizer'),
    });
    has('AWS::ApiGatewayV2::Integration', {
      RequestParameters: Match.objectLike({
        'integration.request.header.UserId': 'context.authorizer.userId',
      }),
    });
    has('AWS::Lambda::Permission', { FunctionName: FUNCTION, Principal: 'apigateway.amazonaws.com' });
  });

  it('makes $default two-way with REPLIES=response, and configures the service', () => {
    has('AWS::ApiGatewayV2::Route', {
      RouteKey: '$default',
      RouteResponseSelectionExpression: '$default',
    });
    has('AWS::ApiGatewayV2::RouteResponse', { RouteId: ref('Apidefault'), RouteResponseKey: '$default' });
    const { DependsOn } = only(template, 'AWS::ApiGatewayV2::Deployment');
    expect(DependsOn).toContain(only(template, 'AWS::ApiGatewayV2::RouteResponse').logicalId);
    has(
      'AWS::ECS::TaskDefinition',
      container({ Environment: Match.arrayWith([{ Name: 'REPLIES', Value: 'response' }]) }),
    );
  });

  it('pulls the image from a private registry, for which the tasks have permission', () => {
    has('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'ARM64' },
      ...container({ Image: { 'Fn::Join': ['', Match.arrayWith(['/chat/service:1.2'])] } }),
    });
    has('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['ecr:BatchGetImage']) })]),
      },
    });
  });

  it('stops within the limit of Fargate', () => {
    has('AWS::ECS::TaskDefinition', container({ StopTimeout: 120 }));
    has('AWS::ECS::Service', { DesiredCount: 4 });
  });

  it('allows the security group of other backends', () => {
    has('AWS::EC2::SecurityGroupIngress', { SourceSecurityGroupId: 'sg-01234567', ToPort: 80 });
  });

  it('does not change an existing role for logs', () => {
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  it('notifies of every alarm, and of its end', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [ref('ObservabilityTopic')],
      OKActions: [ref('ObservabilityTopic')],
    });
  });

  it('creates another deployment when the API changes, and only then', () => {
    const deployment = (context: Record<string, string>) =>
      only(Template.fromStack(stack(context)), 'AWS::ApiGatewayV2::Deployment').logicalId;
    const first = deployment({});
    expect(deployment({ stage: 'dev', cpu: '256' })).toBe(first);
    expect(deployment({ secretGeneration: '2' })).not.toBe(first);
  });
});
