import { describe, expect, it } from 'vitest';
import { lint } from '../../../../src/gateway/cloudformation/lint/lint.js';
import { expanded, loaded, sam, SETTINGS } from './expanded.js';

const FUNCTION =
  '  F: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler, Runtime: nodejs24.x}}\n';

/** A template with an API that has these properties besides its functions. */
const api = (properties: string) =>
  sam(
    `Resources:\n${FUNCTION}  Chat:\n    Type: AWS::Serverless::WebSocketApi\n    Properties: {RouteSelectionExpression: $request.body.action, ${properties}}\n`,
  );

const ROUTES = 'Routes: {$connect: {FunctionArn: !GetAtt F.Arn}, sendMessage: {FunctionArn: !GetAtt F.Arn}}';

const functionUri = {
  'Fn::Sub': [
    'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations',
    { FunctionArn: { 'Fn::GetAtt': 'F.Arn' } },
  ],
};

describe('an AWS::Serverless::WebSocketApi', () => {
  it('is an API with routes, integrations, permissions and a stage', () => {
    const { F: _, ...resources } = expanded(api(ROUTES));
    const permission = (route: string) => ({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': 'F.Arn' },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Chat.ApiId}/default/${route}`,
        },
      },
    });
    const integration = {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: { Ref: 'Chat' }, IntegrationType: 'AWS_PROXY', IntegrationUri: functionUri },
    };
    const route = (RouteKey: string, id: string) => ({
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Chat' },
        RouteKey,
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: `${id}Integration` }]] },
      },
    });
    expect(resources).toEqual({
      Chat: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'Chat',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
          Tags: { 'websocketapi:createdBy': 'SAM' },
        },
      },
      ChatConnectRoute: route('$connect', 'ChatConnect'),
      ChatConnectIntegration: integration,
      ChatConnectPermission: permission('$connect'),
      ChatSendmessageRoute: route('sendMessage', 'ChatSendmessage'),
      ChatSendmessageIntegration: integration,
      ChatSendmessagePermission: permission('sendMessage'),
      ChatDefaultStage: {
        Type: 'AWS::ApiGatewayV2::Stage',
        Properties: {
          ApiId: { Ref: 'Chat' },
          StageName: 'default',
          AutoDeploy: true,
          Tags: { 'websocketapi:createdBy': 'SAM' },
        },
      },
    });
  });

  it('is served, and lint finds nothing', () => {
    const { plane, report } = loaded(api(ROUTES));
    expect(report.apis).toMatchObject([{ logicalId: 'Chat', stages: ['default'] }]);
    const [chat] = report.apis;
    expect([...(plane.stage(chat?.apiId ?? '', 'default')?.snapshot?.routes.keys() ?? [])]).toEqual([
      '$connect',
      'sendMessage',
    ]);
    expect(lint(api(ROUTES), SETTINGS)).toEqual([]);
  });

  it('passes its settings on', () => {
    const { plane } = loaded(
      api(`${ROUTES}, Name: chat, Description: all, StageName: Prod, StageVariables: {a: b}, Tags: {c: d}, PropagateTags: true,
      DefaultRouteSettings: {ThrottlingBurstLimit: 5}, RouteSettings: {sendMessage: {ThrottlingBurstLimit: 2}}`),
    );
    const [chat] = plane.webSocketApis();
    expect(chat?.api).toMatchObject({
      Name: 'chat',
      Description: 'all',
      Tags: { c: 'd', 'websocketapi:createdBy': 'SAM' },
    });
    expect([...(chat?.stages.values() ?? [])]).toMatchObject([
      {
        StageName: 'Prod',
        StageVariables: { a: 'b' },
        DefaultRouteSettings: { ThrottlingBurstLimit: 5 },
        RouteSettings: { sendMessage: { ThrottlingBurstLimit: 2 } },
        Tags: { c: 'd' },
      },
    ]);
  });

  it('passes the members of a route on', () => {
    const { plane } = loaded(
      api(
        "Routes: {$connect: {FunctionArn: !GetAtt F.Arn, IntegrationTimeout: 5000, OperationName: open, ApiKeyRequired: true, RequestParameters: {'route.request.header.a': {Required: true}}}}",
      ),
    );
    const [chat] = plane.webSocketApis();
    expect([...(chat?.routes.values() ?? [])]).toMatchObject([
      {
        OperationName: 'open',
        ApiKeyRequired: true,
        RequestParameters: { 'route.request.header.a': { Required: true } },
      },
    ]);
    expect([...(chat?.integrations.values() ?? [])]).toMatchObject([{ TimeoutInMillis: 5000 }]);
  });

  it('has a Lambda authorizer at $connect', () => {
    const text = api(
      `${ROUTES}, Auth: {AuthType: CUSTOM, AuthArn: !GetAtt F.Arn, IdentitySource: [route.request.header.a]}`,
    );
    const { plane } = loaded(text);
    const [chat] = plane.webSocketApis();
    expect([...(chat?.authorizers.values() ?? [])]).toMatchObject([
      {
        Name: 'ChatConnectAuthorizer',
        AuthorizerType: 'REQUEST',
        IdentitySource: ['route.request.header.a'],
      },
    ]);
    expect([...(chat?.routes.values() ?? [])].map((route) => route.AuthorizationType)).toEqual([
      'CUSTOM',
      'NONE',
    ]);
    expect(expanded(text)).toHaveProperty('ChatAuthorizerPermission');
    expect(expanded(text.replace('AuthType', 'InvokeRole: a, AuthType'))).not.toHaveProperty(
      'ChatAuthorizerPermission',
    );
  });

  it('has IAM at $connect', () => {
    const [chat] = loaded(api(`${ROUTES}, Auth: {AuthType: AWS_IAM}`)).plane.webSocketApis();
    expect([...(chat?.routes.values() ?? [])].map((route) => route.AuthorizationType)).toEqual([
      'AWS_IAM',
      'NONE',
    ]);
  });

  it('has a domain name', () => {
    const { plane } = loaded(
      api(
        `${ROUTES}, Domain: {DomainName: chat.example, CertificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/a'}`,
      ),
    );
    expect(plane.apiMapping('chat.example', undefined)).toMatchObject({ stage: 'default' });
  });

  it.each([
    ['Routes: {}', /at least one route/],
    ['Routes: {$other: {FunctionArn: a}}', /must be alphanumeric/],
    ['Routes: {a: {}}', /must have associated function/],
    ['Routes: {a: {FunctionArn: a, RequestParameters: {b: c}}}', /only supported for the \$connect route/],
    [`${ROUTES}, StageName: $default`, /cannot be named \$default/],
    ['Routes: {a: {FunctionArn: a}}, Auth: {AuthType: NONE}', /only available if there is a \$connect route/],
    [`${ROUTES}, Auth: {AuthArn: a}`, /AuthType must be specified/],
    [`${ROUTES}, Auth: {AuthType: CUSTOM}`, /AuthArn must be specified/],
    [`${ROUTES}, Auth: {AuthType: JWT}`, /not one of AWS_IAM, CUSTOM or NONE/],
    [`${ROUTES}, Auth: {AuthType: AWS_IAM, Name: a}`, /No additional configurations/],
    [`${ROUTES}, Unknown: a`, /does not expand the property Unknown/],
  ])('with %s is refused', (properties, message) => {
    expect(() => loaded(api(properties))).toThrow(message);
    expect(() => loaded(api(properties))).toThrow(/^sam\.yaml:6:/);
  });
});
