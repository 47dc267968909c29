import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import pretty from 'pino-pretty';

/** One of our programs as a process of its own. Its log lines are printed for reading; its errors as they are. */
export class Program {
  /** Its URL, once it listens. Rejects with a ProgramStoppedError when it ends before. */
  readonly listening: Promise<string>;
  /** Its name, once it has ended. */
  readonly stopped: Promise<string>;
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
    // not before its last line was read
    this.stopped = once(this.#child, 'close').then(() => name);
    this.listening = Promise.race([
      once(this.#child, 'message').then(([message]) => (message as { listening: string }).listening),
      this.stopped.then(() => {
        throw new ProgramStoppedError(`the ${name} did not start`);
      }),
    ]);
    this.listening.catch(() => undefined);
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.stopped;
  }
}

export class ProgramStoppedError extends Error {
  override readonly name = 'ProgramStoppedError';
}
