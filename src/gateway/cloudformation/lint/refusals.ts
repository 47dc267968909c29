import { ControlError } from '../../control/control-error.js';
import { ControlPlane } from '../../control/control-plane.js';
import { UNSUPPORTED } from '../../control/fields/field-kinds.js';
import { CloudFormationError } from '../cloudformation-error.js';
import { allDependencies, inDependencyOrder } from '../dependencies.js';
import { type StackSettings } from '../evaluator.js';
import { inputOf } from '../load-template.js';
import { type CreatedResource, creatorOf } from '../resource-types.js';
import { Stack } from '../stack.js';
import { type Resource } from '../template.js';
import { nodesOf, type Subject } from './subject.js';

interface Refusal {
  readonly resource: Resource;
  /** The control plane's message. */
  readonly reason: string;
}

/**
 * The resources that the control plane refuses. A resource is not attempted if one that it depends on was refused or
 * cannot be evaluated; one that depends on a value that is not known here is never reported. With them the parts of
 * OpenAPI definitions that their imports leave out.
 */
export function findRefusals(
  subject: Subject,
  settings: Omit<StackSettings, 'mayLackValues'>,
): { readonly refusals: readonly Refusal[]; readonly importWarnings: readonly Refusal[] } {
  const { template } = subject;
  const plane = new ControlPlane(settings);
  const created = new Map<string, CreatedResource>();
  const lost = new Set<string>();
  const stack = new Stack(template, { ...settings, mayLackValues: true }, (resource, attribute) => {
    const physical = created.get(resource.logicalId);
    return attribute === undefined ? physical?.ref : physical?.attributes[attribute];
  });
  const unknown = unknownValues(subject, settings.parameters);
  const refusals: Refusal[] = [];
  const warnings: Refusal[] = [];
  for (const resource of ordered(stack)) {
    const create = creatorOf(resource.type);
    if (create === undefined) continue;
    if (lost.size > 0 && [...allDependencies(stack, resource)].some((name) => lost.has(name))) {
      lost.add(resource.logicalId);
      continue;
    }
    try {
      const result = create(plane, inputOf(stack, resource));
      created.set(resource.logicalId, result);
      for (const warning of result.importWarnings ?? []) warnings.push({ resource, reason: warning });
    } catch (error) {
      lost.add(resource.logicalId);
      // the rule `template` reports a value that cannot be evaluated
      if (error instanceof CloudFormationError) continue;
      if (!(error instanceof ControlError)) throw error;
      const isOnlyHere = error.message.includes(UNSUPPORTED);
      if (isOnlyHere || refersOutside(subject, resource) || dependsOn(stack, resource, unknown)) continue;
      refusals.push({ resource, reason: error.message });
    }
  }
  return { refusals, importWarnings: warnings };
}

/** Empty for a cycle, which the rule `template` reports. */
function ordered(stack: Stack): readonly Resource[] {
  try {
    return inDependencyOrder(stack);
  } catch (error) {
    if (error instanceof CloudFormationError) return [];
    throw error;
  }
}

/** Whether a resource refers to one of another template, which exists on AWS and not here. */
function refersOutside(subject: Subject, resource: Resource): boolean {
  const { resources } = subject.template;
  return REFERENCES.some((property) => {
    const id = subject.text(resource, property)?.replace(/^integrations\//, '');
    return id !== undefined && !resources.has(id);
  });
}

/** Properties that contain the id of another resource. */
const REFERENCES = 'ApiId AuthorizerId ConnectionId DeploymentId IntegrationId RouteId Target'.split(' ');

/** The texts in place of the values that are known on AWS only: of parameters, imports and dynamic references. */
function unknownValues(subject: Subject, given: ReadonlyMap<string, string>): readonly string[] {
  const { template } = subject;
  const parameters = [...template.parameters]
    .filter(([name, { isStored, default: preset }]) => !given.has(name) && (isStored || preset === undefined))
    .map(([name]) => `{${name}}`);
  const imports = [...subject.nodes()].flatMap((node) => {
    if (node.kind !== 'call' || node.name !== 'Fn::ImportValue') return [];
    const value = subject.value(node);
    return typeof value === 'string' && value.startsWith('{') ? [value] : [];
  });
  return [...parameters, ...imports];
}

function dependsOn(stack: Stack, resource: Resource, unknown: readonly string[]): boolean {
  const values = JSON.stringify(inputOf(stack, resource));
  const written = unknown.map((value) => JSON.stringify(value).slice(1, -1));
  if (values.includes('{{resolve:') || written.some((value) => values.includes(value))) return true;
  // the branch that a condition selects may be another one on AWS
  const isConditional = [...resource.properties.values()].some(({ value }) =>
    nodesOf(value).some((node) => node.kind === 'call' && node.name === 'Fn::If'),
  );
  return unknown.length > 0 && (isConditional || resource.condition !== undefined);
}
