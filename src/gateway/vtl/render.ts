import { contextVariable } from './context-object.js';
import { Evaluation } from './evaluate.js';
import { InputVariable, type TemplateInput } from './input-object.js';
import { parseTemplate } from './parse.js';
import { SyntaxFault } from './read-velocity.js';
import { type Node } from './syntax.js';
import { TemplateError } from './template-error.js';
import { UtilVariable } from './util-object.js';

/** A mapping template, read once. */
export interface Template {
  readonly key: string;
  readonly nodes: readonly Node[];
}

/** What a template sees. */
export interface TemplateScope {
  readonly input: TemplateInput;
  /** Flat: `connectionId`, `identity.sourceIp`, `authorizer.userId`. */
  readonly context: Readonly<Record<string, string | undefined>>;
  readonly stageVariables: Readonly<Record<string, string>>;
}

/**
 * @param key under which the template stands; errors name it
 * @throws {TemplateError} it cannot be read
 */
export function readTemplate(key: string, text: string): Template {
  try {
    return { key, nodes: parseTemplate(text) };
  } catch (cause) {
    // a RangeError is of blocks that are nested too deeply
    const position = cause instanceof SyntaxFault ? cause.position : { line: 1, column: 1 };
    throw new TemplateError(key, position, reasonOf(cause), { cause });
  }
}

/**
 * A template's text: `$input`, `$util`, `$context` and `$stageVariables` are what the scope says.
 *
 * @throws {TemplateError} what it does fails, or goes on for too long
 */
export function render(template: Template, scope: TemplateScope): string {
  const variables = new Map<string, unknown>([
    ['input', new InputVariable(scope.input)],
    ['util', new UtilVariable()],
    ['context', contextVariable(scope.context)],
    ['stageVariables', { ...scope.stageVariables }],
  ]);
  const evaluation = new Evaluation(variables);
  try {
    return evaluation.render(template.nodes);
  } catch (cause) {
    // a RangeError too: what is nested too deeply for a recursion, or too long for a string
    throw new TemplateError(template.key, evaluation.position, reasonOf(cause), { cause });
  }
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
