import { setTimeout as sleep } from 'node:timers/promises';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger } from 'pino';
import { type Config } from '../nest/config/config.js';
import { Draining } from '../nest/operation/draining.js';
import { type StopRequests } from './stop-requests.js';

/**
 * Stops the service in order. It is not ready from now on, but serves for `DRAIN_SECONDS` or until the second request
 * to stop. Then it hands back its shards, waits for requests and callbacks in flight, and closes the store.
 *
 * @param closingMs limit for everything after the draining
 * @returns the process's exit code
 */
export async function stop(
  app: NestFastifyApplication,
  { operation: { drainMs } }: Config,
  log: Logger,
  requests: Pick<StopRequests, 'second'>,
  closingMs = CLOSING_MS,
): Promise<number> {
  app.get(Draining).begin();
  if (drainMs > 0) {
    log.info({ drainMs }, 'draining');
    await Promise.race([sleep(drainMs), requests.second.promise]);
  }
  try {
    const isClosed = await Promise.race([app.close().then(() => true), sleep(closingMs, false)]);
    if (!isClosed) log.warn({ closingMs }, 'not closed in time');
  } catch (error) {
    log.error({ err: error }, 'not closed in order');
    return 1;
  }
  log.info('stopped');
  return 0;
}

/**
 * ECS kills a task 30 s after its draining: `stopTimeout` in `cdk/service.ts`. API Gateway waits no longer for a
 * response.
 */
export const CLOSING_MS = 28_000;
