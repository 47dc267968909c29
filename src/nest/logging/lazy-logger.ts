import { type FastifyBaseLogger } from 'fastify';
import { type Bindings, type ChildLoggerOptions, type Logger } from 'pino';

type Line = readonly [first: unknown, ...rest: unknown[]];

/**
 * A request's logger. It becomes a child logger of pino's with the first line that is written: at the usual level most
 * requests write none, and making a child costs more than handling a ping does.
 */
export class LazyLogger implements FastifyBaseLogger {
  #child: Logger | undefined;

  /** @param fields what every line has */
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
    // as pino's: a level at which nothing is written
  }

  get #logger(): Logger {
    return (this.#child ??= this.parent.child(this.fields()));
  }

  #write(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', [first, ...rest]: Line): void {
    if (this.parent.isLevelEnabled(level)) this.#logger[level](first, ...(rest as []));
  }
}
