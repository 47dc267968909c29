import { type Dictionary, type Node } from '../document.js';
import { type Stack } from '../stack.js';

/** Reads the properties of SAM's resources: of each `Fn::If` the selected branch. */
export class SamReader {
  constructor(readonly stack: Stack) {}

  /** @returns `undefined` for an absent node and `AWS::NoValue` */
  branch(node: Node | undefined): Node | undefined {
    if (node?.kind !== 'call') return node;
    const { name, argument } = node;
    if (name === 'Ref' && argument.kind === 'scalar' && argument.value === 'AWS::NoValue') return undefined;
    if (name !== 'Fn::If' || argument.kind !== 'list') return node;
    const [condition, then, otherwise] = argument.items;
    if (condition === undefined || then === undefined || otherwise === undefined) return node;
    const isMet = this.stack.isConditionMet(this.stack.text(condition), condition.at);
    return this.branch(isMet ? then : otherwise);
  }

  /** @throws {CloudFormationError} another kind of value; an empty one is absent */
  dictionary(node: Node | undefined, what: string): Dictionary | undefined {
    const selected = this.branch(node);
    if (selected === undefined || (selected.kind === 'scalar' && selected.value === null)) return undefined;
    if (selected.kind === 'dictionary') return selected;
    throw this.stack.error(selected, `${what} must be an object`);
  }

  /** @throws {CloudFormationError} another kind of value */
  list(node: Node | undefined, what: string): readonly Node[] | undefined {
    const selected = this.branch(node);
    if (selected === undefined || selected.kind === 'list') return selected?.items;
    throw this.stack.error(selected, `${what} must be a list`);
  }

  /** @throws {CloudFormationError} it is not text */
  text(node: Node | undefined): string | undefined {
    const selected = this.branch(node);
    return selected === undefined ? undefined : this.stack.text(selected);
  }

  isTrue(node: Node | undefined): boolean {
    const selected = this.branch(node);
    if (selected === undefined || selected.kind === 'dictionary' || selected.kind === 'list') return false;
    const value = this.stack.value(selected);
    return value === true || value === 'true';
  }
}

export const property = (dictionary: Dictionary | undefined, name: string): Node | undefined =>
  dictionary?.entries.get(name)?.value;
