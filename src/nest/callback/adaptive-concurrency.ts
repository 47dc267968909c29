import { ThrottledError } from './callback.errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';

/**
 * So much at once as API Gateway takes, found out by its answers: one more after each round without throttling, half
 * as many after one with it (additive increase, multiplicative decrease). A round is as many answers as may be under way
 * at once, and is throttled when one in {@link THROTTLED_SHARE} was: API Gateway says 429 also of a single client that reads
 * too slowly, which is no reason to slow down for the others.
 */
export class AdaptiveConcurrency {
  readonly #limit: ConcurrencyLimit;
  #answers = 0;
  #throttled = 0;

  /** @param max where it begins, and what it never exceeds */
  constructor(private readonly max: number) {
    this.#limit = new ConcurrencyLimit(max);
  }

  get limit(): number {
    return this.#limit.limit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const wait = this.#limit.acquire();
    if (wait) await wait;
    try {
      const result = await work();
      this.#count(false);
      return result;
    } catch (error) {
      this.#count(error instanceof ThrottledError);
      throw error;
    } finally {
      this.#limit.release();
    }
  }

  #count(isThrottled: boolean): void {
    this.#answers += 1;
    if (isThrottled) this.#throttled += 1;
    const { limit } = this.#limit;
    if (this.#answers < limit) return;
    if (this.#throttled * THROTTLED_SHARE >= this.#answers) {
      this.#limit.resize(Math.max(1, Math.floor(limit / 2)));
    } else if (limit < this.max) {
      this.#limit.resize(limit + 1);
    }
    this.#answers = 0;
    this.#throttled = 0;
  }
}

const THROTTLED_SHARE = 10;
