/**
 * Alternates works that would each occupy the event loop for long: one of them continues in each turn of the loop, in the
 * order in which they have paused.
 */
export class EventLoopTurns {
  readonly #paused: (() => void)[] = [];

  /** @returns in a later turn of the event loop, in which no other of these works continues */
  next(): Promise<void> {
    return new Promise((resume) => {
      this.#paused.push(resume);
      if (this.#paused.length === 1) setImmediate(() => this.#resumeOne());
    });
  }

  #resumeOne(): void {
    this.#paused.shift()!();
    if (this.#paused.length > 0) setImmediate(() => this.#resumeOne());
  }
}
