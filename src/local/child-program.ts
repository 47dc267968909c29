import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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
  /** Resolves when it has ended and its output was read. */
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
    const readable = pretty({
      singleLine: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      messageFormat: `${name}: {msg}`,
    });
    this.#child.stdout?.pipe(readable);
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
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

  /** Sends SIGTERM and waits for the end. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended;
  }
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
