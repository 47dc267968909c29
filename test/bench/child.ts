import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the benchmark's, and what it tells its parent. */
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
      throw new Error(`a process of the benchmark ended with ${code} before it told what was asked`);
    });
    // it matters only to who waits for a message
    this.#ended.catch(() => undefined);
  }

  /** @param env besides that of the benchmark itself */
  static start(
    file: string,
    args: readonly string[] = [],
    execArgv: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Child {
    return new Child(file, args, execArgv, env);
  }

  /** The next message that has this member. */
  async told<T>(member: string): Promise<T> {
    for (;;) {
      const [message] = (await Promise.race([once(this.#process, 'message'), this.#ended])) as [
        Record<string, T>,
      ];
      if (Object.hasOwn(message, member)) return message[member]!;
    }
  }

  async ask<T>(question: string | object, member: string): Promise<T> {
    const answer = this.told<T>(member);
    this.#process.send(question);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    await this.#ended.catch(() => undefined);
  }
}
