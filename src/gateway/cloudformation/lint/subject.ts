import { type Entry, type Node } from '../document.js';
import { type PhysicalValue, Stack, type StackSettings, type Value } from '../stack.js';
import { CloudFormationError, type Place } from '../cloudformation-error.js';
import { type Resource, type Template } from '../template.js';
import { type RuleId, type Rule } from './rules.js';

/** Notes that a rule is broken at a place. */
export type Report = (
  rule: RuleId,
  at: Place,
  message: string,
  more?: Partial<Pick<Rule, 'severity' | 'fix'>>,
) => void;

/** A rule, or several of one kind. */
export type Check = (subject: Subject, report: Report) => void;

/** One entry of a map among a resource's properties. */
export interface MapEntry {
  readonly key: string;
  readonly at: Place;
  /** `undefined` when it cannot be evaluated, or is no text. */
  readonly text: string | undefined;
  readonly valueAt: Place;
}

/**
 * A template as rules look at it. What can be referred to has its logical id as its value, so that `!Ref Api` is `Api`;
 * parameters without a value stand for themselves. What cannot be evaluated is not there: `template.ts` reports it.
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
      (resource) => (type === undefined || resource.type === type) && this.#isMade(resource),
    );
  }

  value(node: Node | undefined): Value | undefined {
    return node && this.#try(() => this.stack.value(node));
  }

  text(resource: Resource, property: string): string | undefined {
    const value = this.value(resource.properties.get(property)?.value);
    return value === undefined || typeof value === 'object' ? undefined : String(value);
  }

  /** Where the property's value stands; else the resource itself. */
  at(resource: Resource, property: string): Place {
    return resource.properties.get(property)?.value.at ?? resource.at;
  }

  /** A map, entry by entry, so that each has its own line and one that cannot be evaluated hides no other. */
  map(resource: Resource, property: string): readonly MapEntry[] {
    const node = this.taken(resource.properties.get(property)?.value);
    if (node?.kind !== 'dictionary') return [];
    return [...node.entries].map(([key, { at, value }]: [string, Entry]) => {
      const text = this.value(value);
      const isText = text !== undefined && typeof text !== 'object';
      return { key, at, valueAt: value.at, text: isText ? String(text) : undefined };
    });
  }

  /** The branch that an `Fn::If` takes; any other node is itself. */
  taken(node: Node | undefined): Node | undefined {
    if (node?.kind !== 'call' || node.name !== 'Fn::If' || node.argument.kind !== 'list') return node;
    const [condition, then, otherwise] = node.argument.items;
    if (condition?.kind !== 'scalar') return undefined;
    const isMet = this.#try(() => this.stack.isConditionMet(String(condition.value), condition.at));
    return isMet === undefined ? undefined : this.taken(isMet ? then : otherwise);
  }

  /** Every part of the properties of every resource, from the outside in. */
  *nodes(): Generator<Node> {
    for (const { properties } of this.resources()) {
      for (const { value } of properties.values()) yield* nodesOf(value);
    }
  }

  #isMade(resource: Resource): boolean {
    return this.#try(() => this.stack.isMade(resource)) ?? true;
  }

  #try<T>(evaluate: () => T): T | undefined {
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

function* nodesOf(node: Node): Generator<Node> {
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
