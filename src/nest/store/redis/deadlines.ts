/** The server has not responded in time. */
class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
}

/** Limits the time of many promises, with one timer for the oldest instead of a timer per promise. */
export class Deadlines {
  readonly #timeoutMs: number;
  /** In the order of their deadlines, because all have the same timeout. */
  readonly #waiting = new Set<{ readonly endsAt: number; readonly reject: (error: Error) => void }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** @returns the promise's result; rejects if that takes longer than the timeout */
  limit<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = { endsAt: performance.now() + this.#timeoutMs, reject };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(this.#end, this.#timeoutMs);
      promise.then(resolve, reject).finally(() => this.#waiting.delete(waiting));
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { reject } of this.#waiting) reject(new NoResponseError('the store was closed'));
    this.#waiting.clear();
  }

  // after pending input was read: when this process was busy, the response may have arrived already
  readonly #end = () => {
    setImmediate(() => {
      for (const waiting of this.#waiting) {
        const remaining = waiting.endsAt - performance.now();
        if (remaining > 0) {
          this.#timer = setTimeout(this.#end, remaining);
          return;
        }
        this.#waiting.delete(waiting);
        waiting.reject(new NoResponseError(`no response within ${this.#timeoutMs} ms`));
      }
      this.#timer = undefined;
    });
  };
}
