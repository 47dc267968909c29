interface Properties {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

const properties = (required: string, optional: string): Properties => ({
  required: words(required),
  optional: words(optional),
});

/**
 * The properties of each type of resource, from CloudFormation's schemas as of 2024 and 2025 in
 * https://github.com/aws-cloudformation/cfn-lint, with IpAddressType and RoutingMode, which are newer.
 */
export const PROPERTIES: Readonly<Record<string, Properties>> = {
  'AWS::ApiGatewayV2::Api': properties(
    '',
    'ApiKeySelectionExpression BasePath Body BodyS3Location CorsConfiguration CredentialsArn Description ' +
      'DisableExecuteApiEndpoint DisableSchemaValidation FailOnWarnings IpAddressType Name ProtocolType RouteKey ' +
      'RouteSelectionExpression Tags Target Version',
  ),
  'AWS::ApiGatewayV2::ApiMapping': properties('ApiId DomainName Stage', 'ApiMappingKey'),
  'AWS::ApiGatewayV2::Authorizer': properties(
    'ApiId AuthorizerType Name',
    'AuthorizerCredentialsArn AuthorizerPayloadFormatVersion AuthorizerResultTtlInSeconds AuthorizerUri ' +
      'EnableSimpleResponses IdentitySource IdentityValidationExpression JwtConfiguration',
  ),
  'AWS::ApiGatewayV2::Deployment': properties('ApiId', 'Description StageName'),
  'AWS::ApiGatewayV2::DomainName': properties(
    'DomainName',
    'DomainNameConfigurations MutualTlsAuthentication RoutingMode Tags',
  ),
  'AWS::ApiGatewayV2::Integration': properties(
    'ApiId IntegrationType',
    'ConnectionId ConnectionType ContentHandlingStrategy CredentialsArn Description IntegrationMethod ' +
      'IntegrationSubtype IntegrationUri PassthroughBehavior PayloadFormatVersion RequestParameters RequestTemplates ' +
      'ResponseParameters TemplateSelectionExpression TimeoutInMillis TlsConfig',
  ),
  'AWS::ApiGatewayV2::IntegrationResponse': properties(
    'ApiId IntegrationId IntegrationResponseKey',
    'ContentHandlingStrategy ResponseParameters ResponseTemplates TemplateSelectionExpression',
  ),
  'AWS::ApiGatewayV2::Model': properties('ApiId Name Schema', 'ContentType Description'),
  'AWS::ApiGatewayV2::Route': properties(
    'ApiId RouteKey',
    'ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId ModelSelectionExpression OperationName ' +
      'RequestModels RequestParameters RouteResponseSelectionExpression Target',
  ),
  'AWS::ApiGatewayV2::RouteResponse': properties(
    'ApiId RouteId RouteResponseKey',
    'ModelSelectionExpression ResponseModels ResponseParameters',
  ),
  'AWS::ApiGatewayV2::Stage': properties(
    'ApiId StageName',
    'AccessLogSettings AccessPolicyId AutoDeploy ClientCertificateId DefaultRouteSettings DeploymentId Description ' +
      'RouteSettings StageVariables Tags',
  ),
  'AWS::ApiGatewayV2::ApiGatewayManagedOverrides': properties('ApiId', 'Integration Route Stage'),
  'AWS::ApiGatewayV2::VpcLink': properties('Name SubnetIds', 'SecurityGroupIds Tags'),
  'AWS::ApiGateway::ApiKey': properties(
    '',
    'CustomerId Description Enabled GenerateDistinctId Name StageKeys Tags Value',
  ),
  'AWS::ApiGateway::UsagePlan': properties('', 'ApiStages Description Quota Tags Throttle UsagePlanName'),
  'AWS::ApiGateway::UsagePlanKey': properties('KeyId KeyType UsagePlanId', ''),
  'AWS::ApiGateway::VpcLink': properties('Name TargetArns', 'Description Tags'),
};
