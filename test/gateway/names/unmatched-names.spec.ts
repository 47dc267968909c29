import { afterEach, describe, expect, it } from 'vitest';
import { type Gateway } from '../../../src/gateway/gateway.js';
import { type GatewayOptions } from '../../../src/gateway/gateway-options.js';
import { startGateway } from '../../support/deployed-gateway.js';

let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

type Names = Readonly<
  Partial<Record<'targets' | 'functions' | 'parameters' | 'endpoints' | 'issuers', readonly string[]>>
>;

const URL_OF_FUNCTION = new URL('http://127.0.0.1:1');
const asMap = <T>(names: readonly string[] = [], value: (name: string) => T) =>
  new Map(names.map((name) => [name, value(name)]));

/** The names that match nothing, of a gateway with this template and these settings. */
async function unmatched(
  template: string | undefined,
  { targets, functions, parameters, endpoints, issuers }: Names,
) {
  const options: Partial<GatewayOptions> = {
    templates: template === undefined ? [] : [{ fileName: 'template.yaml', text: template }],
    targets: asMap(targets, () => '127.0.0.1:1'),
    functions: asMap(functions, () => ({ kind: 'endpoint' as const, url: URL_OF_FUNCTION })),
    parameters: asMap(parameters, (name) => name),
    issuers: asMap(issuers, () => 'http://127.0.0.1:1'),
    services: { endpoints: asMap(endpoints, () => URL_OF_FUNCTION), credentials: undefined },
  };
  gateway = await startGateway(options);
  return gateway.unmatchedNames();
}

const names = async (template: string | undefined, given: Names) =>
  (await unmatched(template, given)).map(({ setting, name }) => `${setting} ${name}`);

const HTTP_API = `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: books, ProtocolType: HTTP } }
  Link: { Type: AWS::ApiGatewayV2::VpcLink, Properties: { Name: books, SubnetIds: [subnet-1] } }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Api, StageName: dev, StageVariables: { fn: staged, listener: lb } }
`;

const integration = (id: string, properties: string) => `
  ${id}: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, ${properties} } }
`;

const privately = (uri: string) =>
  `IntegrationType: HTTP_PROXY, IntegrationMethod: ANY, PayloadFormatVersion: '1.0', ConnectionType: VPC_LINK, ConnectionId: !Ref Link, IntegrationUri: ${uri}`;

describe('a name in the settings has a meaning if it is', () => {
  it('that of a load balancer, listener, Cloud Map service or instance of the template', async () => {
    const template = `
Resources:${HTTP_API}
  LoadBalancer: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Name: books-lb } }
  Listener: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: !Ref LoadBalancer } }
  Service: { Type: AWS::ServiceDiscovery::Service, Properties: { Name: books } }
  Ecs: { Type: AWS::ECS::Service, Properties: { ServiceRegistries: [{ RegistryArn: !GetAtt Service.Arn }] } }
  Blue: { Type: AWS::ServiceDiscovery::Instance, Properties: { ServiceId: !Ref Service, InstanceId: b-1 } }
`;
    const arn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/books-lb/LoadBalancer';
    const targets = ['LoadBalancer', 'books-lb', arn, 'Listener', 'Service', 'books', 'Ecs', 'Blue', 'b-1'];
    expect(await names(template, { targets: [...targets, 'Lisener'] })).toEqual(['targets Lisener']);
  });

  it('that of a target to which an integration leads, in any stage, or a VPC link of v1', async () => {
    const listener = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app';
    const template = `
Resources:${HTTP_API}
  Old:
    Type: AWS::ApiGateway::VpcLink
    Properties: { Name: old, TargetArns: ["arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/1"] }
${integration('Fixed', privately(`${listener}/fixed/1/2`))}
${integration('Staged', privately(`"${listener}/\${stageVariables.listener}/1/2"`))}
`;
    expect(await names(template, { targets: ['fixed', 'lb', 'nlb', 'other'] })).toEqual(['targets other']);
  });

  it('that of a function of the template, or of one to which an integration or an authorizer refers', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function';
    const template = `
Resources:${HTTP_API}
  Fn: { Type: AWS::Lambda::Function, Properties: { FunctionName: named } }
  Prod: { Type: AWS::Lambda::Alias, Properties: { FunctionName: !Ref Fn, Name: prod } }
${integration('ByArn', `IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: '${arn}:elsewhere'`)}
${integration('ByStage', `IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: '\${stageVariables.fn}'`)}
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Authorizer:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Chat
      Name: a
      AuthorizerType: REQUEST
      IdentitySource: [route.request.querystring.token]
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}:checker/invocations
`;
    const functions = ['named', 'named:prod', `${arn}:named`, 'elsewhere', 'checker', 'namd', 'named:dev'];
    expect(await names(template, { functions })).toEqual(['functions namd', 'functions named:dev']);
  });

  it('a parameter, an imported export or a dynamic reference', async () => {
    const template = `
Parameters: { Level: { Type: String }, Unused: { Type: String, Default: x } }
Conditions: { Never: !Equals [a, b] }
Resources:${HTTP_API}
  Named:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ProtocolType: HTTP
      Name: !ImportValue other-stack:name
      Description: !Join ['', ['{{resolve:ssm:', !Ref Level, '}}']]
  Absent: { Type: AWS::SNS::Topic, Condition: Never, Properties: { TopicName: !ImportValue never-read } }
`;
    const parameters = [
      'Level',
      'Unused',
      'other-stack:name',
      'resolve:ssm:Level',
      'never-read',
      'Name',
      'no-such',
    ];
    expect(await names(template, { parameters })).toEqual(['parameters Name', 'parameters no-such']);
  });

  it('that of a service that an integration calls', async () => {
    const template = `
Resources:${HTTP_API}
${integration('Queue', "IntegrationType: AWS_PROXY, IntegrationSubtype: SQS-SendMessage, PayloadFormatVersion: '1.0', CredentialsArn: 'arn:aws:iam::000000000000:role/r', RequestParameters: { QueueUrl: q, MessageBody: m }")}
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Table:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Chat
      IntegrationType: AWS
      IntegrationMethod: POST
      IntegrationUri: arn:aws:apigateway:us-east-1:dynamodb:action/PutItem
`;
    const endpoints = ['sqs', 'dynamodb', 'sns'];
    expect(await unmatched(template, { endpoints })).toEqual([
      { setting: 'endpoints', name: 'sns', known: ['dynamodb', 'sqs'] },
    ]);
  });
});

it('names an issuer that no JWT authorizer has, and those that there are', async () => {
  const template = `
Resources:${HTTP_API}
  Jwt:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration: { Audience: [a], Issuer: https://login.example }
`;
  const issuers = ['https://login.example', 'https://login.example/'];
  expect(await unmatched(template, { issuers })).toEqual([
    { setting: 'issuers', name: 'https://login.example/', known: ['https://login.example'] },
  ]);
});

it('says nothing of a gateway without a template, because the control plane may create everything later', async () => {
  expect(await names(undefined, { targets: ['a'], functions: ['b'], parameters: ['c'] })).toEqual([]);
});

it('lists neither ARNs nor generated ids, and each name once', async () => {
  const template = `Resources:${HTTP_API}
  Listener: { Type: AWS::ElasticLoadBalancingV2::Listener }
${integration('First', privately('!Ref Listener'))}
${integration('Other', privately('arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/lb/50dc6c495c0c9188/1'))}
`;
  expect(await unmatched(template, { targets: ['x'] })).toEqual([
    { setting: 'targets', name: 'x', known: ['Listener', 'lb'] },
  ]);
});
