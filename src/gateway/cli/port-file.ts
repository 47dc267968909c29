import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { UsageError } from '../usage-error.js';

/** `--port-file FILE`: contains the port while the gateway listens, so that scripts can use any free port. */
export class PortFile {
  #port: number | undefined;

  /** @throws {UsageError} the name is empty */
  constructor(private readonly file: string) {
    if (file === '') throw new UsageError('--port-file is empty: it must be the name of a file');
  }

  /** @throws {UsageError} there is a file that no gateway has written; `write` would replace it */
  check(): void {
    this.#attempt(() => {
      if (this.#content() === OTHER) {
        throw new Error(`${this.file} exists and contains no port: remove it, or choose another name`);
      }
    });
  }

  /**
   * Writes the file in one step: a reader sees the whole port, or what was there before. It replaces only an empty file,
   * and the file of another gateway.
   *
   * @throws {UsageError} the file cannot be written, or another file has its name
   */
  write(port: number): void {
    this.check();
    const temporary = `${this.file}.${process.pid}`;
    this.#attempt(() => {
      try {
        writeFileSync(temporary, `${port}\n`);
        renameSync(temporary, this.file);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
    this.#port = port;
  }

  /**
   * Removes the file that `write` has written. One that has replaced it in the meantime remains.
   *
   * @throws {UsageError} the file cannot be removed
   */
  remove(): void {
    this.#attempt(() => {
      if (this.#content() === `${this.#port}\n`) rmSync(this.file);
    });
  }

  /** @returns a port or an empty text; `undefined` when there is no file */
  #content(): string | typeof OTHER | undefined {
    const stat = statSync(this.file, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const text = stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(this.file, 'utf8') : 'not read';
    return /^\d*\n?$/.test(text) ? text : OTHER;
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new UsageError(`--port-file: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Not the file of a gateway. */
const OTHER = Symbol('other');

/** Five digits and a line break. */
const MAX_BYTES = 6;
