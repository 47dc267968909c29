import {
  type Complete,
  completeApi,
  completeAuthorizer,
  completeDomainName,
  completeIntegration,
  completePermission,
  completeRoute,
  completeStage,
  completeUsagePlan,
} from './provider-forms.js';

/** How a type of the AWS provider is read: as a type of CloudFormation. */
export interface ResourceKind {
  readonly type: string;
  /** Attribute → property. */
  readonly properties: ReadonlyMap<string, string>;
  /** What the provider does besides renaming when it creates the resource. */
  readonly complete?: Complete;
}

/** The kind of a type such as `aws_lb`; `undefined` for a type that has no part in serving an API. */
export const kindOf = (type: string): ResourceKind | undefined => KINDS.get(type);

/** The types of resource that an attribute may name; `undefined` for an attribute that names none. */
export const referredTypes = (type: string, attribute: string): readonly string[] | undefined =>
  // of an API that is created with an integration and a route
  REFERRED_TYPES[type === 'aws_apigatewayv2_api' && attribute === 'target' ? 'authorizer_uri' : attribute];

/** Attributes with the id, name or ARN of another resource, by the types that it may have. */
const REFERRED_TYPES: Readonly<Record<string, readonly string[] | undefined>> = {
  api_id: ['aws_apigatewayv2_api'],
  authorizer_id: ['aws_apigatewayv2_authorizer'],
  authorizer_uri: ['aws_lambda_function', 'aws_lambda_alias'],
  connection_id: ['aws_api_gateway_vpc_link', 'aws_apigatewayv2_vpc_link'],
  deployment_id: ['aws_apigatewayv2_deployment'],
  domain_name: ['aws_apigatewayv2_domain_name'],
  integration_id: ['aws_apigatewayv2_integration'],
  integration_uri: [
    'aws_lambda_function',
    'aws_lambda_alias',
    'aws_lb_listener',
    'aws_alb_listener',
    'aws_service_discovery_service',
  ],
  key_id: ['aws_api_gateway_api_key'],
  load_balancer_arn: ['aws_lb', 'aws_alb'],
  registry_arn: ['aws_service_discovery_service'],
  route_id: ['aws_apigatewayv2_route'],
  service_id: ['aws_service_discovery_service'],
  stage: ['aws_apigatewayv2_stage'],
  target: ['aws_apigatewayv2_integration'],
  target_arns: ['aws_lb', 'aws_alb'],
  usage_plan_id: ['aws_api_gateway_usage_plan'],
};

/** Attributes that change nothing here: one that is known after apply has a placeholder value. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set(
  'authorizer_credentials_arn certificate_arn credentials_arn description destination_arn ownership_verification_certificate_arn security_group_ids source_arn subnet_ids tags truststore_uri truststore_version'.split(
    ' ',
  ),
);

/** Attributes that are maps: their keys are the user's own. */
export const MAP_ATTRIBUTES: ReadonlySet<string> = new Set(
  'attributes mappings request_models request_parameters request_templates response_models response_templates stage_variables tags'.split(
    ' ',
  ),
);

/** @param attributes with the same name, or `attribute:Property` */
function kind(type: string, attributes: string, complete?: Complete): ResourceKind {
  const properties = new Map(
    attributes.split(' ').map((text) => {
      const [attribute = '', property = propertyName(attribute)] = text.split(':');
      return [attribute, property] as const;
    }),
  );
  return { type, properties, ...(complete && { complete }) };
}

/** `integration_uri` → `IntegrationUri` */
export const propertyName = (attribute: string): string =>
  attribute.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const KINDS: ReadonlyMap<string, ResourceKind> = new Map<string, ResourceKind>([
  [
    'aws_apigatewayv2_api',
    kind(
      'AWS::ApiGatewayV2::Api',
      'api_key_selection_expression body cors_configuration credentials_arn description disable_execute_api_endpoint fail_on_warnings ip_address_type name protocol_type route_key route_selection_expression tags target version',
      completeApi,
    ),
  ],
  [
    'aws_apigatewayv2_api_mapping',
    kind('AWS::ApiGatewayV2::ApiMapping', 'api_id api_mapping_key domain_name stage'),
  ],
  [
    'aws_apigatewayv2_authorizer',
    kind(
      'AWS::ApiGatewayV2::Authorizer',
      'api_id authorizer_credentials_arn authorizer_payload_format_version authorizer_result_ttl_in_seconds authorizer_type authorizer_uri enable_simple_responses identity_sources:IdentitySource jwt_configuration name',
      completeAuthorizer,
    ),
  ],
  ['aws_apigatewayv2_deployment', kind('AWS::ApiGatewayV2::Deployment', 'api_id description')],
  [
    'aws_apigatewayv2_domain_name',
    kind(
      'AWS::ApiGatewayV2::DomainName',
      'domain_name domain_name_configuration:DomainNameConfigurations mutual_tls_authentication routing_mode tags',
      completeDomainName,
    ),
  ],
  [
    'aws_apigatewayv2_integration',
    kind(
      'AWS::ApiGatewayV2::Integration',
      'api_id connection_id connection_type content_handling_strategy credentials_arn description integration_method integration_subtype integration_type integration_uri passthrough_behavior payload_format_version request_parameters request_templates response_parameters template_selection_expression timeout_milliseconds:TimeoutInMillis tls_config',
      completeIntegration,
    ),
  ],
  [
    'aws_apigatewayv2_integration_response',
    kind(
      'AWS::ApiGatewayV2::IntegrationResponse',
      'api_id content_handling_strategy integration_id integration_response_key response_templates template_selection_expression',
    ),
  ],
  ['aws_apigatewayv2_model', kind('AWS::ApiGatewayV2::Model', 'api_id content_type description name schema')],
  [
    'aws_apigatewayv2_route',
    kind(
      'AWS::ApiGatewayV2::Route',
      'api_id api_key_required authorization_scopes authorization_type authorizer_id model_selection_expression operation_name request_models request_parameter:RequestParameters route_key route_response_selection_expression target',
      completeRoute,
    ),
  ],
  [
    'aws_apigatewayv2_route_response',
    kind(
      'AWS::ApiGatewayV2::RouteResponse',
      'api_id model_selection_expression response_models route_id route_response_key',
    ),
  ],
  [
    'aws_apigatewayv2_stage',
    kind(
      'AWS::ApiGatewayV2::Stage',
      'access_log_settings api_id auto_deploy client_certificate_id default_route_settings deployment_id description name:StageName route_settings stage_variables tags',
      completeStage,
    ),
  ],
  [
    'aws_apigatewayv2_vpc_link',
    kind('AWS::ApiGatewayV2::VpcLink', 'name security_group_ids subnet_ids tags'),
  ],
  ['aws_api_gateway_vpc_link', kind('AWS::ApiGateway::VpcLink', 'description name target_arns')],
  ['aws_api_gateway_api_key', kind('AWS::ApiGateway::ApiKey', 'customer_id description enabled name value')],
  [
    'aws_api_gateway_usage_plan',
    kind(
      'AWS::ApiGateway::UsagePlan',
      'api_stages description name:UsagePlanName quota_settings:Quota throttle_settings:Throttle',
      completeUsagePlan,
    ),
  ],
  ['aws_api_gateway_usage_plan_key', kind('AWS::ApiGateway::UsagePlanKey', 'key_id key_type usage_plan_id')],
  ...['aws_lb', 'aws_alb'].flatMap((type): [string, ResourceKind][] => [
    [type, kind('AWS::ElasticLoadBalancingV2::LoadBalancer', 'load_balancer_type:Type name')],
    [`${type}_listener`, kind('AWS::ElasticLoadBalancingV2::Listener', 'load_balancer_arn port protocol')],
    [`${type}_target_group`, kind('AWS::ElasticLoadBalancingV2::TargetGroup', 'name port protocol')],
  ]),
  ['aws_service_discovery_service', kind('AWS::ServiceDiscovery::Service', 'name')],
  [
    'aws_service_discovery_instance',
    kind('AWS::ServiceDiscovery::Instance', 'attributes:InstanceAttributes instance_id service_id'),
  ],
  ['aws_ecs_service', kind('AWS::ECS::Service', 'name:ServiceName service_registries')],
  ['aws_lambda_function', kind('AWS::Lambda::Function', 'function_name')],
  ['aws_lambda_alias', kind('AWS::Lambda::Alias', 'function_name name')],
  [
    'aws_lambda_permission',
    kind(
      'AWS::Lambda::Permission',
      'action function_name principal qualifier source_arn',
      completePermission,
    ),
  ],
  ['aws_cloudwatch_log_group', kind('AWS::Logs::LogGroup', 'name:LogGroupName')],
  ['aws_iam_role', kind('AWS::IAM::Role', 'name:RoleName')],
  ['aws_dynamodb_table', kind('AWS::DynamoDB::Table', 'name:TableName')],
  ['aws_sqs_queue', kind('AWS::SQS::Queue', 'name:QueueName')],
  ['aws_sns_topic', kind('AWS::SNS::Topic', 'name:TopicName')],
  ['aws_sfn_state_machine', kind('AWS::StepFunctions::StateMachine', 'name:StateMachineName')],
  ['aws_cloudwatch_event_bus', kind('AWS::Events::EventBus', 'name')],
  ['aws_kinesis_stream', kind('AWS::Kinesis::Stream', 'name')],
  // for the message that such an API is not served
  ['aws_api_gateway_rest_api', kind('AWS::ApiGateway::RestApi', 'name')],
]);
