import { createApplication, listen } from './application.js';
import { ConfigError } from '../nest/config/config.errors.js';
import { type Constants, CONSTANTS } from '../nest/config/constants.js';
import { doubtfulVariables, readConfig } from './configuration/read-config.js';
import { createLogger } from '../nest/logging/logger.js';
import { StoreUnavailableError } from '../nest/store/store.errors.js';
import { stop } from './stop.js';
import { StopRequests } from './stop-requests.js';

/**
 * Runs the service until SIGINT, SIGTERM or, if a parent has started it with an IPC channel, the parent's end. Such a
 * parent receives `{ listening: URL }` once requests are accepted.
 *
 * @param constants others only in tests
 */
export async function runService(constants: Constants = CONSTANTS): Promise<never> {
  const stopRequests = new StopRequests();
  const service = await Promise.race([start(constants).catch(reportAndExit), stopRequests.first.promise]);
  // the store and the source of the AWS credentials may take long to respond
  if (typeof service === 'string') {
    process.stderr.write(`Backchannel's service was stopped before it listened (${service})\n`);
    process.exit(0);
  }
  service.logger.info({ reason: await stopRequests.first.promise }, 'stopping');
  process.exit(await stop(service.app, service.config, service.logger, stopRequests));
}

async function start(constants: Constants) {
  const config = readConfig(undefined, constants);
  const logger = createLogger(config);
  for (const { name, message } of doubtfulVariables())
    logger.warn({ variable: name, reason: message }, 'variable is no setting');
  const app = await createApplication(config, logger);
  const url = await listen(app, config);
  logger.info({ url, store: config.store.kind, wsApiEndpoint: config.wsApiEndpoint }, 'listening');
  process.send?.({ listening: url });
  return { app, config, logger };
}

/** Prints one line for each problem; a stack only for an unexpected error. */
function reportAndExit(error: unknown): never {
  for (const line of explain(error)) process.stderr.write(`Backchannel's service cannot start: ${line}\n`);
  process.exit(1);
}

function explain(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof StoreUnavailableError) return [error.message];
  const { code, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  switch (code ?? '') {
    case 'EADDRINUSE':
      return [
        `port ${port} of ${address} is in use: stop the program that listens there, or set PORT to another port`,
      ];
    case 'EACCES':
      return [`this user may not listen on port ${port}: set PORT to 1024 or higher`];
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return [`HOST is not an address of this machine (${code}): set HOST to one of its addresses`];
    default:
      return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}
