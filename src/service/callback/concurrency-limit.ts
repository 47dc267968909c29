/** Lets so many pieces of work run at once; the others wait in the order in which they came. */
export class ConcurrencyLimit {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(limit: number) {
    this.#free = limit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((start) => this.#waiting.push(start));
    try {
      return await work();
    } finally {
      // the place goes to the first who waits, so that nobody who comes now can take it
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
