import { setTimeout as sleep } from 'node:timers/promises';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger } from 'pino';
import { type Config } from '../nest/config/config.js';
import { Draining } from '../nest/operation/draining.js';

/** What asks this process to stop: signals, and the end of a parent that has started it with an IPC channel. */
export class StopRequests {
  readonly first = Promise.withResolvers<string>();
  readonly second = Promise.withResolvers<string>();
  #firstAt: number | undefined;

  constructor() {
    for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(event, () => this.#note(event));
  }

  /** Goes on listening: the second one must not end what the first one began, but for the draining. */
  #note(event: string): void {
    this.#firstAt ??= performance.now();
    if (performance.now() - this.#firstAt >= ONE_WISH_MS) this.second.resolve(event);
    this.first.resolve(event);
  }
}

/** A terminal and npm both pass one Ctrl-C on, and a parent that gets it may end, too. */
const ONE_WISH_MS = 500;

/**
 * Stops the service in order: its readiness falls; for `DRAIN_SECONDS`, or until it is asked again, it serves on;
 * then shards under way are handed back, requests and callbacks under way end, and the store closes.
 *
 * @param closingMs what comes after the draining takes no longer, whatever hangs
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
    if (!isClosed) log.warn({ closingMs }, 'not everything has ended in time');
  } catch (error) {
    log.error({ err: error }, 'not closed in order');
    return 1;
  }
  log.info('stopped');
  return 0;
}

/** ECS kills a task 30 s after its draining: `stopTimeout` in `cdk/service.ts`. API Gateway waits for an answer no longer. */
export const CLOSING_MS = 28_000;
