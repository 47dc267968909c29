import { AsyncLocalStorage } from 'node:async_hooks';
import { type FastifyBaseLogger } from 'fastify';
import { type Logger } from 'pino';

/**
 * The log for all layers below the controllers. A line that is logged while a request is handled goes to the logger of
 * that request, every other line to the logger of the process.
 */
export class RequestLog {
  readonly #requests = new AsyncLocalStorage<LoggingRequest>();

  constructor(private readonly process: Logger) {}

  /** Handles a request: lines that `work` and what it starts log go to the logger of the request. */
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

/** A request. Its logger may be replaced by one with more fields, for the lines that follow. */
export interface LoggingRequest {
  readonly log: FastifyBaseLogger;
}
