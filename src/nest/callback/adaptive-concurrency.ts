import { ThrottledError } from './callback.errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';

/**
 * Concurrency limit driven by API Gateway's 429 responses: additive increase, multiplicative decrease (AIMD). After
 * each round, the limit grows by one if the round was not throttled, and is halved if it was. A round has as many
 * results as the limit allows in flight, and counts as throttled when one in {@link THROTTLED_SHARE} was: API Gateway
 * also sends 429 for a single client that reads too slowly, which is no reason to slow down for the others.
 * After each second in which it was not lowered, the limit doubles: with few messages to many, rounds take long.
 */
export class AdaptiveConcurrency {
  readonly #max: number;
  readonly #limit: ConcurrencyLimit;
  #results = 0;
  #throttled = 0;
  /** When the limit was lowered or doubled last, by `performance.now()`. */
  #changedAt = 0;

  /** @param max the initial limit, which is never exceeded */
  constructor(max: number) {
    this.#max = max;
    this.#limit = new ConcurrencyLimit(max);
  }

  get limit(): number {
    this.#recover();
    return this.#limit.limit;
  }

  /** @param countsThrottling whether a 429 may be the account's; called when one has come */
  async run<T>(work: () => Promise<T>, countsThrottling: () => boolean = () => true): Promise<T> {
    this.#recover();
    const wait = this.#limit.acquire();
    if (wait) await wait;
    try {
      const result = await work();
      this.count(false);
      return result;
    } catch (error) {
      const isThrottled = error instanceof ThrottledError;
      if (!isThrottled || countsThrottling()) this.count(isThrottled);
      throw error;
    } finally {
      this.#limit.release();
    }
  }

  #recover(): void {
    const { limit } = this.#limit;
    if (limit >= this.#max) return;
    const now = performance.now();
    const doublings = Math.floor((now - this.#changedAt) / QUIET_MS);
    if (doublings === 0) return;
    this.#limit.resize(Math.min(this.#max, limit * 2 ** doublings));
    this.#changedAt = now;
  }

  /** What lowered the limit turned out not to be the account's rate. */
  restore(): void {
    this.#limit.resize(this.#max);
    this.#results = 0;
    this.#throttled = 0;
  }

  /** Counts a result that {@link run} has not counted. */
  count(isThrottled: boolean): void {
    this.#results += 1;
    if (isThrottled) this.#throttled += 1;
    const { limit } = this.#limit;
    if (this.#results < limit) return;
    if (this.#throttled * THROTTLED_SHARE >= this.#results) {
      this.#limit.resize(Math.max(1, Math.floor(limit / 2)));
      this.#changedAt = performance.now();
    } else if (limit < this.#max) {
      this.#limit.resize(limit + 1);
    }
    this.#results = 0;
    this.#throttled = 0;
  }
}

/** An account that is throttled lowers the limit again in less time. */
const QUIET_MS = 1_000;

const THROTTLED_SHARE = 10;
