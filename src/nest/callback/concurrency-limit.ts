/** Lets so many pieces of work run at once; the others wait in the order in which they came. */
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

  /** Fewer than are running already: then the next starts when enough of them have ended. */
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

  /** Takes a place that is given back by {@link release}. @returns undefined when there was one free at once */
  acquire(): Promise<void> | undefined {
    if (this.#running >= this.#limit) return this.#wait();
    this.#running += 1;
    return undefined;
  }

  release(): void {
    this.#running -= 1;
    this.#startWaiting();
  }

  #wait(): Promise<void> {
    return new Promise((start) => this.#waiting.push(start));
  }

  /** The places go to those who wait, so that nobody who comes now can take one. */
  #startWaiting(): void {
    while (this.#running < this.#limit) {
      const start = this.#waiting.shift();
      if (start === undefined) return;
      this.#running += 1;
      start();
    }
  }
}
