import { contextObject } from './context-object.js';
import { Evaluation } from './evaluate.js';
import { InputObject, type TemplateInput } from './input-object.js';
import { parseTemplate } from './parse.js';
import { SyntaxFault } from './scanner.js';
import { type Node } from './syntax.js';
import { TemplateError } from './template-error.js';
import { UtilObject } from './util-object.js';
import { withLimitedWork } from './work.js';

/** A parsed mapping template. */
export interface MappingTemplate {
  readonly key: string;
  readonly nodes: readonly Node[];
}

/** The values that a template can use. */
export interface TemplateScope {
  readonly input: TemplateInput;
  /** Flat: `connectionId`, `identity.sourceIp`, `authorizer.userId`. */
  readonly context: Readonly<Record<string, string | undefined>>;
  readonly stageVariables: Readonly<Record<string, string>>;
}

/**
 * @param key the template's key, for errors
 * @throws {TemplateError} a syntax error
 */
export function parseMappingTemplate(key: string, text: string): MappingTemplate {
  try {
    return { key, nodes: parseTemplate(text) };
  } catch (cause) {
    if (!(cause instanceof SyntaxFault)) throw cause;
    throw new TemplateError(key, cause.position, cause.message, { cause });
  }
}

/**
 * Renders a template with `$input`, `$util`, `$context` and `$stageVariables` from the scope.
 *
 * @throws {TemplateError} its evaluation fails or exceeds a limit
 */
export function render(template: MappingTemplate, scope: TemplateScope): string {
  const variables = new Map<string, unknown>([
    ['input', new InputObject(scope.input)],
    ['util', new UtilObject()],
    ['context', contextObject(scope.context)],
    ['stageVariables', { ...scope.stageVariables }],
  ]);
  const evaluation = new Evaluation(variables);
  try {
    return withLimitedWork(() => evaluation.render(template.nodes));
  } catch (cause) {
    // also a RangeError: nested too deeply for a recursion, or too long for a string
    throw new TemplateError(template.key, evaluation.position, reasonOf(cause), { cause });
  }
}

const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
