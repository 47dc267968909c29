import { type IncomingHttpHeaders } from 'node:http';
import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';
import { HEADERS } from '../../api/integration.js';
import { type Config } from '../config/config.js';

/** The Nest token of the process's logger: `@Inject(PROCESS_LOGGER) log: Logger`. */
export const PROCESS_LOGGER = Symbol('PROCESS_LOGGER');

/**
 * The log: one event, one line of JSON, on standard output. Of requests it has ids, sizes and codes; never tokens,
 * secrets or contents.
 */
export function createLogger(
  { logLevel }: Pick<Config, 'logLevel'>,
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger {
  return pino(
    {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    destination,
  );
}

/** The fields of every line that is logged while this request is handled. The values are not checked yet. */
export function requestFields(headers: IncomingHttpHeaders): Record<string, unknown> {
  return {
    connectionId: headers[HEADERS.connectionId.toLowerCase()],
    requestId: headers[HEADERS.requestId.toLowerCase()],
    routeKey: headers[HEADERS.routeKey.toLowerCase()],
  };
}

/** Nest's own log. Its lines about the start are logged at debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  #write(level: 'debug' | 'warn' | 'error', message: unknown, rest: unknown[]): void {
    // Nest's last argument names the class that logs
    const fields = { context: rest.at(-1) };
    if (message instanceof Error) this.logger[level]({ ...fields, err: message }, message.message);
    else this.logger[level](fields, String(message));
  }
}

/**
 * An error with its causes. Has only these fields, unlike with pino's own serializer: libraries attach whole requests
 * to their errors.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) {
    // an object without a prototype has no toString
    return { message: typeof error === 'string' ? error : Object.prototype.toString.call(error) };
  }
  return {
    type: error.name,
    message: error.message,
    code: 'code' in error ? error.code : undefined,
    stack: error.stack,
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}
