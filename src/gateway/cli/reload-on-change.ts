import { type Logger } from 'pino';
import { CloudFormationError } from '../cloudformation/cloudformation-error.js';
import { type Gateway } from '../gateway.js';
import { UsageError } from '../usage-error.js';
import { type Flag } from './flags.js';
import { type Options, type ServeValues } from './options.js';
import { readTemplateFiles, type TemplateFiles } from './read-template-file.js';
import { SERVE_FLAGS } from './serve-flags.js';
import { warnOfNames } from './unmatched-text.js';
import { WatchedFiles } from './watch-files.js';

/**
 * `--watch`: loads templates and the configuration file again when one of them changes. With a file that cannot be
 * loaded, the gateway serves what it had.
 *
 * @param files the files of these options, as they were when they were read
 * @param started the options with which the gateway was started
 * @param readAgain reads the options as at the start
 * @returns ends it, also a reload in progress
 */
export function reloadOnChange(
  gateway: Pick<Gateway, 'reload' | 'unmatchedNames'>,
  files: WatchedFiles,
  started: Options,
  readAgain: () => Options,
  log: Logger,
): AsyncDisposable {
  let isDue = false;
  let running: Promise<void> | undefined;
  const reloadWhileDue = async () => {
    while (isDue) {
      isDue = false;
      try {
        const options = readAgain();
        // also when one of them cannot be loaded: the next change may be its correction
        files.set(filesOf(options));
        await gateway.reload({ ...options, templates: await readTemplateFiles(options) });
        log.level = options.logLevel;
        log.info('reloaded');
        const flags = changedFlags(started.values, options.values);
        warnOfNames(gateway, log);
        if (flags.length > 0) log.warn({ flags }, 'these changes take effect after a restart');
      } catch (error) {
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
      await running;
    },
  };
}

/** Functions are not among them: each call uses the module as it is then. */
export const filesOf = ({
  configFile,
  templates,
  terraform,
}: Pick<Options, 'configFile' | keyof TemplateFiles>) => [
  ...(configFile === undefined ? [] : [configFile]),
  ...templates,
  ...terraform,
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
