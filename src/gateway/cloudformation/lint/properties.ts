interface Properties {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

const of = (required: string, optional: string): Properties => ({
  required: words(required),
  optional: words(optional),
});

/**
 * What each type of resource has: CloudFormation's own schemas, in the copies of 2024 and 2025 that
 * https://github.com/aws-cloudformation/cfn-lint keeps, with IpAddressType and RoutingMode, which came later.
 */
export const PROPERTIES: Readonly<Record<string, Properties>> = {
  'AWS::ApiGatewayV2::Api': of(
    '',
    'ApiKeySelectionExpression BasePath Body BodyS3Location CorsConfiguration CredentialsArn Description ' +
      'DisableExecuteApiEndpoint DisableSchemaValidation FailOnWarnings IpAddressType Name ProtocolType RouteKey ' +
      'RouteSelectionExpression Tags Target Version',
  ),
  'AWS::ApiGatewayV2::ApiMapping': of('ApiId DomainName Stage', 'ApiMappingKey'),
  'AWS::ApiGatewayV2::Authorizer': of(
    'ApiId AuthorizerType Name',
    'AuthorizerCredentialsArn AuthorizerPayloadFormatVersion AuthorizerResultTtlInSeconds AuthorizerUri ' +
      'EnableSimpleResponses IdentitySource IdentityValidationExpression JwtConfiguration',
  ),
  'AWS::ApiGatewayV2::Deployment': of('ApiId', 'Description StageName'),
  'AWS::ApiGatewayV2::DomainName': of(
    'DomainName',
    'DomainNameConfigurations MutualTlsAuthentication RoutingMode Tags',
  ),
  'AWS::ApiGatewayV2::Integration': of(
    'ApiId IntegrationType',
    'ConnectionId ConnectionType ContentHandlingStrategy CredentialsArn Description IntegrationMethod ' +
      'IntegrationSubtype IntegrationUri PassthroughBehavior PayloadFormatVersion RequestParameters RequestTemplates ' +
      'ResponseParameters TemplateSelectionExpression TimeoutInMillis TlsConfig',
  ),
  'AWS::ApiGatewayV2::IntegrationResponse': of(
    'ApiId IntegrationId IntegrationResponseKey',
    'ContentHandlingStrategy ResponseParameters ResponseTemplates TemplateSelectionExpression',
  ),
  'AWS::ApiGatewayV2::Model': of('ApiId Name Schema', 'ContentType Description'),
  'AWS::ApiGatewayV2::Route': of(
    'ApiId RouteKey',
    'ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId ModelSelectionExpression OperationName ' +
      'RequestModels RequestParameters RouteResponseSelectionExpression Target',
  ),
  'AWS::ApiGatewayV2::RouteResponse': of(
    'ApiId RouteId RouteResponseKey',
    'ModelSelectionExpression ResponseModels ResponseParameters',
  ),
  'AWS::ApiGatewayV2::Stage': of(
    'ApiId StageName',
    'AccessLogSettings AccessPolicyId AutoDeploy ClientCertificateId DefaultRouteSettings DeploymentId Description ' +
      'RouteSettings StageVariables Tags',
  ),
  'AWS::ApiGateway::ApiKey': of(
    '',
    'CustomerId Description Enabled GenerateDistinctId Name StageKeys Tags Value',
  ),
  'AWS::ApiGateway::UsagePlan': of('', 'ApiStages Description Quota Tags Throttle UsagePlanName'),
  'AWS::ApiGateway::UsagePlanKey': of('KeyId KeyType UsagePlanId', ''),
  'AWS::ApiGateway::VpcLink': of('Name TargetArns', 'Description Tags'),
};
