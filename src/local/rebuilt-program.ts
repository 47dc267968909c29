import { ChildProgram, describeEnd } from './child-program.js';
import { type ProgramSettings } from './supervised-program.js';

/** A program under development: it is restarted when it was built again, and when it ends by itself, it waits for that. */
export class RebuiltProgram {
  #child: ChildProgram;
  #env: NodeJS.ProcessEnv;
  #isStopping = false;
  #rebuilt = Promise.withResolvers<void>();

  constructor(private readonly settings: ProgramSettings) {
    this.#env = settings.env;
    this.#child = this.#start();
  }

  /**
   * Waits for the first start.
   *
   * @returns its URL
   * @throws {ProgramEndedError} it ended instead
   */
  async listening(): Promise<string> {
    const url = await this.#child.listening;
    this.#env = { ...this.#env, [this.settings.portVariable]: new URL(url).port };
    return url;
  }

  /** Stops it, if it runs, and starts what is built now. */
  restart(): void {
    this.#rebuilt.resolve();
  }

  /**
   * Restarts the program whenever {@link restart} was called.
   *
   * @param restarted called once it listens again
   * @param report called with a line when it has ended by itself
   * @returns once it was stopped
   */
  async supervise(restarted: () => Promise<void>, report: (line: string) => void): Promise<void> {
    const { name } = this.settings;
    for (;;) {
      const child = this.#child;
      const end = await Promise.race([child.ended, this.#rebuilt.promise]);
      if (this.#isStopping) return;
      if (end !== undefined)
        report(`the ${name} ended with ${describeEnd(end)}: it starts again after the next change`);
      await this.#rebuilt.promise;
      this.#rebuilt = Promise.withResolvers();
      await child.stop(STOP_LIMIT_MS);
      if (this.#isStopping) return;
      this.#child = this.#start();
      // an end, and one more change, belong to the next round
      const isListening = await Promise.race([
        this.#child.listening.then(
          () => true,
          () => false,
        ),
        this.#rebuilt.promise.then(() => false),
      ]);
      if (isListening) await restarted();
    }
  }

  /**
   * Stops it for good and waits for its end.
   *
   * @param limitMs kills it after this time
   */
  async stop(limitMs: number): Promise<void> {
    this.#endSupervision();
    await this.#child.stop(limitMs);
  }

  /** Ends it at once and for good. */
  kill(): void {
    this.#endSupervision();
    this.#child.kill();
  }

  #endSupervision(): void {
    this.#isStopping = true;
    this.#rebuilt.resolve();
  }

  #start(): ChildProgram {
    return new ChildProgram(this.settings.name, this.settings.file, this.#env);
  }
}

/** Longer than the service's own stop, which takes at most 28 s. */
const STOP_LIMIT_MS = 30_000;
