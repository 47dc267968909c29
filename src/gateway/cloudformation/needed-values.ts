import { CloudFormationError } from './cloudformation-error.js';
import { type Node } from './document.js';
import { type StackSettings } from './evaluator.js';
import { prepareTemplate } from './prepare-template.js';
import { Stack } from './stack.js';
import { type TemplateFile, withNested } from './template-file.js';
import { ObservedParameters } from './template-names.js';

/** The names of values that templates take from elsewhere, whether they have a value or not. */
export interface NeededValues {
  /** Parameters, with the default of those whose value is in the Parameter Store: its path there. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
  /** Exports that the templates import from others than these. */
  readonly imports: readonly string[];
  /** Dynamic references: `resolve:ssm:/path` */
  readonly references: readonly string[];
}

/**
 * Evaluates what the gateway would create, and the outputs, and collects the names.
 *
 * @param settings values that are known: names may be made of them
 */
export function neededValues(
  templates: readonly TemplateFile[],
  settings: Omit<StackSettings, 'mayLackValues'>,
): NeededValues {
  const parameters = new Map<string, string | undefined>();
  const lookedUp = new Set<string>();
  const exported = new Set<string>();
  for (const template of templates.flatMap(withNested)) {
    const observed = new ObservedParameters(settings.parameters);
    const stack = ifValid(() =>
      stackOf(template, { ...settings, parameters: observed, mayLackValues: true }),
    );
    if (stack === undefined) continue;
    for (const [name, declaration] of stack.template.parameters) {
      parameters.set(name, declaration.isStored ? declaration.default : undefined);
    }
    for (const node of nodesOf(stack)) ifValid(() => stack.value(node));
    for (const { name } of stack.template.outputs) {
      const text = name && ifValid(() => stack.text(name));
      if (text !== undefined) exported.add(text);
    }
    for (const name of observed.lookedUp) if (!stack.template.parameters.has(name)) lookedUp.add(name);
  }
  const isReference = (name: string) => name.startsWith('resolve:');
  return {
    parameters,
    imports: [...lookedUp].filter((name) => !isReference(name) && !exported.has(name)),
    references: [...lookedUp].filter(isReference),
  };
}

const stackOf = ({ fileName, text }: TemplateFile, settings: StackSettings) =>
  new Stack(prepareTemplate(text, fileName, settings), settings);

/** What the gateway evaluates: resources of API Gateway and of nested stacks, functions and outputs. */
function nodesOf(stack: Stack): readonly Node[] {
  const resources = (ifValid(() => stack.resources()) ?? []).filter(({ type }) => EVALUATED.test(type));
  return [
    ...resources.flatMap(({ properties }) => [...properties.values()].map(({ value }) => value)),
    ...stack.template.outputs.map(({ value }) => value),
  ];
}

const EVALUATED =
  /^AWS::(?:ApiGateway|ApiGatewayV2|CloudFormation|ElasticLoadBalancingV2|ServiceDiscovery|ECS|Lambda|Serverless)::/;

/** @returns `undefined` for what cannot be evaluated: the loading of the template reports it, if it is needed */
function ifValid<T>(evaluate: () => T): T | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof CloudFormationError) return undefined;
    throw error;
  }
}
