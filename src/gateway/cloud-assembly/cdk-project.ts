import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { objectOf, readJson } from './read-json.js';

/** The settings of a CDK app, as the `cdk` command reads them. */
export interface CdkProject {
  /** Where the app runs. */
  readonly folder: string;
  /** The command that runs the app; `undefined` if `cdk.json` has none. */
  readonly app: string | undefined;
  /** A command that runs before the app. */
  readonly build: string | undefined;
  /** The folder of the cloud assembly. */
  readonly output: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** Which files `--watch` watches. */
  readonly watch: { readonly include: readonly string[]; readonly exclude: readonly string[] };
}

/**
 * Reads `cdk.json` and `cdk.context.json` in the folder, and `.cdk.json` in the home folder; each may be missing.
 *
 * @throws {UsageError} one of them cannot be read, or is not JSON
 * @see https://docs.aws.amazon.com/cdk/v2/guide/cli.html#cli-config
 */
export function readCdkProject(folder: string): CdkProject {
  const [user, context, project] = [
    join(homedir(), '.cdk.json'),
    join(folder, 'cdk.context.json'),
    join(folder, 'cdk.json'),
  ].map((file) => (existsSync(file) ? objectOf(readJson(file)) : {}));
  const { app, build, output, watch } = { ...user, ...project };
  const { include, exclude } = objectOf(watch);
  return {
    folder,
    app: textOf(app),
    build: textOf(build),
    output: textOf(output) ?? 'cdk.out',
    // as in the toolkit, cdk.json takes precedence
    context: { ...objectOf(user?.['context']), ...context, ...objectOf(project?.['context']) },
    watch: { include: listOf(include) ?? ['**'], exclude: listOf(exclude) ?? [] },
  };
}

/** A command may be a list of words. */
const textOf = (json: unknown) => {
  const text = Array.isArray(json) ? json.join(' ') : json;
  return typeof text === 'string' && text !== '' ? text : undefined;
};

const listOf = (json: unknown) => {
  if (typeof json === 'string') return [json];
  return Array.isArray(json) ? json.map(String) : undefined;
};
