import { join, relative, resolve } from 'node:path';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { UsageError } from '../usage-error.js';
import { objectOf, readJson, readText } from './read-json.js';
import { type Manifest, readManifest } from './read-manifest.js';

/** What `cdk synth` writes, of one app. */
export interface CloudAssembly {
  /** Each after those that it depends on. */
  readonly stacks: readonly AssemblyStack[];
  /** The keys of values that the app has looked up in AWS, and that `cdk.context.json` lacks. */
  readonly missing: readonly string[];
}

/** A stack that is not nested in another. */
export interface AssemblyStack {
  /** The names by which `cdk` accepts it: its path in the app (`Beta/Chat`), its name on AWS, its id. */
  readonly names: readonly [string, ...string[]];
  readonly template: TemplateFile;
  /** The ids of stacks that are deployed before it. */
  readonly dependencies: readonly string[];
}

/**
 * Reads a cloud assembly, with those of its stages.
 *
 * @param folder such as `cdk.out`
 * @throws {UsageError} a file cannot be read, or has another form
 */
export function readAssembly(folder: string): CloudAssembly {
  const manifest = readManifest(folder);
  const assets = assetsOf(folder, manifest);
  const stacks = [...manifest.artifacts].flatMap(([id, { type, properties, displayName, dependencies }]) => {
    if (type !== 'aws:cloudformation:stack') return [];
    const stackName = typeof properties['stackName'] === 'string' ? properties['stackName'] : id;
    const template = readTemplate(folder, String(properties['templateFile']), assets);
    return [{ names: [displayName ?? id, stackName, id], template, dependencies } as const];
  });
  const stages = [...manifest.artifacts.values()].flatMap(({ type, properties }) =>
    type === 'cdk:cloud-assembly' ? [readAssembly(join(folder, String(properties['directoryName'])))] : [],
  );
  return {
    stacks: [...inOrder(stacks), ...stages.flatMap((stage) => stage.stacks)],
    missing: [...new Set([...manifest.missing, ...stages.flatMap((stage) => stage.missing)])],
  };
}

/** Each stack after those that it depends on; ids of other artifacts have no effect. */
function inOrder(stacks: readonly AssemblyStack[]): readonly AssemblyStack[] {
  const ordered = new Set<AssemblyStack>();
  const add = (stack: AssemblyStack, path: readonly AssemblyStack[]) => {
    if (ordered.has(stack) || path.includes(stack)) return;
    for (const needed of dependenciesOf(stack, stacks)) add(needed, [...path, stack]);
    ordered.add(stack);
  };
  for (const stack of stacks) add(stack, []);
  return [...ordered];
}

/** The stacks that this one directly depends on. */
export const dependenciesOf = (
  { dependencies }: AssemblyStack,
  stacks: readonly AssemblyStack[],
): readonly AssemblyStack[] => stacks.filter(({ names }) => dependencies.includes(names.at(-1) ?? ''));

/** The files of all asset manifests, by the key of the object in S3 that the deployment makes of each. */
function assetsOf(folder: string, { artifacts }: Manifest): ReadonlyMap<string, string> {
  const manifests = [...artifacts.values()].filter(({ type }) => type === 'cdk:asset-manifest');
  return new Map(
    manifests.flatMap(({ properties }) => {
      const { files } = objectOf(readJson(join(folder, String(properties['file']))));
      return Object.values(objectOf(files)).flatMap((file) => {
        const { source, destinations } = objectOf(file);
        const { path } = objectOf(source);
        // without a path, a program makes the file when it is uploaded
        if (typeof path !== 'string') return [];
        const keys = Object.values(objectOf(destinations)).map((each) => String(objectOf(each)['objectKey']));
        return keys.map((key) => [key, resolve(folder, path)] as const);
      });
    }),
  );
}

function readTemplate(folder: string, file: string, assets: ReadonlyMap<string, string>): TemplateFile {
  const path = join(folder, file);
  const text = readText(path);
  // as a user would write it
  const fileName = relative('.', path);
  return { fileName, text, assets, nested: nestedTemplates(path, resourcesOf(path, text), folder, assets) };
}

/** @throws {UsageError} the template is not JSON with resources */
function resourcesOf(path: string, text: string): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  try {
    const { Resources } = objectOf(JSON.parse(text));
    return new Map(Object.entries(objectOf(Resources)).map(([id, resource]) => [id, objectOf(resource)]));
  } catch (cause) {
    throw new UsageError(`--app: ${path} is not JSON, as the CDK writes it`, { cause });
  }
}

/** The templates of nested stacks: files for S3, whose keys their URLs end with. */
function nestedTemplates(
  path: string,
  resources: ReturnType<typeof resourcesOf>,
  folder: string,
  assets: ReadonlyMap<string, string>,
): ReadonlyMap<string, TemplateFile> {
  const stacks = [...resources].filter(([, { Type }]) => Type === 'AWS::CloudFormation::Stack');
  return new Map(
    stacks.flatMap(([logicalId, { Properties }]) => {
      const url = JSON.stringify(objectOf(Properties)['TemplateURL'] ?? '');
      const file = assets.entries().find(([key]) => url.includes(`/${key}"`))?.[1];
      // a template that is elsewhere in S3, or one that contains itself
      if (file === undefined || file === resolve(path)) return [];
      return [[logicalId, readTemplate(folder, relative(folder, file), assets)] as const];
    }),
  );
}
