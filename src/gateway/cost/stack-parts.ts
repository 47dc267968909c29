import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { type StackSettings, type Value } from '../cloudformation/evaluator.js';
import { prepareTemplate } from '../cloudformation/prepare-template.js';
import { Stack } from '../cloudformation/stack.js';
import { type Resource } from '../cloudformation/template.js';

/** What a template has that costs something. */
export interface StackParts {
  readonly hasAccessLog: boolean;
  /** Whether tasks on Fargate send what they print to CloudWatch Logs. */
  readonly hasTaskLog: boolean;
  readonly loadBalancers: number;
  readonly natGateways: number;
  readonly publicAddresses: number;
  /** Of each ECS service on Fargate. */
  readonly tasks: readonly Tasks[];
  readonly valkeyCaches: number;
  /** Tables on demand. */
  readonly dynamoDbTables: number;
  readonly secrets: number;
  readonly keys: number;
  /** The metrics of all alarms; an expression has several. */
  readonly alarmMetrics: number;
  readonly metrics: number;
  readonly dashboards: number;
  /** Types of resources that cost something and are not in the bill, each with its number. */
  readonly notCounted: ReadonlyMap<string, number>;
}

export interface Tasks {
  /** The smallest number for scaling, or the desired number. */
  readonly count: number;
  readonly vCpus: number;
  readonly memoryGb: number;
  readonly isArm: boolean;
}

/** @throws {CloudFormationError} not a template, or one without a WebSocket API */
export function stackPartsOf(
  text: string,
  fileName: string,
  parameters: StackSettings['parameters'],
): StackParts {
  const settings = { region: 'us-east-1', accountId: '000000000000', parameters, mayLackValues: true };
  const template = prepareTemplate(text, fileName, settings);
  const parts = new Parts(new Stack(template, settings, ({ logicalId }) => logicalId));
  const apis = parts.of('AWS::ApiGatewayV2::Api');
  if (!apis.some((api) => parts.text(api, 'ProtocolType') === 'WEBSOCKET'))
    throw template.document.error(template.document.root.at, 'the template has no WebSocket API');
  return parts.all();
}

class Parts {
  constructor(private readonly stack: Stack) {}

  all(): StackParts {
    const count = (type: string) => this.of(type).length;
    return {
      hasAccessLog: this.of('AWS::ApiGatewayV2::Stage').some(({ properties }) =>
        properties.has('AccessLogSettings'),
      ),
      hasTaskLog: this.of('AWS::ECS::TaskDefinition').some((definition) => this.#hasLog(definition)),
      loadBalancers: this.of('AWS::ElasticLoadBalancingV2::LoadBalancer').filter((each) =>
        this.#isNetwork(each),
      ).length,
      natGateways: count('AWS::EC2::NatGateway'),
      publicAddresses: count('AWS::EC2::EIP'),
      tasks: this.of('AWS::ECS::Service').flatMap((service) => this.#tasksOf(service) ?? []),
      valkeyCaches: this.of('AWS::ElastiCache::ServerlessCache').filter(
        (cache) => this.text(cache, 'Engine') === 'valkey',
      ).length,
      dynamoDbTables: this.of('AWS::DynamoDB::Table').filter(
        (table) => this.text(table, 'BillingMode') === 'PAY_PER_REQUEST',
      ).length,
      secrets: count('AWS::SecretsManager::Secret'),
      keys: count('AWS::KMS::Key'),
      alarmMetrics: this.of('AWS::CloudWatch::Alarm').reduce((sum, alarm) => sum + this.#metricsOf(alarm), 0),
      metrics: count('AWS::Logs::MetricFilter'),
      dashboards: count('AWS::CloudWatch::Dashboard'),
      notCounted: this.#notCounted(),
    };
  }

  of(type: string): readonly Resource[] {
    return this.#resources().filter((resource) => resource.type === type);
  }

  text(resource: Resource, property: string): string | undefined {
    const value = this.#value(resource, property);
    return value === undefined || typeof value === 'object' ? undefined : String(value);
  }

  #isNetwork(loadBalancer: Resource): boolean {
    return this.text(loadBalancer, 'Type') === 'network';
  }

  #tasksOf(service: Resource): Tasks | undefined {
    const definition = this.stack.template.resources.get(this.text(service, 'TaskDefinition') ?? '');
    const [cpu, memory] = definition
      ? [this.text(definition, 'Cpu'), this.text(definition, 'Memory')].map(Number)
      : [];
    // without them, the tasks run on instances
    if (definition === undefined || !cpu || !memory) return undefined;
    const target = this.of('AWS::ApplicationAutoScaling::ScalableTarget').find((each) =>
      this.text(each, 'ResourceId')?.includes(service.logicalId),
    );
    const smallest = target && this.text(target, 'MinCapacity');
    const platform = this.#value(definition, 'RuntimePlatform') as { CpuArchitecture?: string } | undefined;
    return {
      count: Number(smallest ?? this.text(service, 'DesiredCount') ?? 1),
      vCpus: cpu / 1024,
      memoryGb: memory / 1024,
      isArm: platform?.CpuArchitecture === 'ARM64',
    };
  }

  #hasLog(definition: Resource): boolean {
    const containers = this.#value(definition, 'ContainerDefinitions');
    if (!Array.isArray(containers)) return false;
    return containers.some(
      (container: { LogConfiguration?: { LogDriver?: string } }) =>
        container.LogConfiguration?.LogDriver === 'awslogs',
    );
  }

  #metricsOf(alarm: Resource): number {
    const queries = this.#value(alarm, 'Metrics');
    if (!Array.isArray(queries)) return 1;
    return queries.filter((query: { MetricStat?: object }) => query.MetricStat !== undefined).length;
  }

  #notCounted(): ReadonlyMap<string, number> {
    const others = this.#resources().filter(
      (resource) =>
        NOT_COUNTED.has(resource.type) ||
        // those of the type Gateway are free
        (resource.type === 'AWS::EC2::VPCEndpoint' &&
          this.text(resource, 'VpcEndpointType') === 'Interface') ||
        (resource.type === 'AWS::ElasticLoadBalancingV2::LoadBalancer' && !this.#isNetwork(resource)),
    );
    const byType = Map.groupBy(others, ({ type }) => type);
    return new Map([...byType].map(([type, group]) => [type, group.length]));
  }

  #resources(): readonly Resource[] {
    return [...this.stack.template.resources.values()].filter(
      (resource) => this.#attempt(() => this.stack.isCreated(resource)) ?? true,
    );
  }

  #value(resource: Resource, property: string): Value | undefined {
    const node = resource.properties.get(property)?.value;
    return node && this.#attempt(() => this.stack.value(node));
  }

  /** A value that needs what only a deployment has does not affect the others. */
  #attempt<T>(evaluate: () => T): T | undefined {
    try {
      return evaluate();
    } catch (error) {
      if (error instanceof CloudFormationError) return undefined;
      throw error;
    }
  }
}

/** Their price depends on more than the workload of an API. */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::EC2::FlowLog',
  'AWS::EC2::Instance',
  'AWS::ElastiCache::CacheCluster',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::Kinesis::Stream',
  'AWS::Lambda::Function',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::StepFunctions::StateMachine',
  'AWS::WAFv2::WebACL',
]);
