import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CallbackProxy } from './callback-proxy.ts';
import { poll } from './limits.ts';
import { Program } from './program.ts';

export interface TaskOptions {
  readonly number: number;
  /** For its log. */
  readonly folder: string;
  /** Of the built service. */
  readonly dist: string;
  readonly settings: NodeJS.ProcessEnv;
  /** See `nest/config/constants.ts`. */
  readonly constants: object;
  readonly callbacks: CallbackProxy;
  /** Called when it ends although nothing here has ended it. */
  readonly crashed: (reason: string) => void;
}

/** A task of the service, which is killed, stopped, frozen and started again. */
export class Task implements AsyncDisposable {
  readonly callbacks: CallbackProxy;
  readonly number: number;
  readonly #options: TaskOptions;
  readonly #disturbanceFile: string;
  #program: Program | undefined;
  #isDisposed = false;
  /** Undefined while it does not run. */
  port: number | undefined;

  private constructor(options: TaskOptions) {
    this.#options = options;
    this.number = options.number;
    this.callbacks = options.callbacks;
    this.#disturbanceFile = join(options.folder, `task-${options.number}.json`);
  }

  static async start(options: TaskOptions): Promise<Task> {
    const task = new Task(options);
    await task.disturb({});
    await task.start();
    return task;
  }

  /** Starts it again after its end. As an orchestrator does, it repeats that if the store cannot be reached yet. */
  async start(): Promise<void> {
    let failure: unknown;
    const isStarted = await poll(START_MS, () =>
      this.#start().then(
        () => true,
        (error: unknown) => {
          failure = error;
          return undefined;
        },
      ),
    );
    if (!isStarted) throw failure;
  }

  async #start(): Promise<void> {
    if (this.#isDisposed) throw new Error('the check has ended');
    const { dist, folder, number, settings, constants } = this.#options;
    const { program, url } = await Program.listening({
      command: process.execPath,
      args: ['--import', DISTURB, SERVICE, JSON.stringify(constants)],
      env: {
        ...settings,
        PORT: '0',
        HOST: '127.0.0.1',
        BACKCHANNEL_DIST: dist,
        CHECKER_DISTURBANCE: this.#disturbanceFile,
      },
      logFile: join(folder, `task-${number}.log`),
    });
    this.#program = program;
    this.port = Number(new URL(url).port);
    void this.#watch(program);
  }

  async #watch(program: Program): Promise<void> {
    const reason = await program.ended;
    if (this.#program !== program) return;
    this.port = undefined;
    this.#options.crashed(String(reason));
  }

  async kill(): Promise<void> {
    await this.#take()?.kill();
  }

  /** As a deployment stops it. */
  async stop(): Promise<void> {
    await this.#take()?.stop(STOP_MS);
  }

  freeze(): void {
    this.#program?.signal('SIGSTOP');
  }

  continue(): void {
    this.#program?.signal('SIGCONT');
  }

  /** Gives it another clock, or a disk that seems to be full; `{}` ends that. */
  async disturb(disturbance: {
    readonly clockOffsetMs?: number;
    readonly freeBytes?: number;
  }): Promise<void> {
    // replaced in one step, because the task may read it at any time
    const draft = `${this.#disturbanceFile}.draft`;
    await writeFile(draft, JSON.stringify(disturbance));
    await rename(draft, this.#disturbanceFile);
  }

  #take(): Program | undefined {
    const program = this.#program;
    this.#program = undefined;
    this.port = undefined;
    return program;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await this.kill();
  }
}

const DISTURB = pathToFileURL(join(import.meta.dirname, 'disturb.ts')).href;

const SERVICE = join(import.meta.dirname, '../support/service-with-constants.ts');
const START_MS = 120_000;
const STOP_MS = 15_000;
