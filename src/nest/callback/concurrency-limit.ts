/** A semaphore: runs up to N pieces of work at once; the others wait in the order of the calls. */
export class ConcurrencyLimit {
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** A limit below the number of running works takes effect as they end. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#startWaiting();
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) this.#running += 1;
    else await this.#wait();
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  /**
   * Takes a slot, which {@link release} returns.
   *
   * @returns undefined if a slot was free at once, which saves the caller a promise
   */
  acquire(): Promise<void> | undefined {
    if (this.#running >= this.#limit) return this.#wait();
    this.#running += 1;
    return undefined;
  }

  /** Takes a slot, which {@link release} returns, if one is free. */
  tryAcquire(): boolean {
    if (this.#running >= this.#limit) return false;
    this.#running += 1;
    return true;
  }

  release(): void {
    this.#running -= 1;
    this.#startWaiting();
  }

  #wait(): Promise<void> {
    return new Promise((start) => this.#waiting.push(start));
  }

  /** Takes the slot for the work that waits, so that a later call cannot take it first. */
  #startWaiting(): void {
    while (this.#running < this.#limit) {
      const start = this.#waiting.shift();
      if (start === undefined) return;
      this.#running += 1;
      start();
    }
  }
}
