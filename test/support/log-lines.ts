import { type Logger, pino } from 'pino';
import { Queue } from './queue.js';

/** A logger whose lines can be awaited. */
export class LogLines {
  readonly #lines = new Queue<Readonly<Record<string, unknown>>>('a line of the log');
  readonly log: Logger = pino(
    { level: 'debug', base: null },
    { write: (line: string) => this.#lines.push(JSON.parse(line) as Record<string, unknown>) },
  );

  /** The next line with that message. */
  async next(msg: string): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const line = await this.#lines.next();
      if (line.msg === msg) return line;
    }
  }
}
