/**
 * A typical HTTP API in front of an application load balancer, which works on AWS. Tests replace parts of it by errors.
 */
export const BOOKS = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: books
      ProtocolType: HTTP
      CorsConfiguration: {AllowOrigins: ['https://books.example']}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}}
  Link: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: link, SubnetIds: [subnet-1]}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: application}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties: {LoadBalancerArn: !Ref Balancer, Port: 80, Protocol: HTTP}
  Service:
    Type: AWS::ServiceDiscovery::Service
    Properties: {DnsConfig: {DnsRecords: [{Type: SRV, TTL: 60}]}}
  Books:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: ANY
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      IntegrationUri: !Ref Listener
      PayloadFormatVersion: '1.0'
      RequestParameters:
        append:header.x: $request.header.y
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: GET /books
      AuthorizationType: NONE
      Target: !Sub integrations/\${Books}
`;
