import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the benchmark, and its messages to the parent process. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<never>;

  private constructor(
    file: string,
    args: readonly string[],
    execArgv: readonly string[],
    env: NodeJS.ProcessEnv,
  ) {
    this.#process = fork(file, args, {
      execArgv: [...execArgv],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#ended = once(this.#process, 'exit').then(([code]) => {
      throw new Error(
        `a process of the benchmark ended with code ${code} before it sent the expected message`,
      );
    });
    // only a caller that waits for a message handles it
    this.#ended.catch(() => undefined);
  }

  /** @param env in addition to the environment of the benchmark */
  static start(
    file: string,
    args: readonly string[] = [],
    execArgv: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Child {
    return new Child(file, args, execArgv, env);
  }

  /** Waits for the next message that has this member, and returns the member. */
  async receive<T>(member: string): Promise<T> {
    for (;;) {
      const [message] = (await Promise.race([once(this.#process, 'message'), this.#ended])) as [
        Record<string, T>,
      ];
      if (Object.hasOwn(message, member)) return message[member]!;
    }
  }

  /** Sends a message, and waits for the reply that has this member. */
  async request<T>(message: string | object, member: string): Promise<T> {
    const reply = this.receive<T>(member);
    this.#process.send(message);
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    await this.#ended.catch(() => undefined);
  }
}
