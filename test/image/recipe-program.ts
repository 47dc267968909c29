import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';

/** A program that starts a container, prints its URL, and removes the container when it is sent a line. */
export class RecipeProgram implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor(command: string, args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#child.stdout!);
  }

  /** @throws if it ends before */
  async url(): Promise<string> {
    const ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the recipe ended with ${String(code)} and printed no URL`);
    });
    const [line] = (await Promise.race([once(this.#lines, 'line'), ended])) as [string];
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.stdin?.end('\n');
    await once(this.#child, 'exit');
  }
}
