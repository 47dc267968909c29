/** The newest items, as many as fit into a number of bytes. Their ids count up without a gap. */
export class RingBuffer<T extends { readonly bytes: number }> {
  /** The first `#start` of them are evicted. */
  #items: (T | undefined)[] = [];
  #start = 0;
  #bytes = 0;
  #lastId = 0;
  #lastEvictedId = 0;

  constructor(private readonly limitBytes: number) {}

  /** Id of the newest item, also if it is no longer there; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Id of the newest item that was evicted because there was no room, since the last `clear`; else 0. */
  get lastEvictedId(): number {
    return this.#lastEvictedId;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the item's id */
  push(item: T): number {
    this.#items.push(item);
    this.#bytes += item.bytes;
    this.#lastId += 1;
    while (this.#bytes > this.limitBytes) this.#evict();
    return this.#lastId;
  }

  /** The items with greater ids, oldest first. */
  *after(id: number): Generator<T> {
    const firstId = this.#lastId - (this.#items.length - this.#start) + 1;
    for (let next = Math.max(id + 1, firstId); next <= this.#lastId; next += 1) {
      // the reader may take its time: what is evicted meanwhile is left out
      const item = this.#items[this.#items.length - 1 - (this.#lastId - next)];
      if (item) yield item;
    }
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
    this.#bytes = 0;
    this.#lastEvictedId = 0;
  }

  #evict(): void {
    const item = this.#items[this.#start];
    if (item === undefined) return;
    this.#items[this.#start] = undefined;
    this.#start += 1;
    this.#bytes -= item.bytes;
    this.#lastEvictedId = this.#lastId - (this.#items.length - this.#start);
    // moved only now and then: `shift` would move all of them for each item
    if (this.#start * 2 > this.#items.length && this.#start > 1_000) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
  }
}
