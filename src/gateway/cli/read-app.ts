import { loadApp, missingText } from '../cloud-assembly/cdk-app.js';
import { type TemplateFile } from '../cloudformation/template-file.js';
import { UsageError } from '../usage-error.js';
import { LOCAL_ACCOUNT } from './local-account.js';

/** The flags by which a command takes a CDK app in place of a template. */
export interface AppFlags {
  readonly app?: string;
  readonly stack?: readonly string[];
}

/** Templates of a CDK app. */
export interface AppFiles {
  /** Those of the stacks that are meant. */
  readonly chosen: readonly TemplateFile[];
  /** Those whose exports they may import. */
  readonly needed: readonly TemplateFile[];
  /** The names of the chosen stacks in the app. */
  readonly names: readonly string[];
}

/**
 * @returns `undefined` without `--app`
 * @throws {UsageError} the app cannot be run, or has no stack with an API
 */
export async function readApp(
  { app, stack = [] }: AppFlags,
  env: NodeJS.ProcessEnv,
): Promise<AppFiles | undefined> {
  if (app === undefined) {
    if (stack.length > 0) throw new UsageError('--stack names a stack of a CDK app: give --app, too');
    return undefined;
  }
  const region = env.AWS_REGION || 'us-east-1';
  const { chosen, needed, missing } = await loadApp(app, stack, { region, accountId: LOCAL_ACCOUNT });
  // not to standard output, which has the findings
  for (const reason of missingText(missing, LOCAL_ACCOUNT)) process.stderr.write(`gateway: ${reason}\n`);
  return {
    chosen: chosen.map(({ template }) => template),
    needed: needed.map(({ template }) => template),
    names: chosen.map(({ names }) => names[0]),
  };
}
