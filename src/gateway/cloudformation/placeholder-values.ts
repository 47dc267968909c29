import { type Evaluator } from './evaluator.js';
import { attributeOf } from './intrinsic-functions.js';
import { type Resource } from './template.js';

/**
 * The value of a reference to a resource that the gateway does not create: always the same, and in the form that API
 * Gateway's resources need, so that integrations resolve.
 *
 * ARNs of load balancers, listeners and Cloud Map services contain logical ids where AWS has generated ids: so
 * `--target` can name them. That of a Cloud Map service also contains its name, and its ECS services.
 */
export function placeholderValue(
  stack: Evaluator,
  resource: Resource,
  attribute: string | undefined,
): string {
  const kind = KINDS[resource.type] ?? {};
  const service = kind.service ?? resource.type.split('::')[1]?.toLowerCase() ?? '';
  const name = physicalName(stack, resource, kind.name);
  const arn = placeholderArn(stack, resource, { service, name, prefix: kind.prefix ?? '' });
  if (attribute === undefined) {
    if (kind.ref === 'url') {
      const { region, accountId } = stack.settings;
      return `https://${service}.${region}.amazonaws.com/${accountId}/${name}`;
    }
    if (kind.ref === 'id') return cloudMapId(resource);
    return kind.ref === 'arn' ? arn : name;
  }
  if (kind.ref === 'id' && attribute === 'Id') return cloudMapId(resource);
  if (/Arn$/i.test(attribute)) return arn;
  if (attribute.endsWith('Name')) {
    return /DNSName$/i.test(attribute) ? `${resource.logicalId}.elb.local` : name;
  }
  return `${resource.logicalId}.${attribute}`;
}

interface Kind {
  /** Name in an ARN; by default the second part of the type. */
  readonly service?: string;
  /** The property with its name; by default the name is the logical id. */
  readonly name?: string;
  /** The kind of value that `Ref` has; by default the name. */
  readonly ref?: 'name' | 'arn' | 'url' | 'id';
  /** The last part of the ARN, before the name. */
  readonly prefix?: string;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html */
const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::ApiGatewayV2::Stage': { name: 'StageName' },
  'AWS::ApiGatewayV2::DomainName': { name: 'DomainName' },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { service: 'elasticloadbalancing', name: 'Name', ref: 'arn' },
  'AWS::ElasticLoadBalancingV2::Listener': { service: 'elasticloadbalancing', ref: 'arn' },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    service: 'elasticloadbalancing',
    name: 'Name',
    ref: 'arn',
    prefix: 'targetgroup/',
  },
  'AWS::ServiceDiscovery::Service': { name: 'Name', ref: 'id' },
  'AWS::ServiceDiscovery::Instance': { name: 'InstanceId' },
  'AWS::ECS::Cluster': { name: 'ClusterName', prefix: 'cluster/' },
  'AWS::ECS::Service': { name: 'ServiceName', ref: 'arn', prefix: 'service/' },
  'AWS::Lambda::Function': { name: 'FunctionName', prefix: 'function:' },
  'AWS::Serverless::Function': { service: 'lambda', name: 'FunctionName', prefix: 'function:' },
  'AWS::Lambda::Alias': { ref: 'arn', prefix: 'function:' },
  'AWS::Lambda::Version': { ref: 'arn', prefix: 'function:' },
  'AWS::IAM::Role': { name: 'RoleName', prefix: 'role/' },
  'AWS::DynamoDB::Table': { name: 'TableName', prefix: 'table/' },
  'AWS::SQS::Queue': { name: 'QueueName', ref: 'url' },
  'AWS::SNS::Topic': { name: 'TopicName', ref: 'arn' },
  'AWS::StepFunctions::StateMachine': {
    service: 'states',
    name: 'StateMachineName',
    ref: 'arn',
    prefix: 'stateMachine:',
  },
  // C17
  'AWS::Serverless::StateMachine': { service: 'states', name: 'Name', ref: 'arn', prefix: 'stateMachine:' },
  'AWS::Events::EventBus': { name: 'Name', prefix: 'event-bus/' },
  'AWS::Kinesis::Stream': { name: 'Name', prefix: 'stream/' },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', prefix: 'log-group:' },
  'AWS::SecretsManager::Secret': { name: 'Name', ref: 'arn', prefix: 'secret:' },
};

function physicalName(
  stack: Evaluator,
  { logicalId, properties }: Resource,
  property: string | undefined,
): string {
  const named = property === undefined ? undefined : properties.get(property);
  return named === undefined ? logicalId : stack.text(named.value) || logicalId;
}

function placeholderArn(
  stack: Evaluator,
  resource: Resource,
  { service, name, prefix }: { service: string; name: string; prefix: string },
): string {
  const { region, accountId } = stack.settings;
  switch (resource.type) {
    case 'AWS::ElasticLoadBalancingV2::LoadBalancer': {
      const type = resource.properties.get('Type');
      const kind = type && stack.text(type.value) === 'network' ? 'net' : 'app';
      return `arn:aws:${service}:${region}:${accountId}:loadbalancer/${kind}/${name}/${resource.logicalId}`;
    }
    case 'AWS::ElasticLoadBalancingV2::Listener': {
      const loadBalancer = resource.properties.get('LoadBalancerArn');
      const path = loadBalancer && stack.text(loadBalancer.value).split(':loadbalancer/')[1];
      return `arn:aws:${service}:${region}:${accountId}:listener/${path ?? `app/${name}/${name}`}/${name}`;
    }
    case 'AWS::ServiceDiscovery::Service': {
      const others = [name, ...registeredServices(stack, resource)].filter(
        (each) => each !== resource.logicalId,
      );
      const path = [cloudMapId(resource), ...new Set(others)].join('/');
      return `arn:aws:${service}:${region}:${accountId}:service/${path}`;
    }
    case 'AWS::Lambda::Alias':
    case 'AWS::Lambda::Version':
      return `${functionArn(stack, resource)}:${qualifier(stack, resource)}`;
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${accountId}:${prefix}${name}`;
    default:
      return `arn:aws:${service}:${region}:${accountId}:${prefix}${name}`;
  }
}

/** `srv-…` */
const cloudMapId = ({ logicalId }: Resource) => `srv-${logicalId}`;

/** Logical ids and names of the ECS services whose tasks are the instances of a Cloud Map service. */
function registeredServices(stack: Evaluator, cloudMap: Resource): readonly string[] {
  const services = [...stack.template.resources.values()].filter(({ type }) => type === 'AWS::ECS::Service');
  return services
    .filter((service) => isRegisteredIn(stack, service, cloudMap))
    .flatMap((service) => [service.logicalId, physicalName(stack, service, 'ServiceName')]);
}

function isRegisteredIn(stack: Evaluator, { properties }: Resource, { logicalId }: Resource): boolean {
  const registries = properties.get('ServiceRegistries')?.value;
  if (registries?.kind !== 'list') return false;
  return registries.items.some((item) => {
    const arn = item.kind === 'dictionary' ? item.entries.get('RegistryArn')?.value : undefined;
    return arn?.kind === 'call' && arn.name === 'Fn::GetAtt' && attributeOf(stack, arn)[0] === logicalId;
  });
}

/** An alias or version refers to its function by name or ARN. */
function functionArn(stack: Evaluator, { properties, logicalId }: Resource): string {
  const { region, accountId } = stack.settings;
  const named = properties.get('FunctionName');
  const name = named === undefined ? logicalId : stack.text(named.value);
  return name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

function qualifier(stack: Evaluator, { type, properties }: Resource): string {
  const alias = properties.get('Name');
  return type === 'AWS::Lambda::Alias' && alias !== undefined ? stack.text(alias.value) : '1';
}
