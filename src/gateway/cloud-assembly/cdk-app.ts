import { globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TemplateFile, withNested } from '../cloudformation/template-file.js';
import { UsageError } from '../usage-error.js';
import { type CdkProject, readCdkProject } from './cdk-project.js';
import { type CloudAssembly, readAssembly } from './read-assembly.js';
import { isAssembly, MANIFEST } from './read-manifest.js';
import { type SelectedStacks, selectStacks } from './select-stacks.js';
import { synthesise, type SynthesisOptions } from './synthesise.js';

/** What `--app` names: an app that is run, or an assembly that is there. */
type CdkApp =
  | { readonly kind: 'assembly'; readonly folder: string }
  | { readonly kind: 'project'; readonly project: CdkProject & { readonly app: string } };

/** The templates of an app. */
export interface AppTemplates extends SelectedStacks, Pick<CloudAssembly, 'missing'> {
  /** All templates that the gateway loads, in the order of deployment. */
  readonly templates: readonly TemplateFile[];
}

/**
 * @param app a command, the folder of a cloud assembly, or the folder of an app with a `cdk.json`; a command runs in the
 *   working directory, with the `cdk.json` that is there
 * @throws {UsageError} a folder is neither
 */
function readApp(app: string): CdkApp {
  if (!statSync(app, { throwIfNoEntry: false })?.isDirectory()) {
    return { kind: 'project', project: { ...readCdkProject(resolve('.')), app } };
  }
  if (isAssembly(app)) return { kind: 'assembly', folder: app };
  const project = readCdkProject(resolve(app));
  if (project.app !== undefined) return { kind: 'project', project: { ...project, app: project.app } };
  throw new UsageError(
    `--app ${app}: the folder has neither a manifest.json, as cdk.out has, nor a cdk.json with an app`,
  );
}

/**
 * Runs the app, if it is one, and reads the stacks that have an API.
 *
 * @param patterns of `--stack`
 * @throws {UsageError} the app fails, its assembly cannot be read, or no stack has an API
 */
export async function loadApp(
  app: string,
  patterns: readonly string[],
  options: SynthesisOptions,
): Promise<AppTemplates> {
  const found = readApp(app);
  const folder = found.kind === 'assembly' ? found.folder : await synthesise(found.project, options);
  const { stacks, missing } = readAssembly(folder);
  const selected = selectStacks(stacks, patterns);
  const loaded = new Set([...selected.needed, ...selected.chosen]);
  return {
    ...selected,
    missing,
    templates: stacks.filter((stack) => loaded.has(stack)).map(({ template }) => template),
  };
}

/**
 * A sentence for each value that the assembly lacks.
 *
 * @param accountId the placeholder that the app got as `CDK_DEFAULT_ACCOUNT`
 */
export const missingText = (missing: readonly string[], accountId: string): readonly string[] =>
  missing.map((key) => {
    const isOfPlaceholder = key.includes(`account=${accountId}`);
    const account = isOfPlaceholder ? 'set CDK_DEFAULT_ACCOUNT to the id of your account, and ' : '';
    return `the app looks up ${key} in AWS, which cdk.context.json lacks, and got a placeholder: ${account}run cdk synth once with credentials, which writes it`;
  });

/**
 * The files with which the app changes: those that `cdk watch` would watch, or of an assembly its manifests and
 * templates.
 *
 * @returns none while they cannot be found
 */
export function filesOfApp(app: string): readonly string[] {
  try {
    const found = readApp(app);
    return found.kind === 'assembly' ? filesOfAssembly(found.folder) : filesOfProject(found.project);
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

function filesOfAssembly(folder: string): readonly string[] {
  const templates = readAssembly(folder).stacks.flatMap(({ template }) => withNested(template));
  return [join(folder, MANIFEST), ...templates.map(({ fileName }) => fileName)];
}

function filesOfProject({ folder, output, watch }: CdkProject): readonly string[] {
  const exclude = [...watch.exclude, ...NEVER_WATCHED, output, `${output}/**`];
  return globSync([...watch.include], { cwd: folder, exclude })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** As in the toolkit: files and folders whose name begins with a dot, and installed packages. */
const NEVER_WATCHED = ['.*', '**/.*', '**/.*/**', 'node_modules', '**/node_modules', '**/node_modules/**'];
