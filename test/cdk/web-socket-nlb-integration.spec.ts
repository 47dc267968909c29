import { App, Duration, Stack } from 'aws-cdk-lib';
import { VpcLink } from 'aws-cdk-lib/aws-apigateway';
import { WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { type INetworkLoadBalancer, NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { lint } from '../../src/gateway/cloudformation/lint/lint.js';
import { parseParameterMapping } from '../../src/gateway/mapping/request-parameters.js';
import { WebSocketNlbIntegration } from '../../src/cdk/web-socket-nlb-integration.js';
import { MappingSource, WebSocketParameterMapping } from '../../src/cdk/web-socket-parameter-mapping.js';

type Props = ConstructorParameters<typeof WebSocketNlbIntegration>[1];

/** A stack with an API, and the resources that its routes need. */
function stack() {
  const app = new Stack(new App({ analyticsReporting: false }), 'Test');
  const vpc = Vpc.fromVpcAttributes(app, 'Vpc', {
    vpcId: 'vpc-01234567',
    availabilityZones: ['a'],
    privateSubnetIds: ['subnet-01234567'],
  });
  const loadBalancer = new NetworkLoadBalancer(app, 'Nlb', { vpc });
  const vpcLink = new VpcLink(app, 'Link', { targets: [loadBalancer as INetworkLoadBalancer] });
  const api = new WebSocketApi(app, 'Api');
  const integration = (props: Partial<Props>) =>
    new WebSocketNlbIntegration('Integration', { vpcLink, loadBalancer, ...props });
  return { app, api, integration };
}

const LINK = { Ref: Match.stringLikeRegexp('^Link') };
const connectionId = () =>
  new WebSocketParameterMapping().header('ConnectionId', MappingSource.context('connectionId'));

// the first test waits until the library is loaded
describe('WebSocketNlbIntegration', () => {
  it('sends a POST through the VPC link to the load balancer', () => {
    const { app, api, integration } = stack();
    api.addRoute('$default', {
      integration: integration({ path: '/message', parameterMapping: connectionId() }),
    });
    Template.fromStack(app).hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'POST',
      ConnectionType: 'VPC_LINK',
      ConnectionId: LINK,
      IntegrationUri: {
        'Fn::Join': [
          '',
          ['http://', { 'Fn::GetAtt': [Match.stringLikeRegexp('^Nlb'), 'DNSName'] }, '/message'],
        ],
      },
      RequestParameters: { 'integration.request.header.ConnectionId': 'context.connectionId' },
    });
  });

  it('declares on $connect the parameters of the handshake that it reads, and passes gateway lint', () => {
    const { app, api, integration } = stack();
    const parameterMapping = connectionId()
      .header('Token', MappingSource.requestQueryString('token'))
      .queryString('languages', MappingSource.requestMultiValueHeader('Accept-Language'));
    api.addRoute('$connect', { integration: integration({ parameterMapping }) });
    const template = Template.fromStack(app);
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: '$connect',
      RequestParameters: {
        'route.request.querystring.token': { Required: false },
        'route.request.header.Accept-Language': { Required: false },
      },
    });
    expect(lint(JSON.stringify(template.toJSON()), { fileName: 'test.json' })).toMatchObject([
      { rule: 'upgrade-headers', severity: 'hint' },
    ]);
  });

  it('can be shared by several routes of an API', () => {
    const { app, api, integration } = stack();
    const shared = integration({ parameterMapping: connectionId() });
    api.addRoute('$default', { integration: shared, returnResponse: true });
    api.addRoute('join', { integration: shared });
    const template = Template.fromStack(app);
    template.resourceCountIs('AWS::ApiGatewayV2::Integration', 1);
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', { ConnectionId: LINK });
    template.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 1);
  });

  it('uses HTTPS with the name on the certificate, on any port', () => {
    const { app, api, integration } = stack();
    api.addRoute('$default', {
      integration: integration({ tls: { serverName: 'ws.example.com' }, port: 8443 }),
    });
    Template.fromStack(app).hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationUri: 'https://ws.example.com:8443/',
    });
  });

  it('creates an HTTP integration with templates', () => {
    const { app, api, integration } = stack();
    const templates = {
      requestTemplates: { $default: '{"id": "$context.connectionId"}' },
      templateSelectionExpression: String.raw`\$default`,
    };
    api.addRoute('$default', { integration: integration({ templates, timeout: Duration.millis(50) }) });
    Template.fromStack(app).hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'HTTP',
      ConnectionType: 'VPC_LINK',
      RequestTemplates: templates.requestTemplates,
      TemplateSelectionExpression: String.raw`\$default`,
      TimeoutInMillis: 50,
    });
  });

  it.each([
    ['less than 50 ms', { timeout: Duration.millis(49) }],
    ['more than 29 s', { timeout: Duration.millis(29_001) }],
    ['a port that is none', { port: 0 }],
    ['a relative path', { path: 'message' }],
    ['a path with a gap', { path: '/rooms/{room}' }],
    [
      'a value that the path does not have',
      { parameterMapping: new WebSocketParameterMapping().path('room', MappingSource.literal('1')) },
    ],
  ])('refuses %s', (_, props) => {
    expect(() => stack().integration(props)).toThrow(/50|port|path/);
  });

  it.each([
    ['header', MappingSource.requestHeader('Origin')],
    ['query string', MappingSource.requestQueryString('token')],
  ])('refuses a %s on a message route, which has no handshake', (_, source) => {
    const { api, integration } = stack();
    const parameterMapping = new WebSocketParameterMapping().header('X', source);
    expect(() => api.addRoute('$default', { integration: integration({ parameterMapping }) })).toThrow(
      '$connect',
    );
  });
});

describe('WebSocketParameterMapping', () => {
  const EVERY_SOURCE = [
    ['context.connectionId', MappingSource.context('connectionId')],
    ['context.authorizer.tenant', MappingSource.context('authorizer.tenant')],
    ['stageVariables.tier', MappingSource.stageVariable('tier')],
    ['route.request.header.Origin', MappingSource.requestHeader('Origin')],
    ['route.request.querystring.token', MappingSource.requestQueryString('token')],
    ['route.request.multivalueheader.Cookie', MappingSource.requestMultiValueHeader('Cookie')],
    ['route.request.multivaluequerystring.tag', MappingSource.requestMultiValueQueryString('tag')],
    ['route.request.body', MappingSource.requestBody()],
    ['route.request.body.data.id', MappingSource.requestBody('data.id')],
    ["'gold'", MappingSource.literal('gold')],
  ] as const;

  it.each(EVERY_SOURCE)('has a source for %s, which API Gateway accepts', (expression, source) => {
    expect(source.expression).toBe(expression);
    expect(() => parseParameterMapping('integration.request.header.X', expression)).not.toThrow();
  });

  it('reads RequestParameters back unchanged', () => {
    const sources = EVERY_SOURCE.map(([expression], index) => [
      `integration.request.header.H${index}`,
      expression,
    ]);
    const parameters = { ...Object.fromEntries(sources), 'integration.request.path.room': "'1'" } as const;
    const mapping = WebSocketParameterMapping.fromRequestParameters(parameters);
    expect(mapping.requestParameters).toEqual(parameters);
    expect(mapping.pathNames).toEqual(['room']);
    expect(mapping.declarations).toEqual([
      'route.request.header.Origin',
      'route.request.querystring.token',
      'route.request.header.Cookie',
      'route.request.querystring.tag',
    ]);
  });

  it.each([
    ['a quote in a literal', () => MappingSource.literal("it's")],
    ['an empty literal', () => MappingSource.literal('')],
    ['a literal over 510 characters', () => MappingSource.literal('x'.repeat(511))],
    ['a name with a space', () => MappingSource.requestHeader('User Agent')],
    ['an empty name', () => MappingSource.stageVariable('')],
    ["the HTTP APIs' sources", () => MappingSource.parse('$context.connectionId')],
    [
      "the HTTP APIs' destinations",
      () => WebSocketParameterMapping.fromRequestParameters({ 'overwrite:header.X': 'context.stage' }),
    ],
    [
      'a header twice, in different case',
      () => connectionId().header('connectionid', MappingSource.literal('x')),
    ],
  ])('refuses %s', (_, make) => {
    expect(make).toThrow(/quote|characters|name|source|destination|already/);
  });
});
