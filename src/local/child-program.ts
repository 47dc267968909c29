import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import pretty from 'pino-pretty';

/** How a process ended: exactly one of the two is not null. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One of our programs in a process of its own. Its log lines are printed for people, its error output unmodified. */
export class ChildProgram {
  /** Its URL, once it listens. Rejects with a ProgramEndedError if it ends before. */
  readonly listening: Promise<string>;
  /** Resolves when it has ended and its output was printed. */
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;

  /** @param file the compiled program; it reports `{ listening: URL }` over IPC */
  constructor(name: string, file: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, ['--enable-source-maps', file], {
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // a process group of its own: Ctrl-C in the terminal reaches this process only, which stops the programs in order
      detached: true,
    });
    const output = standardOutput();
    const isPrinted = finished(output).catch(() => undefined);
    const readable = pretty({
      singleLine: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      messageFormat: `${name}: {msg}`,
      destination: output,
    });
    this.#child.stdout?.pipe(readable);
    this.ended = once(this.#child, 'close').then(async ([code, signal]) => {
      await isPrinted;
      return { code, signal };
    });
    this.listening = Promise.race([
      once(this.#child, 'message').then(([message]) => (message as { listening: string }).listening),
      this.ended.then((end) => {
        throw new ProgramEndedError(name, end);
      }),
    ]);
    this.listening.catch(() => undefined);
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends SIGTERM and waits for the end.
   *
   * @param limitMs kills it after this time
   */
  async stop(limitMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), limitMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it at once, also if it does not respond. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/**
 * Writes to this process's output, which remains open for other programs, and emits its errors there. pino-pretty's own
 * destination ignores that the reader has gone.
 */
function standardOutput(): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      process.stdout.write(chunk, () => done());
    },
  });
}

/** A program ended before it listened. */
export class ProgramEndedError extends Error {
  override readonly name = 'ProgramEndedError';
  /** Whether the program has printed the reason, as each does before it exits with an error code. */
  readonly hasPrintedReason: boolean;

  constructor(name: string, end: ProgramEnd) {
    super(`the ${name} did not start: it ended with ${describeEnd(end)}`);
    this.hasPrintedReason = end.signal === null && end.code !== 0;
  }
}

export const describeEnd = ({ code, signal }: ProgramEnd) =>
  signal === null ? `exit code ${code}` : `signal ${signal}`;
