import { type DeclaredTargets, type ServiceInstance } from '../integrations/declared-targets.js';
import { isPort } from '../integrations/target-address.js';
import { CloudFormationError } from './cloudformation-error.js';
import { type Value } from './evaluator.js';
import { placeholderValue } from './placeholder-values.js';
import { type Stack } from './stack.js';
import { type Resource } from './template.js';

/**
 * Load balancers, listeners and Cloud Map services of a template, with their ports and instances. A resource that cannot
 * be evaluated is left out, because the gateway does not create it: only a reference to it is an error.
 */
export function readDeclaredTargets(stack: Stack): DeclaredTargets {
  const resources = stack.resources();
  const read = <T>(type: string, reader: (resource: Resource) => T | undefined): readonly T[] =>
    resources
      .filter((each) => each.type === type)
      .map((each) => ifEvaluable(() => reader(each)))
      .filter((each) => each !== undefined);
  const loadBalancers = read('AWS::ElasticLoadBalancingV2::LoadBalancer', (each) => stack.arnOf(each));
  const listeners = read('AWS::ElasticLoadBalancingV2::Listener', (listener) => ({
    arn: stack.arnOf(listener),
    port: portOf(property(stack, listener, 'Port')),
  }));
  const registries = read('AWS::ECS::Service', (service) => registriesOf(stack, service)).flat();
  const services = read('AWS::ServiceDiscovery::Service', (service) => ({
    arn: stack.arnOf(service),
    id: placeholderValue(stack, service, undefined),
  })).map((service) => ({ ...service, port: commonPort(registries, service.arn) }));
  const withPorts = [...listeners, ...services];
  return {
    arns: [...loadBalancers, ...withPorts.map(({ arn }) => arn)],
    ports: new Map(withPorts.flatMap(({ arn, port }) => (port === undefined ? [] : [[arn, port]]))),
    instances: read('AWS::ServiceDiscovery::Instance', (instance) => {
      const serviceId = property(stack, instance, 'ServiceId');
      const service = services.find(({ id }) => id === serviceId);
      return service && serviceInstance(stack, instance, service.arn);
    }),
  };
}

const property = (stack: Stack, { properties }: Resource, name: string): Value | undefined => {
  const entry = properties.get(name);
  return entry && stack.value(entry.value);
};

const textOf = (value: Value | undefined): string => (typeof value === 'object' ? '' : String(value));

const portOf = (value: Value | undefined): string | undefined =>
  isPort(textOf(value)) ? textOf(value) : undefined;

function serviceInstance(stack: Stack, instance: Resource, serviceArn: string): ServiceInstance {
  const id = property(stack, instance, 'InstanceId');
  const attributes = objectOf(property(stack, instance, 'InstanceAttributes'));
  return {
    serviceArn,
    names: [instance.logicalId, ...(typeof id === 'string' ? [id] : [])],
    port: portOf(attributes['AWS_INSTANCE_PORT']),
    attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, textOf(value)])),
  };
}

/** The Cloud Map services in which the tasks of an ECS service register, with the port of their SRV records (H5.10). */
function registriesOf(stack: Stack, service: Resource): readonly Registry[] {
  const registries = property(stack, service, 'ServiceRegistries');
  return (Array.isArray(registries) ? registries : []).map((registry: Value) => {
    const { RegistryArn, Port, ContainerPort } = objectOf(registry);
    return { arn: textOf(RegistryArn), port: portOf(Port) ?? portOf(ContainerPort) };
  });
}

interface Registry {
  readonly arn: string;
  readonly port: string | undefined;
}

/** @returns `undefined` when none or several are registered */
function commonPort(registries: readonly Registry[], serviceArn: string): string | undefined {
  const ports = new Set(registries.filter(({ arn }) => arn === serviceArn).map(({ port }) => port));
  const [port] = ports;
  return ports.size === 1 ? port : undefined;
}

const objectOf = (value: Value | undefined): Readonly<Record<string, Value>> =>
  typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, Value>>) : {};

function ifEvaluable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CloudFormationError) return undefined;
    throw error;
  }
}
