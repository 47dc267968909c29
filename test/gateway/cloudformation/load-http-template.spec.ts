import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTemplate } from '../../../src/gateway/cloudformation/load-template.js';
import { ControlPlane } from '../../../src/gateway/control/control-plane.js';

const TEMPLATES = join(import.meta.dirname, '../../support/http-api-templates');
const SETTINGS = { region: 'eu-west-1', accountId: '111122223333', fileName: 'api.json' };

function load(text: string) {
  const plane = new ControlPlane(SETTINGS);
  const report = loadTemplate(plane, text, { ...SETTINGS, parameters: new Map() });
  const [api] = plane.httpApis();
  assert(api);
  const stage = plane.httpStage(api.api.ApiId, '$default');
  return { plane, report, api, routes: stage?.snapshot?.routes ?? [], stage };
}

/** What the CDK synthesises for the constructs of its documentation (H13.04). */
const synthesised = (name: string) => load(readFileSync(join(TEMPLATES, name), 'utf8'));

describe('a template that the CDK synthesises is served', () => {
  it('with a Lambda function', () => {
    expect(synthesised('1-lambda.json').routes).toMatchObject([
      {
        routeKey: 'GET /books',
        authorization: { kind: 'NONE' },
        integration: {
          kind: 'function',
          uri: expect.stringMatching(/^arn:aws:lambda:eu-west-1:111122223333:function:/),
          payloadFormatVersion: '2.0',
        },
      },
    ]);
  });

  it('with URLs', () => {
    const { routes } = synthesised('2-url.json');
    expect(routes.map(({ routeKey, integration }) => [routeKey, integration?.kind])).toEqual([
      ['GET /books', 'url'],
      ['GET /books/{proxy+}', 'url'],
      ['POST /books/{proxy+}', 'url'],
    ]);
    expect(routes[0]?.integration).toMatchObject({
      method: 'ANY',
      uri: 'https://get-books-proxy.example.com',
      timeoutMs: 30_000,
    });
  });

  it('with an application load balancer and mapped headers', () => {
    const { plane, routes } = synthesised('3-alb.json');
    const [[linkId] = []] = plane.httpVpcLinks;
    expect(routes).toMatchObject([
      {
        routeKey: '$default',
        pattern: undefined,
        integration: {
          kind: 'private',
          method: 'ANY',
          uri: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/lbA35910C5/lbA35910C5/lblistener657ADDEC',
          vpcLinkId: linkId,
          tls: undefined,
          requestParameters: [
            {
              operation: 'append',
              location: 'header',
              name: 'header2',
              value: [{ kind: 'header', name: 'header1' }],
            },
            { operation: 'remove', location: 'header', name: 'header1' },
          ],
        },
      },
    ]);
  });

  it('with a network load balancer', () => {
    expect(synthesised('4-nlb.json').routes).toMatchObject([
      {
        integration: {
          kind: 'private',
          uri: expect.stringMatching(/:listener\/net\/lb\w+\/lb\w+\/lblistener\w+$/),
        },
      },
    ]);
  });

  it('with a Cloud Map service', () => {
    expect(synthesised('5-cloudmap.json').routes).toMatchObject([
      {
        integration: {
          kind: 'private',
          uri: 'arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-NamespaceServiceCABDF534',
        },
      },
    ]);
  });

  it('with everything else: authorizers, and the action of a service', () => {
    const { plane, api, routes, stage } = synthesised('6-everything.json');
    const served = routes.map(({ routeKey, authorization, integration }) => [
      routeKey,
      authorization.kind,
      integration?.kind,
    ]);
    expect(new Set(served.map((each) => each.join(' · ')))).toEqual(
      new Set([
        'GET /jwt · JWT · function',
        'ANY /lam · CUSTOM · function',
        'ANY /lam1 · CUSTOM · function',
        'POST /iam · AWS_IAM · function',
        'POST /sqs · NONE · service',
      ]),
    );
    expect(stage?.snapshot).toMatchObject({
      isExecuteApiEndpointDisabled: true,
      cors: {
        allowOrigins: ['https://a.example.com'],
        allowMethods: ['GET', '*'],
        allowHeaders: ['authorization'],
        exposeHeaders: ['x-y'],
        maxAge: 300,
        allowCredentials: true,
      },
    });
    const prod = plane.httpStage(api.api.ApiId, 'prod');
    expect(prod?.stageVariables).toEqual({ a: 'b' });
    expect(prod?.routeSettings('POST /iam')).toMatchObject({
      ThrottlingBurstLimit: 5,
      ThrottlingRateLimit: 10,
    });
    expect([...api.authorizers.values()]).toHaveLength(3);
  });

  it('except with a mapping key outside the grammar, which AWS refuses (H8.03)', () => {
    expect(() => synthesised('3b-alb-custom.json')).toThrow(
      /DefaultIntegration.*: Invalid mapping expression specified: .*'myKey'/,
    );
  });
});

const API = `
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: books, ProtocolType: HTTP}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: 'true'}}
  Books:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: ANY
      IntegrationUri: http://books.example
      ResponseParameters: RESPONSES
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: GET /, Target: !Sub 'integrations/\${Books}'}}
`;

describe('a template of an HTTP API', () => {
  it("has CloudFormation's form of response parameters (H8.26)", () => {
    const form = `{"404": {ResponseParameters: [{Destination: 'append:header.x', Source: v}]}}`;
    const { routes } = load(API.replace('RESPONSES', form));
    expect(routes[0]?.integration?.responseParameters).toEqual(
      new Map([
        [
          404,
          [
            {
              operation: 'append',
              location: 'header',
              name: 'x',
              value: ['v'],
              text: { destination: 'append:header.x', source: 'v' },
            },
          ],
        ],
      ]),
    );
  });

  it("is refused with the API's form of response parameters (H8.26)", () => {
    expect(() => load(API.replace('RESPONSES', `{"404": {'append:header.x': v}}`))).toThrow(
      /Books .*extraneous key .* is not permitted/,
    );
  });

  it.each(['Model', 'RouteResponse', 'IntegrationResponse'])('is refused with a %s', (type) => {
    const resource = `  Other: {Type: AWS::ApiGatewayV2::${type}, Properties: {ApiId: !Ref Api, Name: m, Schema: {}}}\n`;
    expect(() => load(API.replace('RESPONSES', '{}') + resource)).toThrow(/Other .*WebSocket APIs/);
  });

  it('creates an API with a Target, and overrides what is managed (H12.04)', () => {
    const { routes, api, stage } = load(`
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: quick, ProtocolType: HTTP, Target: https://books.example/}}
  Overrides:
    Type: AWS::ApiGatewayV2::ApiGatewayManagedOverrides
    Properties:
      ApiId: !Ref Api
      Integration: {TimeoutInMillis: '500'}
      Stage: {StageVariables: {color: blue}}
`);
    expect(routes).toMatchObject([
      { routeKey: '$default', integration: { kind: 'url', method: 'ANY', timeoutMs: 500 } },
    ]);
    expect(stage?.stageVariables).toEqual({ color: 'blue' });
    expect(api.stages.get('$default')?.AutoDeploy).toBe(true);
  });

  it('names load balancers and services by their names and logical ids', () => {
    const text = `
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: books, ProtocolType: HTTP}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: books-lb, Type: network}}
  Listener: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Balancer, Port: 80}}
  Service: {Type: AWS::ServiceDiscovery::Service, Properties: {Name: books}}
  Ecs: {Type: AWS::ECS::Service, Properties: {ServiceName: books-ecs, ServiceRegistries: [{RegistryArn: !GetAtt Service.Arn}]}}
  Link: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: l, SubnetIds: [a]}}
  A: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, ConnectionType: VPC_LINK, ConnectionId: !Ref Link, IntegrationType: HTTP_PROXY, IntegrationMethod: ANY, IntegrationUri: !GetAtt Listener.ListenerArn}}
  B: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, ConnectionType: VPC_LINK, ConnectionId: !Ref Link, IntegrationType: HTTP_PROXY, IntegrationMethod: ANY, IntegrationUri: !Sub '\${Service.Arn}?stage=prod'}}
`;
    const uris = [...load(text).api.integrations.values()].map(({ IntegrationUri }) => IntegrationUri);
    expect(new Set(uris)).toEqual(
      new Set([
        'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/net/books-lb/Balancer/Listener',
        'arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-Service/books/Ecs/books-ecs?stage=prod',
      ]),
    );
  });
});
