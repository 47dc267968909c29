/**
 * A typical WebSocket API in front of a network load balancer, which works on AWS. Tests replace parts of it by errors.
 */
export const CHAT = `AWSTemplateFormatVersion: 2010-09-09
Parameters:
  NlbDnsName:
    Type: String
    Default: nlb.internal
  NlbArn:
    Type: String
    Default: arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/chat/0123456789abcdef

Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: chat
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action

  Link:
    Type: AWS::ApiGateway::VpcLink
    Properties:
      Name: chat
      TargetArns: [!Ref NlbArn]

  Connect:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: !Sub http://\${NlbDnsName}/connect
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      RequestParameters:
        integration.request.header.ConnectionId: context.connectionId
        integration.request.header.Token: route.request.querystring.token
        integration.request.header.Sec-WebSocket-Version: "'0'"

  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: $connect
      Target: !Sub integrations/\${Connect}
      RequestParameters:
        route.request.querystring.token: {Required: false}

  Message:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: !Sub http://\${NlbDnsName}/message
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      TimeoutInMillis: 10000
      RequestParameters:
        integration.request.header.ConnectionId: context.connectionId

  MessageRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: $default
      Target: !Join ['/', [integrations, !Ref Message]]
      RouteResponseSelectionExpression: $default

  MessageResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties:
      ApiId: !Ref Api
      RouteId: !Ref MessageRoute
      RouteResponseKey: $default

  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [ConnectRoute, MessageResponse]
    Properties:
      ApiId: !Ref Api

  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: dev
      DeploymentId: !Ref Deployment

  TaskRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: ecs-tasks.amazonaws.com}}]
      Policies:
        - PolicyName: callbacks
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: execute-api:ManageConnections
                Resource: !Sub arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/\${Stage}/*
`;
