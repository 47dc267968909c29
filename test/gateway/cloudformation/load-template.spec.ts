import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { loadTemplate } from '../../../src/gateway/cloudformation/load-template.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';
import { CHAT } from './chat-template.js';

const SETTINGS = { fileName: 'chat.yml', region: 'eu-central-1', accountId: '123456789012' };

function load(text: string, parameters: Record<string, string> = {}) {
  const plane = new ControlPlane(SETTINGS);
  const report = loadTemplate(plane, text, { ...SETTINGS, parameters: new Map(Object.entries(parameters)) });
  return { plane, report };
}

/** The only API and its resources. */
function loadApi(text: string, parameters: Record<string, string> = {}) {
  const { plane, report } = load(text, parameters);
  const [api] = plane.webSocketApis();
  assert(api);
  return { plane, report, api };
}

describe('loadTemplate', () => {
  it('creates the resources of the template, like an SDK', () => {
    const { plane, report, api } = loadApi(CHAT);
    const link = plane.vpcLinks.values().next().value;
    expect(link).toMatchObject({
      name: 'chat',
      targetArns: [
        'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/chat/0123456789abcdef',
      ],
    });
    expect([...api.integrations.values()]).toMatchObject([
      {
        IntegrationType: 'HTTP_PROXY',
        IntegrationUri: 'http://nlb.internal/connect',
        ConnectionId: link?.id,
        RequestParameters: {
          'integration.request.header.ConnectionId': 'context.connectionId',
          'integration.request.header.Token': 'route.request.querystring.token',
        },
      },
      { IntegrationUri: 'http://nlb.internal/message', TimeoutInMillis: 10_000 },
    ]);
    expect([...api.routes.values()]).toMatchObject([
      {
        RouteKey: '$connect',
        Target: `integrations/${[...api.integrations.keys()][0]}`,
        RequestParameters: { 'route.request.querystring.token': { Required: false } },
      },
      { RouteKey: '$default', Target: `integrations/${[...api.integrations.keys()][1]}` },
    ]);
    expect(report.apis).toEqual([{ logicalId: 'Api', apiId: api.api.ApiId, stages: ['dev'] }]);
  });

  it('serves the deployment that the template points the stage at', () => {
    const { plane, api } = loadApi(CHAT);
    const snapshot = plane.stage(api.api.ApiId, 'dev')?.snapshot;
    expect([...(snapshot?.routes.keys() ?? [])]).toEqual(['$connect', '$default']);
    expect(snapshot?.routes.get('$default')?.isTwoWay).toBe(true);
  });

  it('lists the resources that it does not create, with their lines', () => {
    const { report } = load(CHAT);
    const line = CHAT.slice(0, CHAT.indexOf('  TaskRole:')).split('\n').length;
    expect(report.ignored).toEqual([{ type: 'AWS::IAM::Role', logicalId: 'TaskRole', line, id: undefined }]);
    expect(report.created.map(({ logicalId }) => logicalId)).toEqual([
      'Api',
      'Link',
      'Connect',
      'Message',
      'ConnectRoute',
      'MessageRoute',
      'MessageResponse',
      'Deployment',
      'Stage',
    ]);
  });

  it('uses parameters', () => {
    const { api } = loadApi(CHAT, { NlbDnsName: 'other.internal' });
    expect(api.integrations.values().next().value).toMatchObject({
      IntegrationUri: 'http://other.internal/connect',
    });
  });

  it('reads JSON as cdk synth writes it', () => {
    const template = {
      Resources: {
        Api49E93B: {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: {
            Name: 'chat',
            ProtocolType: 'WEBSOCKET',
            RouteSelectionExpression: '$request.body.action',
          },
          Metadata: { 'aws:cdk:path': 'Chat/Api/Resource' },
        },
        Nlb55158F: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Type: 'network' } },
        Link9A: {
          Type: 'AWS::ApiGateway::VpcLink',
          Properties: {
            Name: 'link',
            TargetArns: [{ Ref: 'Nlb55158F' }],
            Tags: [{ Key: 'team', Value: 'chat' }],
          },
        },
        Integration: {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: {
            ApiId: { Ref: 'Api49E93B' },
            IntegrationType: 'HTTP_PROXY',
            IntegrationMethod: 'POST',
            IntegrationUri: {
              'Fn::Join': ['', ['http://', { 'Fn::GetAtt': ['Nlb55158F', 'DNSName'] }, '/message']],
            },
            ConnectionType: 'VPC_LINK',
            ConnectionId: { Ref: 'Link9A' },
          },
        },
        Route: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: {
            ApiId: { Ref: 'Api49E93B' },
            RouteKey: '$default',
            Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
          },
        },
        Stage: {
          Type: 'AWS::ApiGatewayV2::Stage',
          Properties: { ApiId: { Ref: 'Api49E93B' }, StageName: 'prod', AutoDeploy: true },
          DependsOn: ['Route'],
        },
        CDKMetadata: { Type: 'AWS::CDK::Metadata', Condition: 'CDKMetadataAvailable' },
      },
      Conditions: {
        CDKMetadataAvailable: {
          'Fn::Or': [
            { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'af-south-1'] },
            { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-central-1'] },
          ],
        },
      },
      Parameters: {
        BootstrapVersion: {
          Type: 'AWS::SSM::Parameter::Value<String>',
          Default: '/cdk-bootstrap/hnb659fds/version',
        },
      },
    };
    const { plane, report, api } = loadApi(JSON.stringify(template, undefined, 1));
    expect(api.integrations.values().next().value).toMatchObject({
      IntegrationUri: 'http://Nlb55158F.elb.local/message',
    });
    expect(plane.vpcLinks.values().next().value).toMatchObject({ tags: { team: 'chat' } });
    expect(plane.stage(api.api.ApiId, 'prod')?.snapshot?.routes.size).toBe(1);
    expect(report.ignored.map(({ logicalId }) => logicalId)).toEqual(['Nlb55158F', 'CDKMetadata']);
  });

  it('accepts what the CDK and public templates write without effect: C11', () => {
    const { api } = loadApi(`
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: MOCK, IntegrationUri: ''}
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $default, ApiKeyRequired: true, Target: !Sub 'integrations/\${Mock}'}
`);
    expect(api.integrations.values().next().value).not.toHaveProperty('IntegrationUri');
    expect(api.routes.values().next().value).toMatchObject({ ApiKeyRequired: true });
  });

  it('creates every type that WebSocket APIs use', () => {
    const { plane, report, api } = loadApi(`
Resources:
  Fn: {Type: AWS::Serverless::Function}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: all, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: token
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations
      IdentitySource: [route.request.querystring.token]
  Message:
    Type: AWS::ApiGatewayV2::Model
    Properties:
      ApiId: !Ref Api
      Name: Message
      Schema: {type: object, required: [action], properties: {size: {type: integer, maximum: 5}}}
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: MOCK
      TemplateSelectionExpression: \\$default
      RequestTemplates: {$default: '{"statusCode": 200}'}
      TimeoutInMillis: '5000'
  Answer:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref Api
      IntegrationId: !Ref Mock
      IntegrationResponseKey: $default
      ResponseTemplates: {$default: pong}
      TemplateSelectionExpression: \\$default
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: $connect
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Authorizer
      ApiKeyRequired: 'true'
      Target: !Sub integrations/\${Mock}
  Ping:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: ping
      RequestModels: {$default: Message}
      Target: !Sub integrations/\${Mock}
    DependsOn: Message
  Pong:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref Ping, RouteResponseKey: $default}
  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [Connect, Pong, Answer]
    Properties: {ApiId: !Ref Api}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: dev
      DeploymentId: !GetAtt Deployment.DeploymentId
      StageVariables: {port: 8080, Color: blue}
      DefaultRouteSettings: {ThrottlingBurstLimit: 5, DataTraceEnabled: false}
      RouteSettings: {ping: {ThrottlingRateLimit: 1.5}}
  Domain:
    Type: AWS::ApiGatewayV2::DomainName
    Properties:
      DomainName: ws.example.com
      DomainNameConfigurations: [{CertificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/x'}]
      Tags: {team: chat}
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties: {ApiId: !Ref Api, DomainName: !Ref Domain, Stage: !Ref Stage}
  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties: {Enabled: true, Value: 01234567890123456789}
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      UsagePlanName: gold
      ApiStages: [{ApiId: !Ref Api, Stage: !Ref Stage}]
      Throttle: {BurstLimit: 1, RateLimit: 2}
  Member:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: {KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan}
`);
    expect(report.ignored.map(({ logicalId }) => logicalId)).toEqual(['Fn']);
    expect(api.models.values().next().value?.Schema).toBe(
      '{"type":"object","required":["action"],"properties":{"size":{"type":"integer","maximum":5}}}',
    );
    expect(api.stages.get('dev')).toMatchObject({
      StageVariables: { port: '8080', Color: 'blue' },
      DefaultRouteSettings: { ThrottlingBurstLimit: 5, DataTraceEnabled: false },
      RouteSettings: { ping: { ThrottlingRateLimit: 1.5 } },
    });
    const routes = plane.stage(api.api.ApiId, 'dev')?.snapshot?.routes;
    expect(routes?.get('$connect')).toMatchObject({
      isApiKeyRequired: true,
      authorization: { kind: 'CUSTOM', functionName: 'arn:aws:lambda:eu-central-1:123456789012:function:Fn' },
    });
    expect(routes?.get('ping')).toMatchObject({
      isTwoWay: true,
      integration: { type: 'MOCK', timeoutMs: 5000 },
    });
    const [plan] = plane.usagePlans.values();
    const [key] = plane.apiKeys.values();
    expect(plan).toMatchObject({ name: 'gold', throttle: { burstLimit: 1, rateLimit: 2 } });
    expect(key).toMatchObject({ value: '01234567890123456789', enabled: true });
    expect(plane.usagePlanKeys.get(plan?.id ?? '')).toEqual(new Set([key?.id]));
    const [mapping] = plane.apiMappings.get('ws.example.com')?.values() ?? [];
    expect(mapping).toMatchObject({ ApiId: api.api.ApiId, Stage: 'dev' });
  });

  it('reports a refused resource with file, line and reason', () => {
    const line = CHAT.slice(0, CHAT.indexOf('  Message:')).split('\n').length;
    expect(() => load(CHAT.replace('TimeoutInMillis: 10000', 'TimeoutInMillis: 30000'))).toThrow(
      `chat.yml:${line}:3: Message (AWS::ApiGatewayV2::Integration): TimeoutInMillis is 30000; it must be a whole number from 50 to 29000`,
    );
  });

  it('refuses a v2 link as AWS does', () => {
    const text = CHAT.replace('AWS::ApiGateway::VpcLink', 'AWS::ApiGatewayV2::VpcLink').replace(
      'TargetArns: [!Ref NlbArn]',
      'SubnetIds: [subnet-1]',
    );
    expect(() => load(text)).toThrow(/Connect \(AWS::ApiGatewayV2::Integration\): .* v1 VPC link/);
  });

  it('creates a deployment without dependencies before the routes, as CloudFormation does', () => {
    const text = CHAT.replace('    DependsOn: [ConnectRoute, MessageResponse]\n', '');
    expect(() => load(text)).toThrow(
      'Deployment (AWS::ApiGatewayV2::Deployment): At least one route is required',
    );
  });

  it('deploys the resources that the deployment depends on, and no others', () => {
    const late = `
  Later:
    Type: AWS::ApiGatewayV2::Route
    DependsOn: Stage
    Properties: {ApiId: !Ref Api, RouteKey: later}
`;
    const { plane, api } = loadApi(CHAT + late);
    const snapshot = plane.stage(api.api.ApiId, 'dev')?.snapshot;
    expect([...(snapshot?.routes.keys() ?? [])]).toEqual(['$connect', '$default']);
    expect(api.routes.size).toBe(3);
  });

  it('passes exports to a template that imports them', () => {
    const link = CHAT.slice(CHAT.indexOf('  Link:'), CHAT.indexOf('  Connect:'));
    const parameters = CHAT.slice(CHAT.indexOf('Parameters:'), CHAT.indexOf('Resources:'));
    const network = `${parameters}Resources:\n${link}
Conditions: {Never: !Equals [a, b]}
Outputs:
  Link: {Value: !Ref Link, Export: {Name: !Sub '\${AWS::StackName}-link'}}
  Other: {Value: !Ref Link, Export: {Name: other}, Condition: Never}
  Plain: {Value: !Ref Link}
`;
    const chat = CHAT.replace(link, '').replaceAll('!Ref Link', '!ImportValue local-link');
    const plane = new ControlPlane(SETTINGS);
    const { exports } = loadTemplate(plane, network, { ...SETTINGS, parameters: new Map() });
    expect(exports).toEqual(new Map([['local-link', [...plane.vpcLinks.keys()][0]]]));
    const { apis } = loadTemplate(plane, chat, { ...SETTINGS, parameters: exports });
    expect(apis).toHaveLength(1);
  });

  it('loads several APIs of one template', () => {
    const second = `
  Other:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: other, ProtocolType: WEBSOCKET, RouteSelectionExpression: '\${request.body.a}'}
`;
    expect(load(CHAT + second).report.apis.map(({ logicalId }) => logicalId)).toEqual(['Api', 'Other']);
  });
});

it('a template that exceeds a quota is refused at the first resource over it', () => {
  const authorizers = Array.from(
    { length: 11 },
    (_, index) => `
  Authorizer${index}:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: authorizer${index}
      AuthorizerType: REQUEST
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations
      IdentitySource: [route.request.header.Auth]`,
  );
  const template = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action${authorizers.join('')}
`;
  expect(() => load(template)).toThrow(/Authorizer10 .* Maximum number of Authorizers/);
});
