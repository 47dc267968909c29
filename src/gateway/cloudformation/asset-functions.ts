import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type FunctionSource } from '../lambda/function-source.js';
import { CloudFormationError } from './cloudformation-error.js';
import { allDependencies } from './dependencies.js';
import { type Node } from './document.js';
import { type Value } from './evaluator.js';
import { type Stack } from './stack.js';
import { type TemplateFile } from './template-file.js';
import { type Resource } from './template.js';

/**
 * The functions of a template whose code is JavaScript in a local folder, by the function's name, as far as an API can
 * invoke them: those to which APIs, nested stacks or outputs refer. A function with another runtime, or whose code is an
 * archive or inline, is left out.
 *
 * @param assets local folders by the key of their archive in S3
 */
export function assetFunctions(
  stack: Stack,
  assets: NonNullable<TemplateFile['assets']>,
): ReadonlyMap<string, FunctionSource> {
  const used = usedResources(stack);
  const functions = stack
    .resources()
    .filter(({ type, logicalId }) => type === 'AWS::Lambda::Function' && used.has(logicalId));
  return new Map(functions.flatMap((resource) => functionOf(stack, resource, assets)));
}

/** The resources to which APIs, nested stacks and outputs refer. */
function usedResources(stack: Stack): ReadonlySet<string> {
  const { outputs, document } = stack.template;
  const output: Resource = {
    logicalId: 'Outputs',
    type: 'Outputs',
    at: document.root.at,
    condition: undefined,
    dependsOn: [],
    properties: new Map(outputs.map(({ outputName, at, value }) => [outputName, { at, value }])),
  };
  const users = stack
    .resources()
    .filter(({ type }) => type.startsWith('AWS::ApiGatewayV2::') || type === 'AWS::CloudFormation::Stack');
  return new Set([...users, output].flatMap((resource) => [...allDependencies(stack, resource)]));
}

function functionOf(
  stack: Stack,
  { logicalId, properties }: Resource,
  assets: NonNullable<TemplateFile['assets']>,
): readonly [string, FunctionSource][] {
  const [handler, runtime, name] = ['Handler', 'Runtime', 'FunctionName'].map((each) =>
    textOf(stack, properties.get(each)?.value),
  );
  const [, path, exportName] = handler?.match(/^(.+)\.([^./]+)$/) ?? [];
  const key = textOf(stack, memberOf(properties.get('Code')?.value, 'S3Key'));
  const root = key === undefined ? undefined : assets.get(key);
  if (
    root === undefined ||
    path === undefined ||
    exportName === undefined ||
    !runtime?.startsWith('nodejs')
  ) {
    return [];
  }
  // in the order of Lambda's runtime
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => join(root, path + extension))
    .find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) return [];
  const environment = variablesOf(stack, memberOf(properties.get('Environment')?.value, 'Variables'));
  return [[name ?? logicalId, { kind: 'module', file, exportName, deployed: { root, environment } }]];
}

/** Without those that cannot be evaluated: the gateway does not create the function, and it may not need them. */
function variablesOf(stack: Stack, node: Node | undefined): Readonly<Record<string, string>> {
  const entries = node?.kind === 'dictionary' ? [...node.entries] : [];
  return Object.fromEntries(
    entries.flatMap(([name, { value }]) => {
      const text = textOf(stack, value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

const memberOf = (node: Node | undefined, name: string): Node | undefined =>
  node?.kind === 'dictionary' ? node.entries.get(name)?.value : undefined;

/** @returns `undefined` for another value, and for one that cannot be evaluated */
function textOf(stack: Stack, node: Node | undefined): string | undefined {
  let value: Value | undefined;
  try {
    value = node && stack.value(node);
  } catch (error) {
    if (!(error instanceof CloudFormationError)) throw error;
  }
  return value === undefined || typeof value === 'object' ? undefined : String(value);
}
