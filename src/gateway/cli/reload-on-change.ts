import { type Logger } from 'pino';
import { filesOfApp } from '../cloud-assembly/cdk-app.js';
import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { type Gateway } from '../gateway.js';
import { UsageError } from '../usage-error.js';
import { type DeployedValues } from './deployed-values.js';
import { type Flag } from './flags.js';
import { type Options, type ServeValues } from './options.js';
import { type TemplateFiles } from './read-template-file.js';
import { readTemplates } from './read-templates.js';
import { SERVE_FLAGS } from './serve-flags.js';
import { warnOfNames } from './unmatched-text.js';
import { WatchedFiles } from './watch-files.js';

/**
 * `--watch`: loads templates, the app and the configuration file again when one of them changes. With a file that cannot be
 * loaded, the gateway serves what it had.
 *
 * @returns ends it, also a reload in progress
 */
export function reloadOnChange(
  gateway: Pick<Gateway, 'reload' | 'unmatchedNames'>,
  { files, started, readAgain, deployed, log }: ReloadParts,
): AsyncDisposable {
  const ending = new AbortController();
  const warnOfMissing = (reason: string) => log.warn({ reason }, 'value of AWS missing');
  let isDue = false;
  let running: Promise<void> | undefined;
  const reloadWhileDue = async () => {
    while (isDue) {
      isDue = false;
      try {
        const options = readAgain();
        // also when one of them cannot be loaded: the next change may be its correction
        files.set(() => filesOf(options));
        const templates = await readTemplates(options, warnOfMissing, ending.signal);
        const parameters = await deployed.completed(options.parameters, templates);
        await gateway.reload({ ...options, templates, parameters });
        log.level = options.logLevel;
        log.info('reloaded');
        const flags = changedFlags(started.values, options.values);
        warnOfNames(gateway, log);
        if (flags.length > 0) log.warn({ flags }, 'these changes take effect after a restart');
      } catch (error) {
        if (ending.signal.aborted) return;
        if (error instanceof UsageError || error instanceof CloudFormationError) {
          for (const reason of error.message.split('\n')) log.error({ reason }, 'not reloaded');
        } else log.error({ err: error }, 'not reloaded');
      }
    }
  };
  files.start(() => {
    isDue = true;
    running ??= reloadWhileDue().finally(() => {
      running = undefined;
    });
  });
  return {
    async [Symbol.asyncDispose]() {
      files[Symbol.dispose]();
      isDue = false;
      ending.abort();
      await running;
    },
  };
}

interface ReloadParts {
  /** The files of the options, as they were when they were read. */
  readonly files: WatchedFiles;
  /** The options with which the gateway was started. */
  readonly started: Options;
  /** Reads the options as at the start. */
  readonly readAgain: () => Options;
  readonly deployed: DeployedValues;
  readonly log: Logger;
}

/** Those of an app as they are now. Functions are not among them: each call uses the module as it is then. */
export const filesOf = ({
  configFile,
  templates,
  terraform,
  app,
}: Pick<Options, 'configFile' | 'app' | keyof TemplateFiles>): readonly string[] => [
  ...(configFile === undefined ? [] : [configFile]),
  ...templates,
  ...terraform,
  ...(app === undefined ? [] : filesOfApp(app)),
];

/** The flags that a running gateway cannot change, and whose values are others than at the start. */
function changedFlags(started: ServeValues, now: ServeValues): readonly string[] {
  const names = Object.entries<Flag>(SERVE_FLAGS)
    .filter(([, { isReloaded = false }]) => !isReloaded)
    .map(([name]) => name as keyof ServeValues);
  return names
    .filter((name) => JSON.stringify(started[name]) !== JSON.stringify(now[name]))
    .map((name) => `--${name}`);
}
