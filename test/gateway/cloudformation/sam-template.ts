/** A template of SAM with all that its expansion reads. */
export const SAM = `Transform: AWS::Serverless-2016-10-31
Conditions: {Always: !Equals [a, a]}
Globals:
  HttpApi: {Tags: {a: b}, CorsConfiguration: {AllowOrigins: ['https://a.example']}}
Resources:
  Books:
    Type: AWS::Serverless::Function
    Condition: Always
    Properties:
      Handler: app.handler
      Runtime: nodejs24.x
      CodeUri: src/
      Events:
        Get:
          Type: HttpApi
          Properties:
            ApiId: !Ref Api
            Path: /books/{id}
            Method: get
            TimeoutInMillis: 5000
            PayloadFormatVersion: '1.0'
            Auth: {Authorizer: NONE}
            RouteSettings: {ThrottlingBurstLimit: 7}
        All: {Type: HttpApi}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: $default
      Name: books
      Domain: {DomainName: books.example, CertificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/a', BasePath: [v1]}
      Auth:
        DefaultAuthorizer: jwt
        Authorizers:
          jwt: {IdentitySource: $request.header.a, JwtConfiguration: {Issuer: https://a.example, Audience: [b]}}
          lambda:
            FunctionArn: !GetAtt Books.Arn
            AuthorizerPayloadFormatVersion: 2.0
            Identity: {Headers: [a], ReauthorizeEvery: 60}
      DefinitionBody:
        openapi: 3.0.1
        info: {title: !Ref AWS::StackName, version: 1.0}
        paths:
          /other:
            get:
              security: [{jwt: [read]}]
              x-amazon-apigateway-integration: {type: http_proxy, httpMethod: GET, uri: https://b.example, payloadFormatVersion: 1.0}
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt Books.Arn, IdentitySource: [route.request.header.a]}
      Routes:
        $connect: {FunctionArn: !GetAtt Books.Arn}
        send: {FunctionArn: !GetAtt Books.Arn, IntegrationTimeout: 5000}
Outputs:
  Url: {Value: !Sub 'https://\${Api}/\${Api.Stage}', Export: {Name: url}}
`;
