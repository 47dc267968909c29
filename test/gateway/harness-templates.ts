/** Calls the load balancer `nlb` for the action `say`, with the connection id as a header. */
export const NLB_TEMPLATE = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Link:
    Type: AWS::ApiGateway::VpcLink
    Properties: { Name: nlb, TargetArns: ["arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/1"] }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: http://nlb.internal/say
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      RequestParameters: { integration.request.header.ConnectionId: context.connectionId }
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: say, Target: !Sub "integrations/\${Integration}" }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true }
`;

/** Responds to every message with the result of the function `echo`. */
export const ECHO_TEMPLATE = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: echo, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:echo/invocations
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub "integrations/\${Integration}" }
  Response:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: { ApiId: !Ref Api, RouteId: !Ref Route, RouteResponseKey: $default }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true }
`;

/** An HTTP API: `GET /books` by the listener `Listener`, with a mapped header; `ANY /fn/{id}` by the function `fn`. */
export const BOOKS_TEMPLATE = `
Resources:
  Books:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: books
      ProtocolType: HTTP
      CorsConfiguration: { AllowOrigins: [ "https://shop.example" ], AllowMethods: [ GET ] }
  VpcLink:
    Type: AWS::ApiGatewayV2::VpcLink
    Properties: { Name: books, SubnetIds: [ subnet-1 ] }
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
  Private:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Books
      IntegrationType: HTTP_PROXY
      IntegrationMethod: ANY
      IntegrationUri: !Ref Listener
      ConnectionType: VPC_LINK
      ConnectionId: !Ref VpcLink
      PayloadFormatVersion: '1.0'
      TimeoutInMillis: 5000
      RequestParameters: { "append:header.x-tenant": $request.querystring.tenant, "remove:header.x-internal": "''" }
      ResponseParameters:
        "200": { ResponseParameters: [ { Destination: "append:header.x-served", Source: $context.routeKey } ] }
  Function:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Books
      IntegrationType: AWS_PROXY
      IntegrationUri: arn:aws:lambda:us-east-1:000000000000:function:fn
      PayloadFormatVersion: '2.0'
  GetBooks:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Books, RouteKey: GET /books, Target: !Sub "integrations/\${Private}" }
  AnyFunction:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Books, RouteKey: "ANY /fn/{id}", Target: !Sub "integrations/\${Function}" }
  BooksStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Books, StageName: $default, AutoDeploy: true }
`;

/** An HTTP API: `GET /blue` and `GET /green` by the instances of a Cloud Map service with that color. */
export const CLOUD_MAP_TEMPLATE = `
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: colors, ProtocolType: HTTP } }
  VpcLink: { Type: AWS::ApiGatewayV2::VpcLink, Properties: { Name: colors, SubnetIds: [ subnet-1 ] } }
  Service: { Type: AWS::ServiceDiscovery::Service, Properties: { Name: colors } }
  Green:
    Type: AWS::ServiceDiscovery::Instance
    Properties: { ServiceId: !Ref Service, InstanceAttributes: { AWS_INSTANCE_IPV4: 10.0.0.1, color: green } }
${['blue', 'green']
  .map(
    (color) => `
  ${color}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: ANY
      IntegrationUri: !Sub "\${Service.Arn}?color=${color}"
      ConnectionType: VPC_LINK
      ConnectionId: !Ref VpcLink
      PayloadFormatVersion: '1.0'
  ${color}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: GET /${color}, Target: !Sub "integrations/\${${color}Integration}" }
`,
  )
  .join('')}
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
`;
