import { type Node } from './document.js';
import { type Template } from './template.js';

/** The value of a template node. `undefined` stands for `AWS::NoValue`, which removes the node. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

export interface StackSettings {
  /** Values by name: of parameters, of exports (`Fn::ImportValue`), and of `resolve:…` in dynamic references. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** A parameter without a value has the value `{Name}`, as for linting; otherwise it is an error. */
  readonly mayLackValues?: boolean;
}

/** Evaluates the nodes of one template, for the intrinsic functions; `Stack` is one. */
export interface Evaluator {
  readonly template: Template;
  readonly settings: StackSettings;
  /** @throws {CloudFormationError} at the node that cannot be evaluated */
  value(node: Node): Value | undefined;
  /** @throws {CloudFormationError} the value is not text */
  text(node: Node): string;
  /** @throws {CloudFormationError} the value is not a list */
  list(node: Node): readonly Value[];
  /** The value of a condition function. */
  isTrue(node: Node): boolean;
  isConditionMet(name: string, at: Node['at']): boolean;
  /** The value of `Ref`, or with an attribute of `Fn::GetAtt`. */
  reference(node: Node, name: string, attribute?: string): Value | undefined;
  /**
   * Joins the texts, which may be many times longer than the template.
   *
   * @throws {CloudFormationError} the result is too long
   */
  joined(node: Node, texts: readonly string[], delimiter?: string): string;
  error(node: Node, reason: string): Error;
}
