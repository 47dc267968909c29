/** Work with the same key goes one after the other, in the order in which it came; with other keys side by side. */
export class Turns<Key> {
  /** Settles with the turn of the last one that came. */
  readonly #last = new Map<Key, Promise<void>>();

  /** @param work ends its turn by calling `pass`, or else by settling */
  async run<T>(key: Key, work: (pass: () => void) => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: turn, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, turn);
    const pass = () => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
      resolve();
    };
    if (before) await before;
    try {
      return await work(pass);
    } finally {
      pass();
    }
  }
}
