import { expect, it } from 'vitest';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';

// The constructs of public samples of AWS that work there, rebuilt in small: lint must find nothing in them.

const SAM = 'Transform: AWS::Serverless-2016-10-31\nResources:\n';
const INVOKE = 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions';

const api = (name: string) => `  ${name}:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: sample, ProtocolType: WEBSOCKET, RouteSelectionExpression: "$request.body.action"}
`;

const FUNCTION = (name: string) =>
  `  ${name}: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: nodejs24.x}}\n`;

const permission = (fn: string, source = '') => `  ${fn}Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ${fn}
      Principal: apigateway.amazonaws.com
${source && `      SourceArn: !Sub '${source}'\n`}`;

const lambda = (fn: string, uri = `!Sub ${INVOKE}/\${${fn}.Arn}/invocations`) => `  ${fn}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      Description: ${fn}
      IntegrationType: AWS_PROXY
      IntegrationUri: ${uri}
`;

const route = (key: string, name: string, integration: string, more = '') => `  ${name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: ${key}
      AuthorizationType: NONE
      OperationName: ${name}Route
      Target: !Join ['/', ['integrations', !Ref ${integration}]]
${more}`;

const deployed = (stage: string, ...routes: string[]) => `  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [${routes.map((name) => `${name}Route`).join(', ')}]
    Properties: {ApiId: !Ref Api}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {StageName: ${stage}, Description: a stage, DeploymentId: !Ref Deployment, ApiId: !Ref Api}
`;

/** Three functions, each with its route, integration and permission. */
const threeFunctions = (
  fns: readonly string[],
  keys: readonly string[],
  source = '',
  uri?: (fn: string) => string,
) =>
  SAM +
  api('Api') +
  fns
    .map(
      (fn, index) =>
        FUNCTION(fn) +
        permission(fn, source) +
        lambda(fn, uri?.(fn)) +
        route(keys[index] ?? '', fn, `${fn}Integration`),
    )
    .join('');

const CONNECTION_ROUTES = ['$connect', '$disconnect'];
const OF_API = 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*';

const SERVICE_ROLE = `  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: apigateway.amazonaws.com}}]
`;

const join = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
const ref = (name: string) => ({ Ref: name });
const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });

/** As `cdk synth` writes it: JSON, hashes in names, a parameter for the bootstrap stack, and rules. */
const cdk = (resources: Record<string, { Type: string; Properties?: object; Condition?: string }>) =>
  JSON.stringify({
    Resources: {
      Api32E6CE11: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'sample',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
        },
      },
      ...resources,
      Stage520A913F: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: {
          ApiId: ref('Api32E6CE11'),
          AutoDeploy: true,
          DefaultRouteSettings: {},
          StageName: 'dev',
        },
      },
      CDKMetadata: { Type: 'AWS::CDK::Metadata', Condition: 'CDKMetadataAvailable' },
    },
    Conditions: {
      CDKMetadataAvailable: { 'Fn::Or': [{ 'Fn::Equals': [ref('AWS::Region'), 'af-south-1'] }] },
    },
    Outputs: {
      Endpoint: {
        Value: join(
          'wss://',
          ref('Api32E6CE11'),
          '.execute-api.',
          ref('AWS::Region'),
          '.',
          ref('AWS::URLSuffix'),
          '/dev',
        ),
      },
    },
    Parameters: {
      BootstrapVersion: {
        Type: 'AWS::SSM::Parameter::Value<String>',
        Default: '/cdk-bootstrap/hnb659fds/version',
      },
    },
    Rules: {
      CheckBootstrapVersion: {
        Assertions: [{ Assert: { 'Fn::Not': [{ 'Fn::Contains': [['1', '2'], ref('BootstrapVersion')] }] } }],
      },
    },
  });

const cdkRoute = (key: string, integration: string, more: object = {}) => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: ref('Api32E6CE11'),
    AuthorizationType: 'NONE',
    RouteKey: key,
    Target: join('integrations/', ref(integration)),
    ...more,
  },
});

const cdkLambda = (fn: string) => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: {
    ApiId: ref('Api32E6CE11'),
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: join(
      'arn:',
      ref('AWS::Partition'),
      ':apigateway:',
      ref('AWS::Region'),
      ':lambda:path/2015-03-31/functions/',
      arn(fn),
      '/invocations',
    ),
  },
});

const cdkPermission = (fn: string, ...resource: unknown[]) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: arn(fn),
    Principal: 'apigateway.amazonaws.com',
    SourceArn: join(
      'arn:',
      ref('AWS::Partition'),
      ':execute-api:',
      ref('AWS::Region'),
      ':',
      ref('AWS::AccountId'),
      ':',
      ref('Api32E6CE11'),
      ...resource,
    ),
  },
});

const cdkResponse = (routeId: string) => ({
  Type: 'AWS::ApiGatewayV2::RouteResponse',
  Properties: { ApiId: ref('Api32E6CE11'), RouteId: ref(routeId), RouteResponseKey: '$default' },
});

const CDK_MOCK = {
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: { ApiId: ref('Api32E6CE11'), IntegrationType: 'MOCK', IntegrationUri: '' },
};

it.each([
  [
    'the chat app of SAM: permissions for any source, a policy template, a deployment that waits for its routes',
    threeFunctions(['OnConnect', 'OnDisconnect', 'SendMessage'], [...CONNECTION_ROUTES, 'sendmessage']) +
      deployed('Prod', 'OnConnect', 'OnDisconnect', 'SendMessage') +
      `  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: connections}}
  Poster:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Table}
        - Statement:
            - Effect: Allow
              Action: ['execute-api:ManageConnections']
              Resource: [!Sub '${OF_API}']
`,
  ],
  [
    'progress of Step Functions: the name of the stage is a parameter',
    `Parameters: {ApiStageName: {Type: String, Default: Prod, AllowedPattern: '^[A-Za-z]+$'}}\n${threeFunctions(['OnConnect', 'OnDisconnect', 'Report'], [...CONNECTION_ROUTES, 'onReport'])}${deployed('!Ref ApiStageName', 'OnConnect', 'OnDisconnect', 'Report')}`,
  ],
  [
    'WebSocket to Lambda: permissions for the API, the URI as the text of Fn::Sub in its long form',
    threeFunctions(
      ['OnConnect', 'OnDisconnect', 'Post'],
      [...CONNECTION_ROUTES, 'post'],
      OF_API,
      (fn) => `\n        Fn::Sub:\n            ${INVOKE}/\${${fn}.Arn}/invocations`,
    ) + deployed('prod', 'OnConnect', 'OnDisconnect', 'Post'),
  ],
  [
    'acknowledged $connect: only two routes',
    threeFunctions(['OnConnect', 'OnDisconnect'], CONNECTION_ROUTES, OF_API) +
      deployed('prod', 'OnConnect', 'OnDisconnect'),
  ],
  [
    'answers of a model as a stream: ApiKeyRequired False, a parameter without a default',
    `Parameters: {Table: {Type: String}, Units: {Type: Number, Default: 5}}\n${threeFunctions(['OnConnect', 'OnDisconnect', 'Invoke'], [...CONNECTION_ROUTES, 'invoke'], OF_API)}${deployed('prod', 'OnConnect', 'OnDisconnect', 'Invoke').replace('Description:', 'StageVariables: {}, Description:')}`.replaceAll(
      'AuthorizationType: NONE\n',
      'AuthorizationType: NONE\n      ApiKeyRequired: False\n',
    ),
  ],
  [
    'one function behind three integrations, a permission for every stage and route',
    SAM +
      api('Api') +
      FUNCTION('Handler') +
      permission('Handler', `${OF_API}/*`) +
      ['$connect', '$disconnect', '$default']
        .map((key, index) =>
          (lambda(`I${index}`) + route(key, `R${index}`, `I${index}Integration`)).replace(
            /\$\{I\d\.Arn\}/,
            () => '${Handler.Arn}',
          ),
        )
        .join('') +
      deployed('prod', 'R0', 'R1', 'R2'),
  ],
  [
    'a Lambda authorizer: Fn::Sub with variables of its own',
    threeFunctions(
      ['OnConnect', 'OnDisconnect', 'Send'],
      [...CONNECTION_ROUTES, 'sendmessage'],
      '',
      (fn) => `!Sub
        - arn:aws:apigateway:\${region}:lambda:path/2015-03-31/functions/\${function}/invocations
        - region: !Ref 'AWS::Region'
          function: !GetAtt '${fn}.Arn'`,
    ).replace('AuthorizationType: NONE', 'AuthorizationType: CUSTOM\n      AuthorizerId: !Ref Authorizer') +
      deployed('Prod', 'OnConnect', 'OnDisconnect', 'Send') +
      FUNCTION('Check') +
      permission('Check') +
      `  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      Name: check
      ApiId: !Ref Api
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub '${INVOKE}/\${Check.Arn}/invocations'
      IdentitySource: [route.request.querystring.ID_Token]
`,
  ],
  [
    'a role in place of a permission, and an integration below its timeout',
    SAM +
      api('Api') +
      FUNCTION('Invoker') +
      SERVICE_ROLE +
      `${lambda('Invoker')}      CredentialsArn: !GetAtt Role.Arn\n      TimeoutInMillis: 28000\n` +
      route('$connect', 'Connect', 'InvokerIntegration') +
      deployed('dev', 'Connect'),
  ],
  [
    'SQS: a service by its path, a form as the template, and a policy for posts of one stage',
    SAM +
      api('Api') +
      SERVICE_ROLE +
      `  Queue: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, QueueName: q.fifo}}
  Send:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: {Ref: Api}
      IntegrationType: AWS
      ConnectionType: INTERNET
      CredentialsArn: {'Fn::GetAtt': [Role, Arn]}
      IntegrationMethod: POST
      IntegrationUri: {'Fn::Join': ['', ['arn:aws:apigateway:', {Ref: AWS::Region}, ':sqs:path/', {Ref: AWS::AccountId}, /, {'Fn::GetAtt': [Queue, QueueName]}]]}
      PassthroughBehavior: NEVER
      RequestParameters: {integration.request.header.Content-Type: "'application/x-www-form-urlencoded'"}
      RequestTemplates:
        $default: Action=SendMessage&MessageGroupId=$input.path('$.group')&MessageBody=$util.urlEncode($input.json('$'))
      TemplateSelectionExpression: \\$default
${route('$default', 'Send', 'Send')}  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: {Ref: Api}, StageName: production, AutoDeploy: true}}
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: post
      PolicyDocument:
        Statement:
          - Action: execute-api:ManageConnections
            Effect: Allow
            Resource: {'Fn::Join': ['', ['arn:', {Ref: AWS::Partition}, ':execute-api:', {Ref: AWS::Region}, ':', {Ref: AWS::AccountId}, ':', {Ref: Api}, '/production/POST/*']]}
`,
  ],
  [
    'HTTP with a template, to containers behind a load balancer: the key \\$default',
    cdk({
      Lb8A12904C: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Type: 'application' } },
      httpintegration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: ref('Api32E6CE11'),
          IntegrationType: 'HTTP',
          IntegrationMethod: 'POST',
          IntegrationUri: join('http://', { 'Fn::GetAtt': ['Lb8A12904C', 'DNSName'] }),
          TemplateSelectionExpression: '\\$default',
          RequestTemplates: {
            '\\$default': '{"connectionId": "$context.connectionId", "body": $input.body}',
          },
        },
      },
      defaultroute: cdkRoute('$default', 'httpintegration'),
    }),
  ],
  [
    'the CDK: routes that share an integration, each with its permission',
    cdk({
      Handler886CB40B: { Type: 'AWS::Lambda::Function' },
      Shared4C96571D: cdkLambda('Handler886CB40B'),
      ...Object.fromEntries(
        ['connect', 'disconnect', 'default'].flatMap((key) => [
          [`${key}Route`, cdkRoute(`$${key}`, 'Shared4C96571D')],
          [`${key}Permission`, cdkPermission('Handler886CB40B', `/*$${key}`)],
        ]),
      ),
    }),
  ],
  [
    'the CDK: DynamoDB with integration responses, and MOCK',
    cdk({
      Table794EDED1: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'MyTable' } },
      RoleD2518903: { Type: 'AWS::IAM::Role' },
      MockFFCB3BA9: CDK_MOCK,
      DefaultE9382DF8: cdkRoute('$default', 'MockFFCB3BA9', { RouteResponseSelectionExpression: '$default' }),
      DefaultResponse: cdkResponse('DefaultE9382DF8'),
      Put3BF52E5B: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: ref('Api32E6CE11'),
          CredentialsArn: arn('RoleD2518903'),
          IntegrationMethod: 'POST',
          IntegrationType: 'AWS',
          IntegrationUri: join('arn:aws:apigateway:', ref('AWS::Region'), ':dynamodb:action/PutItem'),
          PassthroughBehavior: 'NEVER',
          RequestTemplates: {
            $default: join(
              '{"TableName": "',
              ref('Table794EDED1'),
              '", "Item": {"id": {"S": "$context.requestId"}}}',
            ),
          },
          TemplateSelectionExpression: '\\$default',
          TimeoutInMillis: 10_000,
        },
      },
      PutResponse: {
        Type: 'AWS::ApiGatewayV2::IntegrationResponse',
        Properties: {
          ApiId: ref('Api32E6CE11'),
          IntegrationId: ref('Put3BF52E5B'),
          IntegrationResponseKey: '/4\\d{2}/',
          ResponseTemplates: { 'application/json': '{"error": "Bad request"}' },
        },
      },
      Put3F16A651: cdkRoute('putItem', 'Put3BF52E5B', { RouteResponseSelectionExpression: '$default' }),
      PutRouteResponse: cdkResponse('Put3F16A651'),
    }),
  ],
  [
    'the CDK: an authorizer, a response expression on $connect, throttles and access logs',
    cdk({
      Handler886CB40B: { Type: 'AWS::Lambda::Function' },
      Auth4C96571D: { Type: 'AWS::Lambda::Function' },
      Logs: { Type: 'AWS::Logs::LogGroup' },
      Authorizer: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          ApiId: ref('Api32E6CE11'),
          AuthorizerType: 'REQUEST',
          AuthorizerUri: cdkLambda('Auth4C96571D').Properties.IntegrationUri,
          IdentitySource: ['route.request.header.Authorization'],
          Name: 'Authorizer',
        },
      },
      AuthorizerPermission: cdkPermission('Auth4C96571D', '/authorizers/', ref('Authorizer')),
      Integration: cdkLambda('Handler886CB40B'),
      Permission: cdkPermission('Handler886CB40B', '/*$connect'),
      Connect: cdkRoute('$connect', 'Integration', {
        AuthorizationType: 'CUSTOM',
        AuthorizerId: ref('Authorizer'),
        RouteResponseSelectionExpression: '$default',
      }),
      Prod: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: {
          ApiId: ref('Api32E6CE11'),
          AutoDeploy: true,
          StageName: 'prod',
          DefaultRouteSettings: {
            ThrottlingBurstLimit: 100,
            ThrottlingRateLimit: 50,
            DetailedMetricsEnabled: true,
          },
          AccessLogSettings: {
            DestinationArn: arn('Logs'),
            Format: '$context.requestId $context.connectionId',
          },
        },
      },
    }),
  ],
])('finds nothing in %s', (_, text) => {
  expect(lint(text, { fileName: 'sample.yml' })).toEqual([]);
});

it('finds only a warning where no more than responses may be missing from a deployment', () => {
  const text =
    SAM +
    api('Api') +
    SERVICE_ROLE +
    `  Steps: {Type: AWS::Serverless::StateMachine, Properties: {Type: EXPRESS}}
  Start:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS
      IntegrationMethod: POST
      IntegrationUri: !Sub "arn:aws:apigateway:\${AWS::Region}:states:action/StartSyncExecution"
      CredentialsArn: !Sub "\${Role.Arn}"
      TemplateSelectionExpression: \\$default
      RequestTemplates:
        "$default":
          Fn::Sub: '{"input": "$util.escapeJavaScript($input.body)", "stateMachineArn": "\${Steps}"}'
${route('$default', 'Default', 'Start')}  Response:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref DefaultRoute, RouteResponseKey: $default}
  IntegrationResponse:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties: {ApiId: !Ref Api, IntegrationId: !Ref Start, IntegrationResponseKey: $default}
${deployed('api', 'Default')}`;
  expect(lint(text, { fileName: 'sample.yml' })).toMatchObject([
    { rule: 'deployment-before-routes', severity: 'warning' },
  ]);
});
