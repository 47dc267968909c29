import { StoreUnavailableError } from '../store.errors.js';

/**
 * Work on the same thing in turn, on different ones side by side. What one has found out is handed to the next, and
 * forgotten when nobody waits. When the store is away, those who wait are told together, not one timeout after the other.
 */
export class Queues<T> {
  readonly #tails = new Map<string, Promise<T | undefined>>();

  /** @param work gets what the one before has returned; undefined when there was none, or it has failed */
  async run<R extends T>(name: string, work: (before: T | undefined) => Promise<R>): Promise<R> {
    const done = (this.#tails.get(name) ?? Promise.resolve(undefined)).then(work);
    const tail = done.catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) throw error;
      return undefined;
    });
    this.#tails.set(name, tail);
    try {
      return await done;
    } finally {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
      // who waits has its own promise of it
      tail.catch(() => undefined);
    }
  }
}
