import { CloudFormationError, type Place } from '../cloudformation-error.js';
import { type Entry, type Node } from '../document.js';
import { type StackSettings, type Value } from '../evaluator.js';
import { placeholderValue } from '../placeholder-values.js';
import { type PhysicalValue, Stack } from '../stack.js';
import { type Resource, type Template } from '../template.js';
import { type RuleId, type Rule } from './rules.js';

/** Reports that a place breaks a rule. */
export type Report = (
  rule: RuleId,
  at: Place,
  message: string,
  overrides?: Partial<Pick<Rule, 'severity' | 'fix'>>,
) => void;

/** Checks one rule, or several of one kind. */
export type Check = (subject: Subject, report: Report) => void;

/** One entry of a map among a resource's properties. */
export interface MapEntry {
  readonly key: string;
  readonly at: Place;
  /** `undefined` when it cannot be evaluated, or is not text. */
  readonly text: string | undefined;
  readonly valueAt: Place;
}

/**
 * A template as the rules read it. The value of a reference is the logical id, so that `!Ref Api` is `Api`; the value
 * of a parameter without one is `{Name}`. A value that cannot be evaluated is `undefined`: the rule `template` reports
 * it.
 */
export class Subject {
  readonly stack: Stack;

  constructor(
    readonly template: Template,
    settings: Omit<StackSettings, 'mayLackValues'>,
  ) {
    this.stack = new Stack(template, { ...settings, mayLackValues: true }, LOGICAL_ID);
  }

  resources(type?: string): readonly Resource[] {
    return [...this.template.resources.values()].filter(
      (resource) => (type === undefined || resource.type === type) && this.#isCreated(resource),
    );
  }

  value(node: Node | undefined): Value | undefined {
    return node && this.#attempt(() => this.stack.value(node));
  }

  text(resource: Resource, property: string): string | undefined {
    const value = this.value(resource.properties.get(property)?.value);
    return value === undefined || typeof value === 'object' ? undefined : String(value);
  }

  /** The placeholder ARN of a resource that is not one of API Gateway's. */
  arn(resource: Resource): string | undefined {
    return this.#attempt(() => this.stack.arnOf(resource));
  }

  /** The place of the property's value, or of the resource if it has none. */
  at(resource: Resource, property: string): Place {
    return resource.properties.get(property)?.value.at ?? resource.at;
  }

  /** The entries of a map, each with its own place; an entry that cannot be evaluated does not affect the others. */
  map(resource: Resource, property: string): readonly MapEntry[] {
    const node = this.selectedBranch(resource.properties.get(property)?.value);
    if (node?.kind !== 'dictionary') return [];
    return [...node.entries].map(([key, { at, value }]: [string, Entry]) => {
      const text = this.value(value);
      const isText = text !== undefined && typeof text !== 'object';
      return { key, at, valueAt: value.at, text: isText ? String(text) : undefined };
    });
  }

  /** The selected branch of an `Fn::If`; any other node unmodified. */
  selectedBranch(node: Node | undefined): Node | undefined {
    if (node?.kind !== 'call' || node.name !== 'Fn::If' || node.argument.kind !== 'list') return node;
    const [condition, then, otherwise] = node.argument.items;
    if (condition?.kind !== 'scalar') return undefined;
    const isMet = this.#attempt(() => this.stack.isConditionMet(String(condition.value), condition.at));
    return isMet === undefined ? undefined : this.selectedBranch(isMet ? then : otherwise);
  }

  /** The value of `Ref` for a resource that the gateway does not create. */
  ref(resource: Resource): string | undefined {
    return this.#attempt(() => placeholderValue(this.stack, resource, undefined));
  }

  /** Every node in the properties of every resource, outer nodes first. */
  *nodes(): Generator<Node> {
    for (const { properties } of this.resources()) {
      for (const { value } of properties.values()) yield* nodesOf(value);
    }
  }

  #isCreated(resource: Resource): boolean {
    return this.#attempt(() => this.stack.isCreated(resource)) ?? true;
  }

  #attempt<T>(evaluate: () => T): T | undefined {
    try {
      return evaluate();
    } catch (error) {
      if (error instanceof CloudFormationError) return undefined;
      throw error;
    }
  }
}

const LOGICAL_ID: PhysicalValue = ({ type, logicalId }, attribute) =>
  attribute?.endsWith('Id') && type.startsWith('AWS::ApiGateway') ? logicalId : undefined;

export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  switch (node.kind) {
    case 'scalar':
      break;
    case 'list':
      for (const item of node.items) yield* nodesOf(item);
      break;
    case 'dictionary':
      for (const { value } of node.entries.values()) yield* nodesOf(value);
      break;
    case 'call':
      yield* nodesOf(node.argument);
      break;
  }
}
