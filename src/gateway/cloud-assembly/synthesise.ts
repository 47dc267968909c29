import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../usage-error.js';
import { type CdkProject } from './cdk-project.js';
import { isAssembly, MANIFEST } from './read-manifest.js';

export interface SynthesisOptions {
  /** For stacks without a Region or an account, unless `CDK_DEFAULT_REGION` and `CDK_DEFAULT_ACCOUNT` are set. */
  readonly region: string;
  readonly accountId: string;
  /** Ends the app. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a CDK app as `cdk synth` does, without looking anything up in AWS. Its output goes to standard error.
 *
 * @returns the folder of the cloud assembly
 * @throws {UsageError} the app cannot be run, fails, or writes no assembly
 */
export async function synthesise(
  project: CdkProject & { readonly app: string },
  options: SynthesisOptions,
): Promise<string> {
  const { folder, output, build, app } = project;
  const assembly = resolve(folder, output);
  await mkdir(assembly, { recursive: true });
  const before = writtenAt(assembly);
  await using context = await contextVariables(project.context);
  const env = {
    CDK_DEFAULT_REGION: options.region,
    CDK_DEFAULT_ACCOUNT: options.accountId,
    ...process.env,
    // relative, because assets leave a folder of this name out
    CDK_OUTDIR: output,
    ...context.variables,
  };
  if (build !== undefined) await runCommand(build, folder, env, options.signal);
  await runCommand(await withInterpreter(app, folder), folder, env, options.signal);
  // not the assembly of an earlier run
  if (isAssembly(assembly) && writtenAt(assembly) !== before) return assembly;
  throw new UsageError(
    `--app: '${app}' has ended without an error, and written no cloud assembly to ${assembly}: is it a CDK app, and does it call app.synth()?`,
  );
}

const writtenAt = (assembly: string) =>
  statSync(join(assembly, MANIFEST), { bigint: true, throwIfNoEntry: false })?.mtimeNs;

/** What the toolkit adds, so that the assembly is the one that `cdk synth` would write. */
const TOOLKIT_CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:version-reporting': true,
  'aws:cdk:bundling-stacks': ['**'],
};

/** A variable has at most 128 KB on Linux, and 32 KB on Windows, together with all others. */
const MAX_VARIABLE_CHARACTERS = 16_000;

/** A long context is in a file, which only newer versions of the library read. */
async function contextVariables(context: CdkProject['context']) {
  const json = JSON.stringify({ ...context, ...TOOLKIT_CONTEXT });
  if (json.length <= MAX_VARIABLE_CHARACTERS) {
    return { variables: { CDK_CONTEXT_JSON: json }, async [Symbol.asyncDispose]() {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'cdk-context'));
  const file = join(folder, 'context-overflow.json');
  await writeFile(file, json);
  return {
    variables: { CDK_CONTEXT_JSON: '{}', CONTEXT_OVERFLOW_LOCATION_ENV: file },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A command that is only a JavaScript file is run by Node, as `cdk` does. */
async function withInterpreter(command: string, folder: string): Promise<string> {
  const isScript = /\.[cm]?js$/.test(command);
  const found = isScript && (await stat(resolve(folder, command)).catch(() => undefined));
  return found ? `"${process.execPath}" "${command}"` : command;
}

async function runCommand(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hasOwnGroup = signal !== undefined && process.platform !== 'win32';
  const child = spawn(command, {
    cwd,
    env,
    shell: true,
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
    // ended as a group, with what the shell has started; without a signal, the terminal's Ctrl-C ends it
    detached: hasOwnGroup,
  });
  const end = () => {
    if (hasOwnGroup && child.pid !== undefined) process.kill(-child.pid);
    else child.kill();
  };
  signal?.addEventListener('abort', end);
  try {
    if (signal?.aborted) end();
    const [code, endedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return;
    const how = code === null ? `was ended by ${endedBy}` : `has ended with exit code ${code}`;
    throw new UsageError(`--app: '${command}' ${how} in ${cwd}; its output above says why`);
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
