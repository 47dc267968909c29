import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type FunctionSource } from '../../lambda/function-source.js';
import { allDependencies } from '../dependencies.js';
import { type StackSettings } from '../evaluator.js';
import { prepareTemplate } from '../prepare-template.js';
import { Stack } from '../stack.js';
import { type Resource } from '../template.js';

interface NamedText {
  /** `CodeUri` is relative to its folder. */
  readonly fileName: string;
  readonly text: string;
}

/**
 * The local JavaScript of the functions that SAM templates define and their APIs invoke, by the function's name. A
 * function whose file does not exist, such as one that has to be built first, is left out.
 *
 * @throws {CloudFormationError} a template cannot be read
 */
export function functionSources(
  templates: readonly NamedText[],
  settings: Omit<StackSettings, 'mayLackValues'>,
): ReadonlyMap<string, FunctionSource> {
  return new Map(templates.flatMap((template) => sourcesOf(template, { ...settings, mayLackValues: true })));
}

function sourcesOf(
  { fileName, text }: NamedText,
  settings: StackSettings,
): readonly [string, FunctionSource][] {
  const template = prepareTemplate(text, fileName, settings);
  if (!template.hasSam) return [];
  const stack = new Stack(template, settings);
  const invoked = new Set(
    stack
      .resources()
      .filter(({ type }) => type.startsWith('AWS::ApiGatewayV2::'))
      .flatMap((resource) => [...allDependencies(stack, resource)]),
  );
  return stack
    .resources()
    .filter(({ type, logicalId }) => type === 'AWS::Serverless::Function' && invoked.has(logicalId))
    .flatMap((resource) => sourceOf(stack, resource, dirname(fileName)));
}

function sourceOf(
  stack: Stack,
  { logicalId, properties }: Resource,
  folder: string,
): readonly [string, FunctionSource][] {
  const text = (name: string) => {
    const node = properties.get(name)?.value;
    const value = node && stack.value(node);
    return typeof value === 'string' ? value : undefined;
  };
  const [codeUri, handler, runtime = ''] = ['CodeUri', 'Handler', 'Runtime'].map(text);
  const [, path, exportName] = handler?.match(/^(.+)\.([^./]+)$/) ?? [];
  if (codeUri === undefined || path === undefined || exportName === undefined) return [];
  if (!runtime.startsWith('nodejs') || /^[a-z0-9]+:\/\//i.test(codeUri)) return [];
  const file = ['.mjs', '.js', '.cjs']
    .map((extension) => resolve(folder, codeUri, path + extension))
    .find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
  if (file === undefined) return [];
  return [[text('FunctionName') ?? logicalId, { kind: 'module', file, exportName }]];
}
