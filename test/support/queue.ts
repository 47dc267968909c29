/** Items in the order in which they arrive, to be awaited. A test fails with the name of what did not come. */
export class Queue<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  constructor(
    private readonly itemName: string,
    private readonly timeoutMs = 30_000,
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
      const timer = setTimeout(() => reject(new Error(`${this.itemName} did not come`)), this.timeoutMs);
      this.#waiting.push((item) => {
        clearTimeout(timer);
        resolve(item);
      });
    });
  }

  /** The items that have arrived and were not awaited yet. */
  get pending(): readonly T[] {
    return this.#items;
  }
}
