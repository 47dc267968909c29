import { ThrottledError } from './callback.errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';

/**
 * Concurrency limit driven by API Gateway's 429 responses. It grows slowly, and after a 429 it becomes what the account
 * has accepted at once.
 *
 * A round has as many results as the limit allows in flight. It is throttled as soon as one in {@link THROTTLED_SHARE} is
 * a 429: API Gateway also sends 429 for a single client that reads too slowly, which is no reason to slow down for the
 * others. The limit is then lowered to an eighth until the attempts in flight at that time have results. The share that
 * was accepted, less a margin, gives the new limit. These results do not count otherwise, because their attempts were
 * started under the limit before.
 *
 * The limit grows by one at the end of a round, at most once in {@link GROWTH_MS}, because each attempt to exceed the
 * account's rate costs 429s; from the sixth time on faster, because the account may accept far more by now. After each
 * second in which it was not lowered, it doubles: with few messages to many, rounds take long.
 */
export class AdaptiveConcurrency {
  readonly #max: number;
  readonly #limit: ConcurrencyLimit;
  /** Counts how often the limit was lowered; attempts that were started before are measured, not counted. */
  #decreases = 0;
  #measurement: Measurement | undefined;
  #inFlight = 0;
  /** Of the current round. */
  #results = 0;
  #throttled = 0;
  /** When the limit has changed last, by `performance.now()`. */
  #resizedAt = 0;
  /** By how much the limit has grown since it was lowered. */
  #growth = 0;
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
    const decreases = this.#decreases;
    this.#inFlight += 1;
    try {
      const result = await work();
      this.#ended('accepted', decreases);
      return result;
    } catch (error) {
      const isThrottled = error instanceof ThrottledError;
      if (!isThrottled) this.#ended('accepted', decreases);
      else this.#ended(countsThrottling() ? 'throttled' : 'ignored', decreases);
      throw error;
    } finally {
      this.#limit.release();
    }
  }

  /** What lowered the limit turned out not to be the account's rate. */
  restore(): void {
    this.#measurement = undefined;
    this.#resize(this.#max);
  }

  /** Counts a result that {@link run} has not counted. */
  count(isThrottled: boolean): void {
    this.#results += 1;
    if (isThrottled) this.#throttled += 1;
    const { limit } = this.#limit;
    if (this.#throttled * THROTTLED_SHARE >= limit) return this.#lower(limit);
    if (this.#results < limit) return;
    this.#results = 0;
    this.#throttled = 0;
    if (limit >= this.#max) return;
    const faster = Math.max(0, this.#growth - SLOW_GROWTH);
    if (performance.now() - this.#resizedAt < GROWTH_MS - faster * FASTER_MS) return;
    this.#growth += 1;
    this.#resize(limit + 1);
  }

  /** @param decreases when the attempt was started */
  #ended(result: 'accepted' | 'throttled' | 'ignored', decreases: number): void {
    this.#inFlight -= 1;
    if (decreases !== this.#decreases) this.#measure(result);
    else if (result !== 'ignored') this.count(result === 'throttled');
  }

  #lower(limit: number): void {
    this.#decreases += 1;
    this.#growth = 0;
    this.#changedAt = performance.now();
    this.#measurement = { inFlight: this.#inFlight, results: 0, accepted: 0 };
    this.#resize(Math.max(1, Math.floor(limit / LOWEST)));
  }

  #measure(result: 'accepted' | 'throttled' | 'ignored'): void {
    const measurement = this.#measurement;
    if (measurement === undefined) return;
    if (result === 'ignored') measurement.inFlight -= 1;
    else measurement.results += 1;
    if (result === 'accepted') measurement.accepted += 1;
    const { inFlight, results, accepted } = measurement;
    if (results === 0 || results < inFlight * MEASURED_SHARE) return;
    this.#measurement = undefined;
    const sustained = Math.floor((MARGIN * inFlight * accepted) / results);
    if (sustained > this.#limit.limit) this.#resize(sustained);
  }

  #recover(): void {
    const { limit } = this.#limit;
    if (limit >= this.#max) return;
    const now = performance.now();
    const doublings = Math.floor((now - this.#changedAt) / QUIET_MS);
    if (doublings === 0) return;
    this.#changedAt = now;
    this.#resize(Math.min(this.#max, limit * 2 ** doublings));
  }

  #resize(limit: number): void {
    this.#results = 0;
    this.#throttled = 0;
    this.#resizedAt = performance.now();
    this.#limit.resize(limit);
  }
}

/** The results of attempts that were in flight when the limit was lowered. */
interface Measurement {
  inFlight: number;
  results: number;
  accepted: number;
}

/** An account that is throttled lowers the limit again in less time. */
const QUIET_MS = 1_000;

const THROTTLED_SHARE = 10;

/** The part of the limit that is used while the rate is measured: a rate that is still lower lowers it again. */
const LOWEST = 8;

/** The others may get no response for long. */
const MEASURED_SHARE = 0.9;

/** An account that has accepted all but one would refuse one again at once. */
const MARGIN = 0.9;

/** With twice that, the limit follows the rate more slowly, for no fewer 429s. */
const GROWTH_MS = 100;
const FASTER_MS = 10;

/** Without it, the limit exceeds the rate by more when it reaches it. */
const SLOW_GROWTH = 5;
