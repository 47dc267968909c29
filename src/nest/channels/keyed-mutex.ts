/**
 * Runs work with the same key one after the other, in the order of the calls, and work with different keys
 * concurrently.
 */
export class KeyedMutex<Key> {
  /** Resolves when the latest work with this key has released it. */
  readonly #last = new Map<Key, Promise<void>>();

  /** @param work releases the key when it calls `release`, or when it settles */
  async run<T>(key: Key, work: (release: () => void) => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: released, resolve } = Promise.withResolvers<void>();
    this.#last.set(key, released);
    const release = () => {
      if (this.#last.get(key) === released) this.#last.delete(key);
      resolve();
    };
    if (before) await before;
    try {
      return await work(release);
    } finally {
      release();
    }
  }
}
