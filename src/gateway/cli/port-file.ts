import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { UsageError } from '../usage-error.js';

/** `--port-file FILE`: contains the port while the gateway listens, so that scripts can use any free port. */
export class PortFile {
  #port: number | undefined;

  constructor(private readonly file: string) {}

  /**
   * Writes the file in one step: a reader sees the whole port or no file.
   *
   * @throws {UsageError} the file cannot be written
   */
  write(port: number): void {
    this.#port = port;
    const temporary = `${this.file}.${process.pid}`;
    this.#attempt(() => {
      writeFileSync(temporary, `${port}\n`);
      renameSync(temporary, this.file);
    });
  }

  /**
   * Removes the file: one that an earlier gateway has left, or after `write` its own. The file of a gateway that was
   * started in the meantime remains.
   *
   * @throws {UsageError} the file cannot be removed
   */
  remove(): void {
    this.#attempt(() => {
      if (this.#port !== undefined && readIfPresent(this.file)?.trim() !== String(this.#port)) return;
      rmSync(this.file, { force: true });
    });
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new UsageError(`--port-file: ${(error as Error).message}`, { cause: error });
    }
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
