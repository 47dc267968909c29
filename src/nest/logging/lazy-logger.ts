import { type FastifyBaseLogger } from 'fastify';
import { type Bindings, type ChildLoggerOptions, type Logger } from 'pino';

type Line = readonly [first: unknown, ...rest: unknown[]];

/**
 * The logger of a request. It creates its pino child logger with the first line: at the usual level most requests log
 * nothing, and creating a child costs more than handling a ping.
 */
export class LazyLogger implements FastifyBaseLogger {
  #child: Logger | undefined;

  /** @param fields of every line; read with the first one */
  constructor(
    private readonly parent: Logger,
    private readonly fields: () => Bindings,
  ) {}

  get level(): string {
    return this.parent.level;
  }

  child(fields: Bindings, options?: ChildLoggerOptions): Logger {
    return this.#logger.child(fields, options);
  }

  trace(...line: Line): void {
    this.#write('trace', line);
  }

  debug(...line: Line): void {
    this.#write('debug', line);
  }

  info(...line: Line): void {
    this.#write('info', line);
  }

  warn(...line: Line): void {
    this.#write('warn', line);
  }

  error(...line: Line): void {
    this.#write('error', line);
  }

  fatal(...line: Line): void {
    this.#write('fatal', line);
  }

  silent(): void {
    // like pino's: a level at which nothing is logged
  }

  get #logger(): Logger {
    return (this.#child ??= this.parent.child(this.fields()));
  }

  #write(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', [first, ...rest]: Line): void {
    if (this.parent.isLevelEnabled(level)) this.#logger[level](first, ...(rest as []));
  }
}
