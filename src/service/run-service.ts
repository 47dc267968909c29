import { type Constants, CONSTANTS } from '../nest/config/constants.js';
import { doubtfulVariables, readConfig } from '../nest/environment/read-config.js';
import { fromEnvironment } from '../nest/options/from-environment.js';
import { createApplication, listen } from './application.js';
import { explainFailure } from './explain-failure.js';
import { createLogger } from '../nest/logging/logger.js';
import { readableLines } from './readable-lines.js';
import { stop } from './stop.js';
import { StopRequests } from './stop-requests.js';

/** What the command line says. */
export interface RunOptions {
  /** Whether log lines are JSON also on a terminal. Elsewhere they always are. Default `false`. */
  readonly logsJson?: boolean;
  /** Others only in tests. */
  readonly constants?: Constants;
}

/**
 * Runs the service until SIGINT, SIGTERM or, if a parent has started it with an IPC channel, the parent's end. Such a
 * parent receives `{ listening: URL }` once requests are accepted.
 */
export async function runService(options: RunOptions = {}): Promise<never> {
  const stopRequests = new StopRequests();
  const service = await Promise.race([start(options).catch(reportAndExit), stopRequests.first.promise]);
  // the store and the source of the AWS credentials may take long to respond
  if (typeof service === 'string') {
    process.stderr.write(`Backchannel's service was stopped before it listened (${service})\n`);
    process.exit(0);
  }
  service.logger.info({ reason: await stopRequests.first.promise }, 'stopping');
  process.exit(await stop(service.app, service.config, service.logger, stopRequests));
}

async function start({ logsJson = false, constants = CONSTANTS }: RunOptions) {
  const config = readConfig(undefined, constants);
  const logger = createLogger(config, process.stdout.isTTY && !logsJson ? await readableLines() : undefined);
  for (const { name, message } of doubtfulVariables())
    logger.warn({ variable: name, reason: message }, 'variable is no setting');
  const app = await createApplication({ ...fromEnvironment(), logger }, { constants });
  const url = await listen(app, config);
  logger.info({ url, store: config.store?.kind, wsApiEndpoint: config.wsApiEndpoint }, 'listening');
  process.send?.({ listening: url });
  return { app, config, logger };
}

/** Prints why it cannot start. */
function reportAndExit(error: unknown): never {
  for (const line of explainFailure(error))
    process.stderr.write(`Backchannel's service cannot start: ${line}\n`);
  process.exit(1);
}
