import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type FunctionSource } from '../lambda/function-source.js';
import { allDependencies } from './dependencies.js';
import { type StackSettings, type Value } from './evaluator.js';
import { prepareTemplate } from './prepare-template.js';
import { Stack } from './stack.js';
import { type TemplateFile, withNested } from './template-file.js';
import { type Resource } from './template.js';

/**
 * The functions of a CDK app whose code is JavaScript in a local folder, by the function's name, as far as an API can
 * invoke them: those to which APIs, nested stacks or outputs refer. A function with another runtime, or whose code is an
 * archive or inline, is left out.
 *
 * @throws {CloudFormationError} a template cannot be read
 */
export function assetFunctions(
  templates: readonly TemplateFile[],
  settings: Omit<StackSettings, 'mayLackValues'>,
): ReadonlyMap<string, FunctionSource> {
  const all = templates.flatMap(withNested).filter(({ assets }) => assets !== undefined);
  return new Map(all.flatMap((template) => functionsOf(template, { ...settings, mayLackValues: true })));
}

function functionsOf(
  { fileName, text, assets = new Map() }: TemplateFile,
  settings: StackSettings,
): readonly [string, FunctionSource][] {
  const stack = new Stack(prepareTemplate(text, fileName, settings), settings);
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
  const used = new Set([...users, output].flatMap((resource) => [...allDependencies(stack, resource)]));
  return stack
    .resources()
    .filter(({ type, logicalId }) => type === 'AWS::Lambda::Function' && used.has(logicalId))
    .flatMap((resource) => functionOf(stack, resource, assets));
}

function functionOf(
  stack: Stack,
  { logicalId, properties }: Resource,
  assets: ReadonlyMap<string, string>,
): readonly [string, FunctionSource][] {
  const value = (name: string) => {
    const node = properties.get(name)?.value;
    return node && stack.value(node);
  };
  const [handler, runtime, name] = ['Handler', 'Runtime', 'FunctionName'].map((each) => {
    const text = value(each);
    return typeof text === 'string' ? text : undefined;
  });
  const [, path, exportName] = handler?.match(/^(.+)\.([^./]+)$/) ?? [];
  const root = assets.get(String(membersOf(value('Code'))['S3Key']));
  if (
    root === undefined ||
    path === undefined ||
    exportName === undefined ||
    !runtime?.startsWith('nodejs')
  ) {
    return [];
  }
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => join(root, path + extension))
    .find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) return [];
  const variables = Object.entries(membersOf(membersOf(value('Environment'))['Variables']));
  const environment = Object.fromEntries(variables.map(([key, text]) => [key, String(text)]));
  return [[name ?? logicalId, { kind: 'module', file, exportName, deployed: { root, environment } }]];
}

const membersOf = (value: Value | undefined): Readonly<Record<string, Value>> =>
  typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, Value>>) : {};
