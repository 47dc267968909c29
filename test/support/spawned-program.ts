import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
/** The folder of the built programs. */
const DIST = process.env.BACKCHANNEL_DIST ?? join(ROOT, 'dist');

const pathOf = (file: string) => (isAbsolute(file) ? file : join(DIST, file));

type Command = readonly [program: string, ...args: string[]];

/** One of our built programs as a process of its own, with the lines that it prints. */
export class SpawnedProgram implements AsyncDisposable {
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** Exit code, or the signal that ended it, once all its output was read. */
  readonly exit: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<{ text: string; found: () => void }>();

  private constructor([command, ...args]: Command, env: NodeJS.ProcessEnv, withIpc: boolean) {
    this.#child = spawn(command, args, {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', ...(withIpc ? (['ipc'] as const) : [])],
    });
    const read = (['stdout', 'stderr'] as const).map(async (name) => {
      const lines = createInterface(this.#child[name]!).on('line', (line) => {
        this[name].push(line);
        for (const waiting of this.#waiting) if (line.includes(waiting.text)) waiting.found();
      });
      await once(lines, 'close');
    });
    // not `close`, which is not emitted once the IPC channel was closed from this side
    this.exit = Promise.all([once(this.#child, 'exit'), ...read]).then(
      ([[code, signal]]) => (code ?? signal) as number | NodeJS.Signals,
    );
  }

  /** @param file below `dist`, such as `service/main.js` */
  static run(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): SpawnedProgram {
    return new SpawnedProgram([process.execPath, pathOf(file), ...args], env, false);
  }

  /** Runs any command, in the folder of this repository. */
  static command(command: Command, env: NodeJS.ProcessEnv = {}): SpawnedProgram {
    return new SpawnedProgram(command, env, false);
  }

  /**
   * Runs a program that reports its URL, and waits until it listens.
   *
   * @param file below `dist`, or an absolute path
   */
  static async listening(
    file: string,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ program: SpawnedProgram; url: string }> {
    const program = new SpawnedProgram([process.execPath, pathOf(file), ...args], env, true);
    const url = await Promise.race([
      once(program.#child, 'message').then(([message]) => (message as { listening: string }).listening),
      program.exit.then((code) => {
        throw new Error(`${file} ended with ${code}: ${program.stderr.join('\n')}`);
      }),
    ]);
    return { program, url };
  }

  /** Waits until it has printed a line that contains `text`. */
  async prints(text: string): Promise<void> {
    if ([...this.stdout, ...this.stderr].some((line) => line.includes(text))) return;
    const found = new Promise<void>((resolve) => {
      this.#waiting.add({ text, found: resolve });
    });
    const ended = this.exit.then((code) => {
      throw new Error(`it ended with ${code} and never printed '${text}': ${this.stderr.join('\n')}`);
    });
    await Promise.race([found, ended]);
  }

  /** The number of lines printed so far that contain `text`. */
  countOf(text: string): number {
    return [...this.stdout, ...this.stderr].filter((line) => line.includes(text)).length;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Closes the IPC channel, as the end of the parent process does. */
  disconnect(): void {
    this.#child.disconnect();
  }

  /** Sends the signal, and waits until it has ended. */
  async kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal);
    return this.exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
  }
}
