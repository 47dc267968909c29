import { StoreUnavailableError } from '../store.errors.js';

/**
 * Runs work with the same key one after the other, and passes the result of each to the next. The result is dropped
 * when no work waits. Unlike `KeyedMutex`, a {@link StoreUnavailableError} fails all waiting work at once, instead of
 * one timeout after the other.
 */
export class KeyedChain<T> {
  readonly #tails = new Map<string, Promise<T | undefined>>();

  /** @param work receives the result of the work before; undefined if there was none, or it failed */
  async run<R extends T>(key: string, work: (previous: T | undefined) => Promise<R>): Promise<R> {
    const done = (this.#tails.get(key) ?? Promise.resolve(undefined)).then(async (previous) => {
      try {
        return await work(previous);
      } catch (error) {
        // the work that waits now fails; later work, such as an immediate retry, does not
        if (error instanceof StoreUnavailableError) this.#tails.delete(key);
        throw error;
      }
    });
    const tail = done.catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) throw error;
      return undefined;
    });
    this.#tails.set(key, tail);
    try {
      return await done;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      // avoids an unhandled rejection; waiting work handles its own promise
      tail.catch(() => undefined);
    }
  }
}
