import { AsyncLocalStorage } from 'node:async_hooks';
import { type FastifyBaseLogger } from 'fastify';
import { type Logger } from 'pino';

/**
 * The log of whatever is under way. A line that belongs to a request goes to that request's logger, however deep below
 * the controller it is logged; every other one to the logger of the process.
 */
export class RequestLog {
  readonly #requests = new AsyncLocalStorage<LoggingRequest>();

  constructor(private readonly process: Logger) {}

  /** Runs what a request asks for, with whatever goes on because of it. */
  within(request: LoggingRequest, work: () => void): void {
    this.#requests.run(request, work);
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#logger.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#logger.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(fields, message);
  }

  get #logger(): FastifyBaseLogger {
    return this.#requests.getStore()?.log ?? this.process;
  }
}

/** Its logger may be replaced by one with more fields, which then has the lines that follow. */
export interface LoggingRequest {
  readonly log: FastifyBaseLogger;
}
