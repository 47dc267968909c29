import { CloudFormationError } from './cloudformation-error.js';
import { type Stack } from './stack.js';

/** The names that a template gives to what the settings of a gateway can name, besides targets. */
export interface TemplateNames {
  /** Its parameters. */
  readonly parameters: readonly string[];
  /** ARNs of its Lambda functions, aliases and versions. */
  readonly functions: readonly string[];
  /** Whether a value of `--parameter` has an effect: a parameter, an export that is imported, or `resolve:…`. */
  usesParameter(name: string): boolean;
}

/** @param lookedUp the names for which the evaluation of the template has looked up a value */
export function templateNames(stack: Stack, lookedUp: ReadonlySet<string>): TemplateNames {
  const { parameters, document } = stack.template;
  return {
    parameters: [...parameters.keys()],
    functions: stack
      .resources()
      .filter(({ type }) => FUNCTION_TYPES.has(type))
      .flatMap((resource) => {
        try {
          return [stack.arnOf(resource)];
        } catch (error) {
          // the gateway does not create it: only a reference to it is an error
          if (error instanceof CloudFormationError) return [];
          throw error;
        }
      }),
    usesParameter: (name) =>
      parameters.has(name) ||
      lookedUp.has(name) ||
      // the name of an export or of a dynamic reference, in a part that was not evaluated; no parameter has such a name
      (/\W/.test(name) && document.text.includes(name)),
  };
}

/** Names of several templates together. */
export const allNames = (templates: readonly TemplateNames[]): TemplateNames => ({
  parameters: templates.flatMap(({ parameters }) => parameters),
  functions: templates.flatMap(({ functions }) => functions),
  usesParameter: (name) => templates.some((each) => each.usesParameter(name)),
});

const FUNCTION_TYPES = new Set([
  'AWS::Lambda::Function',
  'AWS::Serverless::Function',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Version',
]);

/** The values of `--parameter`, which remember the names that were looked up. */
export class ObservedParameters extends Map<string, string> {
  readonly lookedUp = new Set<string>();

  override get(name: string): string | undefined {
    this.lookedUp.add(name);
    return super.get(name);
  }
}
