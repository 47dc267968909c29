import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { within } from './limits.ts';

export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** File that receives what it prints; appended. */
  readonly logFile: string;
}

/** A program that this one started. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    running.add(child);
    this.ended = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  static async start({ command, args, env = {}, logFile }: ProgramOptions): Promise<Program> {
    const log = await open(logFile, 'a');
    try {
      const stdio: StdioOptions = ['ignore', log.fd, log.fd, 'ipc'];
      const child = spawn(command, args, { stdio, env: { PATH: process.env.PATH, ...env } });
      await once(child, 'spawn');
      return new Program(child);
    } finally {
      await log.close();
    }
  }

  /** Starts one of our programs, which reports its URL. */
  static async listening(options: ProgramOptions): Promise<{ program: Program; url: string }> {
    const program = await Program.start(options);
    try {
      const message = once(program.#child, 'message').then(([sent]) => sent as { listening: string });
      const ended = program.ended.then((code) => {
        throw new Error(`${options.args.join(' ')} ended with ${code}: ${options.logFile} has its output`);
      });
      ended.catch(() => undefined);
      const { listening } = await within(START_MS, Promise.race([message, ended]), 'the start of a program');
      return { program, url: listening };
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end, and kills it if it does not. */
  async stop(limitMs: number): Promise<void> {
    this.signal('SIGTERM');
    await within(limitMs, this.ended, 'the end of a program').catch(() => this.kill());
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** What still runs when this process ends, however it ends by itself, ends with it. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** On a busy machine, the start of a program takes seconds. */
const START_MS = 120_000;
