import { setTimeout as sleep } from 'node:timers/promises';
import { ChildProgram, describeEnd } from './child-program.js';

/** A program to run. */
export interface ProgramSettings {
  readonly name: string;
  /** The compiled program. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  /** The variable that sets its port, so that it listens on the same port after a restart. */
  readonly portVariable: string;
}

/** A program that is restarted when it ends by itself. */
export class SupervisedProgram {
  #child: ChildProgram;
  #env: NodeJS.ProcessEnv;
  readonly #stopping = new AbortController();

  constructor(private readonly settings: ProgramSettings) {
    this.#env = settings.env;
    this.#child = this.#start();
  }

  /**
   * Waits for the first start, which is not repeated: a wrong setting stays wrong.
   *
   * @returns its URL
   * @throws {ProgramEndedError} it ended instead
   */
  async listening(): Promise<string> {
    const url = await this.#child.listening;
    this.#env = { ...this.#env, [this.settings.portVariable]: new URL(url).port };
    return url;
  }

  /**
   * Restarts the program whenever it has ended, after a growing pause.
   *
   * @param restarted called once it listens again
   * @param report called with a line for each restart
   * @returns once it was stopped
   * @throws {Error} it ended too often in a short time; also what `restarted` throws while the program runs
   */
  async supervise(restarted: () => Promise<void>, report: (line: string) => void): Promise<void> {
    const { name } = this.settings;
    let recent: number[] = [];
    for (;;) {
      const child = this.#child;
      const end = await child.ended;
      if (this.#isStopping) return;
      const now = performance.now();
      recent = [...recent.filter((endedAt) => now - endedAt < WINDOW_MS), now];
      const line = `the ${name} (process ${child.processId}) ended with ${describeEnd(end)}`;
      if (recent.length >= MAX_ENDS) {
        throw new Error(`${line}, and ${MAX_ENDS} times within ${WINDOW_MS / 1000} s: giving up`);
      }
      report(`${line}: restarting it`);
      await sleep(FIRST_PAUSE_MS * 2 ** (recent.length - 1), undefined, {
        signal: this.#stopping.signal,
      }).catch(() => undefined);
      if (this.#isStopping) return;
      this.#child = this.#start();
      await this.#afterRestart(restarted);
    }
  }

  /**
   * Stops it for good and waits for its end.
   *
   * @param limitMs kills it after this time
   */
  async stop(limitMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#child.stop(limitMs);
  }

  /** Ends it at once and for good. */
  kill(): void {
    this.#stopping.abort();
    this.#child.kill();
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #start(): ChildProgram {
    return new ChildProgram(this.settings.name, this.settings.file, this.#env);
  }

  /** A failure because the program has ended once more is left to the next restart. */
  async #afterRestart(restarted: () => Promise<void>): Promise<void> {
    const hasEnded = this.#child.ended.then(() => true);
    try {
      await this.#child.listening;
      await restarted();
    } catch (error) {
      if (await Promise.race([hasEnded, sleep(SETTLE_MS, false)])) return;
      throw error;
    }
  }
}

/** Pauses of 0.2, 0.4, 0.8 and 1.6 s: short for a developer, and a program that cannot run does not loop. */
const FIRST_PAUSE_MS = 200;
const MAX_ENDS = 5;
const WINDOW_MS = 60_000;
/** A connection may fail before this process notices the end of the other one. */
const SETTLE_MS = 1_000;
