import { type TemplateFile, withNested } from '../cloudformation/template-file.js';
import { UsageError } from '../usage-error.js';
import { matchesWildcards } from '../wildcards.js';
import { type AssemblyStack, dependenciesOf } from './read-assembly.js';

/** Some stacks of an app. */
export interface SelectedStacks {
  /** Those that are meant. */
  readonly chosen: readonly AssemblyStack[];
  /** Those that they depend on, directly or not, in the order of deployment: the chosen ones may import from them. */
  readonly needed: readonly AssemblyStack[];
}

/**
 * The stacks that have a WebSocket or HTTP API, or only those of these names.
 *
 * @param patterns names of stacks, with `*` for any characters; of all stacks if there are none
 * @throws {UsageError} a pattern matches nothing, or no stack has an API
 */
export function selectStacks(stacks: readonly AssemblyStack[], patterns: readonly string[]): SelectedStacks {
  for (const pattern of patterns) {
    if (stacks.some((stack) => isNamed(stack, pattern))) continue;
    throw new UsageError(`--stack ${pattern} matches no stack of the app; it has ${namesOf(stacks)}`);
  }
  const named = stacks.filter(
    (stack) => patterns.length === 0 || patterns.some((pattern) => isNamed(stack, pattern)),
  );
  const chosen = named.filter(({ template }) => withNested(template).some(hasApi));
  if (chosen.length === 0) {
    const what = patterns.length === 0 ? 'no stack of the app' : `no stack that --stack names`;
    throw new UsageError(`--app: ${what} has a WebSocket or HTTP API; looked at ${namesOf(named)}`);
  }
  const needed = new Set<AssemblyStack>();
  const add = (stack: AssemblyStack) => {
    for (const each of dependenciesOf(stack, stacks)) {
      if (needed.has(each)) continue;
      needed.add(each);
      add(each);
    }
  };
  for (const stack of chosen) add(stack);
  return { chosen, needed: stacks.filter((stack) => needed.has(stack) && !chosen.includes(stack)) };
}

/** Whether the template itself, without nested ones, has an API that can be served. */
export function hasApi({ text }: TemplateFile): boolean {
  const { Resources = {} } = JSON.parse(text) as { readonly Resources?: Readonly<Record<string, object>> };
  return Object.values(Resources).some((resource) => 'Type' in resource && API_TYPES.has(resource.Type));
}

const API_TYPES = new Set<unknown>([
  'AWS::ApiGatewayV2::Api',
  'AWS::Serverless::HttpApi',
  'AWS::Serverless::WebSocketApi',
]);

const isNamed = ({ names }: AssemblyStack, pattern: string) =>
  names.some((name) => matchesWildcards(pattern, name));

const namesOf = (stacks: readonly AssemblyStack[]) =>
  stacks.map(({ names }) => names[0]).join(', ') || 'no stack';
