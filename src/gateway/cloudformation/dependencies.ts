import { creationRank } from '../silent/cloudformation-choices.js';
import { type Node } from './document.js';
import { attributeOf } from './intrinsic-functions.js';
import { type Stack } from './stack.js';
import { parseSubstitution, splitAttribute } from './substitution.js';
import { type Resource } from './template.js';

/**
 * The resources that must be created before this one: those of `DependsOn`, and all that its properties refer to.
 *
 * @throws {CloudFormationError} it depends on a resource that the template does not have
 */
function directDependencies(stack: Stack, resource: Resource): ReadonlySet<string> {
  const { resources, hasTransform, document } = stack.template;
  const unknown = resource.dependsOn.find(({ logicalId }) => !resources.has(logicalId));
  if (unknown !== undefined && !hasTransform) {
    throw document.error(unknown.at, `Unresolved resource dependencies [${unknown.logicalId}]`);
  }
  const names = new Set(resource.dependsOn.map(({ logicalId }) => logicalId));
  for (const { value } of resource.properties.values()) collectReferences(stack, value, names);
  // a resource whose condition is not met is not created, so nothing waits for it
  return new Set(
    [...names].filter((name) => {
      const needed = resources.get(name);
      return needed !== undefined && stack.isCreated(needed);
    }),
  );
}

/** The direct dependencies, and all of theirs. */
export function allDependencies(stack: Stack, resource: Resource): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [resource];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const name of directDependencies(stack, next)) {
      const needed = stack.template.resources.get(name);
      if (needed === undefined || found.has(name)) continue;
      found.add(name);
      queue.push(needed);
    }
  }
  return found;
}

/**
 * The resources in the order in which CloudFormation creates them. It starts each as soon as its dependencies exist: a
 * resource with a shorter chain of dependencies comes first, wherever it is in the template.
 *
 * @throws {CloudFormationError} a cycle; the message has the line of each of its resources
 */
export function inDependencyOrder(stack: Stack): readonly Resource[] {
  const depths = chainLengths(stack);
  return stack
    .resources()
    .toSorted(
      (a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || creationRank(a.type) - creationRank(b.type),
    );
}

/** The length of the longest chain of dependencies below each resource. */
function chainLengths(stack: Stack): ReadonlyMap<Resource, number> {
  const lengths = new Map<Resource, number>();
  for (const root of stack.resources()) {
    // a loop, not a recursion: a chain may be as long as the template
    const path: { resource: Resource; remaining: string[]; length: number }[] = [];
    const enter = (resource: Resource) => {
      const start = path.findIndex((step) => step.resource === resource);
      if (start !== -1) {
        throw cycle(
          stack,
          path.slice(start).map((step) => step.resource),
        );
      }
      path.push({ resource, remaining: [...directDependencies(stack, resource)].toReversed(), length: 0 });
    };
    if (!lengths.has(root)) enter(root);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const needed = stack.template.resources.get(step.remaining.at(-1) ?? '');
      const length = needed && lengths.get(needed);
      if (needed === undefined) {
        lengths.set(step.resource, step.length);
        path.pop();
      } else if (length === undefined) enter(needed);
      else {
        step.length = Math.max(step.length, length + 1);
        step.remaining.pop();
      }
    }
  }
  return lengths;
}

function cycle(stack: Stack, resources: readonly Resource[]) {
  const [first] = resources;
  if (first === undefined) throw new Error('a cycle has at least one resource');
  const names = [...resources, first].map(({ logicalId, at }) => `${logicalId} (line ${at.line})`);
  return stack.template.document.error(
    first.at,
    `Circular dependency between resources: ${names.join(' → ')}`,
  );
}

/** Adds the names that a node refers to; of an `Fn::If` only those of the selected branch. */
function collectReferences(stack: Stack, node: Node, names: Set<string>): void {
  switch (node.kind) {
    case 'scalar':
      return;
    case 'list':
      for (const item of node.items) collectReferences(stack, item, names);
      return;
    case 'dictionary':
      for (const { value } of node.entries.values()) collectReferences(stack, value, names);
      return;
    case 'call':
      break;
  }
  const { argument } = node;
  const [condition, then, otherwise] = argument.kind === 'list' ? argument.items : [];
  if (node.name === 'Fn::If' && condition?.kind === 'scalar' && then && otherwise) {
    const isMet = stack.isConditionMet(String(condition.value), condition.at);
    collectReferences(stack, isMet ? then : otherwise, names);
    return;
  }
  for (const name of namesOf(stack, node)) names.add(name);
  collectReferences(stack, argument, names);
}

/** The names that the call itself refers to, resources or not. */
function namesOf(stack: Stack, call: Node & { kind: 'call' }): readonly string[] {
  const { argument } = call;
  switch (call.name) {
    case 'Ref':
      return argument.kind === 'scalar' ? [splitAttribute(String(argument.value))[0]] : [];
    case 'Fn::GetAtt':
      return [attributeOf(stack, call)[0]];
    case 'Fn::Sub': {
      const [text, own] = argument.kind === 'list' ? argument.items : [argument];
      if (text?.kind !== 'scalar') return [];
      const isOwn = (name: string) => own?.kind === 'dictionary' && own.entries.has(name);
      return parseSubstitution(String(text.value)).flatMap((part) =>
        part.kind === 'variable' && !isOwn(part.name) ? [splitAttribute(part.name)[0]] : [],
      );
    }
    default:
      return [];
  }
}
