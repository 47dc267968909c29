/** The server has not answered in time. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** Limits the time of many promises at once, with one timer for the oldest instead of one for each. */
export class Deadlines {
  readonly #timeoutMs: number;
  /** In the order in which they end, because all have the same time. */
  readonly #waiting = new Set<{ readonly endsAt: number; readonly reject: (error: Error) => void }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** @returns what the promise gives, unless it takes too long */
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
    for (const { reject } of this.#waiting) reject(new NoAnswerError('the store was closed'));
    this.#waiting.clear();
  }

  // only after what has arrived meanwhile was read: a busy process is not a server that is away
  readonly #end = () => {
    setImmediate(() => {
      for (const waiting of this.#waiting) {
        const remaining = waiting.endsAt - performance.now();
        if (remaining > 0) {
          this.#timer = setTimeout(this.#end, remaining);
          return;
        }
        this.#waiting.delete(waiting);
        waiting.reject(new NoAnswerError(`no answer in ${this.#timeoutMs} ms`));
      }
      this.#timer = undefined;
    });
  };
}
