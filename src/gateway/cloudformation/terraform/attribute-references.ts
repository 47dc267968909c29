import { type Part } from '../build-node.js';
import { nameOf, type Step } from './addresses.js';
import { type ResourceInstance } from './instances.js';
import { valueAt } from './references.js';

const ref = (name: string): Part => ({ Ref: name });
const attribute = (resource: ResourceInstance, name: string): Part => ({
  'Fn::GetAtt': [resource.address, name],
});
/** Parts of a text. */
export const join = (...parts: readonly Part[]): Part => ({ 'Fn::Join': ['', parts] });

/**
 * A reference to an attribute of a resource, as CloudFormation has it. Ids and ARNs are references also where the plan
 * knows them: the gateway gives its resources ids of its own.
 */
export function attributeReference(resource: ResourceInstance, path: readonly Step[]): Part {
  const { type, address, values } = resource;
  const [first] = path;
  const name = nameOf(first) ?? 'id';
  const own = (OF_TYPES[type] ?? {})[name];
  if (own !== undefined) return own(resource);
  const known = name === 'id' || name === 'arn' ? undefined : valueAt(values, path);
  if (typeof known === 'string' || typeof known === 'number' || typeof known === 'boolean') return known;
  if (name === 'id') return ref(address);
  return name === 'arn' ? attribute(resource, 'Arn') : attribute(resource, name);
}

type ByAttribute = Readonly<Record<string, (resource: ResourceInstance) => Part>>;

const itself = ({ address }: ResourceInstance) => ref(address);

/** The ARN by which API Gateway invokes a function. */
const invocation = (functionArn: Part): Part =>
  join(
    'arn:aws:apigateway:',
    ref('AWS::Region'),
    ':lambda:path/2015-03-31/functions/',
    functionArn,
    '/invocations',
  );

const FUNCTION: ByAttribute = {
  arn: (resource) => attribute(resource, 'Arn'),
  invoke_arn: (resource) => invocation(attribute(resource, 'Arn')),
  qualified_arn: (resource) => attribute(resource, 'Arn'),
  qualified_invoke_arn: (resource) => invocation(attribute(resource, 'Arn')),
  function_name: itself,
};

const ALIAS: ByAttribute = {
  arn: itself,
  invoke_arn: (resource) => invocation(ref(resource.address)),
};

const LOAD_BALANCER: ByAttribute = { arn: itself, dns_name: (resource) => attribute(resource, 'DNSName') };

const OF_TYPES: Readonly<Record<string, ByAttribute | undefined>> = {
  aws_apigatewayv2_api: {
    api_endpoint: (resource) => attribute(resource, 'ApiEndpoint'),
    execution_arn: ({ address }) =>
      join('arn:aws:execute-api:', ref('AWS::Region'), ':', ref('AWS::AccountId'), ':', ref(address)),
  },
  aws_apigatewayv2_domain_name: { domain_name: itself },
  aws_apigatewayv2_stage: { name: itself },
  aws_lambda_function: FUNCTION,
  aws_lambda_alias: ALIAS,
  aws_lb: LOAD_BALANCER,
  aws_alb: LOAD_BALANCER,
  aws_lb_listener: { arn: itself },
  aws_alb_listener: { arn: itself },
  aws_sqs_queue: { url: itself },
  aws_sns_topic: { arn: itself },
  aws_sfn_state_machine: { arn: itself },
};

/** The reference to a resource in an attribute that names one: `integrations/{id}` of a route, for example. */
export function namingReference(name: string, resource: ResourceInstance): Part {
  switch (name) {
    case 'target':
      if (resource.type.startsWith('aws_lambda')) return attributeReference(resource, [{ name: 'arn' }]);
      return join('integrations/', ref(resource.address));
    case 'authorizer_uri':
    case 'integration_uri':
      return resource.type.startsWith('aws_lambda')
        ? attributeReference(resource, [{ name: 'invoke_arn' }])
        : attributeReference(resource, [{ name: 'arn' }]);
    case 'load_balancer_arn':
    case 'registry_arn':
    case 'target_arns':
      return attributeReference(resource, [{ name: 'arn' }]);
    default:
      return ref(resource.address);
  }
}
