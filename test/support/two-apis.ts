/**
 * A template with two APIs of one backend. `chat` is a WebSocket API: `$connect`, `$disconnect` and `$default` are one-way,
 * `ask` is two-way. `books` is an HTTP API: its `$default` route passes everything on.
 */
export const twoApis = (backendUrl: string) => ({
  Resources: {
    Chat: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    ...Object.fromEntries(
      ['$connect', '$disconnect', '$default', 'ask'].flatMap((key) => Object.entries(route(key, backendUrl))),
    ),
    AskResponse: {
      Type: 'AWS::ApiGatewayV2::RouteResponse',
      Properties: { ApiId: { Ref: 'Chat' }, RouteId: { Ref: 'RouteAsk' }, RouteResponseKey: '$default' },
    },
    ChatStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      DependsOn: ['RouteConnect', 'RouteDisconnect', 'RouteDefault', 'RouteAsk', 'AskResponse'],
      Properties: { ApiId: { Ref: 'Chat' }, StageName: 'dev', AutoDeploy: true },
    },
    Books: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'books', ProtocolType: 'HTTP' } },
    BooksIntegration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Books' },
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'ANY',
        IntegrationUri: `${backendUrl}/{proxy}`,
        PayloadFormatVersion: '1.0',
      },
    },
    BooksRoute: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Books' },
        RouteKey: 'ANY /{proxy+}',
        Target: { 'Fn::Sub': 'integrations/${BooksIntegration}' },
      },
    },
    BooksStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      DependsOn: 'BooksRoute',
      Properties: { ApiId: { Ref: 'Books' }, StageName: '$default', AutoDeploy: true },
    },
  },
});

function route(routeKey: string, backendUrl: string) {
  const path = routeKey.replace('$', '').replace('default', 'message');
  const name = routeKey.replace('$', '').replace(/^./, (letter) => letter.toUpperCase());
  return {
    [`Integration${name}`]: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Chat' },
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: `${backendUrl}/${path}`,
        RequestParameters: {
          'integration.request.header.ConnectionId': 'context.connectionId',
          ...(routeKey === '$connect' && {
            'integration.request.header.Name': 'route.request.querystring.name',
            'integration.request.header.Token': 'route.request.querystring.token',
          }),
        },
      },
    },
    [`Route${name}`]: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Chat' },
        RouteKey: routeKey,
        Target: { 'Fn::Sub': `integrations/\${Integration${name}}` },
        ...(routeKey === 'ask' && { RouteResponseSelectionExpression: '$default' }),
        ...(routeKey === '$connect' && {
          RequestParameters: {
            'route.request.querystring.name': { Required: false },
            'route.request.querystring.token': { Required: false },
          },
        }),
      },
    },
  };
}
