/** What arrives, in order, for who awaits it. A test fails with `what` did not come rather than by its own timeout. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  constructor(
    private readonly what: string,
    private readonly timeoutMs = 5_000,
  ) {}

  push(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(item);
    else this.#items.push(item);
  }

  /** The next item, as soon as there is one. */
  async next(): Promise<T> {
    if (this.#items.length > 0) return this.#items.shift()!;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.what} did not come`)), this.timeoutMs);
      this.#waiting.push((item) => {
        clearTimeout(timer);
        resolve(item);
      });
    });
  }

  /** What has arrived and was not awaited yet. */
  get pending(): readonly T[] {
    return this.#items;
  }
}
