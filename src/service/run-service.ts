import { createApplication, listen } from './application.js';
import { readConfig } from './configuration/read-config.js';
import { explainFailure } from './explain-failure.js';
import { createLogger } from '../nest/logging/logger.js';
import { stop } from './stop.js';
import { StopRequests } from './stop-requests.js';

/**
 * Runs the service until SIGINT, SIGTERM or, if a parent has started it with an IPC channel, the parent's end. Such a
 * parent receives `{ listening: URL }` once requests are accepted.
 */
const stopRequests = new StopRequests();
const service = await Promise.race([start().catch(reportAndExit), stopRequests.first.promise]);
// the store and the source of the AWS credentials may take long to respond
if (typeof service === 'string') {
  process.stderr.write(`Backchannel's service was stopped before it listened (${service})\n`);
  process.exit(0);
}
service.logger.info({ reason: await stopRequests.first.promise }, 'stopping');
process.exit(await stop(service.app, service.config, service.logger, stopRequests));

async function start() {
  const config = readConfig();
  const logger = createLogger(config);
  const app = await createApplication(config, logger);
  const url = await listen(app, config);
  logger.info({ url, store: config.store.kind, wsApiEndpoint: config.wsApiEndpoint }, 'listening');
  process.send?.({ listening: url });
  return { app, config, logger };
}

/** Prints why it cannot start. */
function reportAndExit(error: unknown): never {
  for (const line of explainFailure(error))
    process.stderr.write(`Backchannel's service cannot start: ${line}\n`);
  process.exit(1);
}
