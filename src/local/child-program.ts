import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import pretty from 'pino-pretty';

/** How a process ended: one of the two is there. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One of our programs as a process of its own. Its log lines are printed for reading; its errors as they are. */
export class ChildProgram {
  /** Its URL, once it listens. Rejects with a ProgramEndedError when it ends before. */
  readonly listening: Promise<string>;
  /** Resolves once it has ended and its last line was read. */
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;

  /** @param file the compiled program; it reports `{ listening: URL }` over IPC */
  constructor(name: string, file: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, ['--enable-source-maps', file], {
      env,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // a process group of its own, so that Ctrl-C in the terminal reaches us alone and we choose the order
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

  /** Sends it SIGTERM, and waits until it has ended. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended;
  }
}

/** A program ended before it listened. */
export class ProgramEndedError extends Error {
  override readonly name = 'ProgramEndedError';
  /** Whether it has printed the reason itself, as every program does before it exits with an error code. */
  readonly hasSaidWhy: boolean;

  constructor(name: string, end: ProgramEnd) {
    super(`the ${name} did not start: it ended with ${describeEnd(end)}`);
    this.hasSaidWhy = end.signal === null && end.code !== 0;
  }
}

export const describeEnd = ({ code, signal }: ProgramEnd) =>
  signal === null ? `exit code ${code}` : `signal ${signal}`;
