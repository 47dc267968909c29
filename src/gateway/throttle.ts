import { LIMITS } from './limits.js';

/**
 * How many requests and new connections API Gateway takes: of the whole account, of a route where its stage's settings
 * say so, and of an API key where its usage plan does. A token bucket each: it holds `burst` tokens, gains `rate` of them a
 * second, and a request takes one.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export class Throttle {
  readonly #requests: TokenBucket;
  readonly #newConnections: TokenBucket;
  /** Of routes and of API keys, by the limit in words. */
  readonly #others = new Map<string, TokenBucket>();

  /** @param now milliseconds since 1970, by the gateway's clock */
  constructor(
    private readonly now: () => number,
    limits: AccountLimits,
  ) {
    this.#requests = new TokenBucket(
      "the account's requests per second",
      limits.requestsPerSecond,
      limits.requestBurst,
      now(),
    );
    // a burst is not documented for new connections; this one is what "500 per second" says of a single second
    this.#newConnections = new TokenBucket(
      "the account's new connections per second",
      limits.newConnectionsPerSecond,
      limits.newConnectionsPerSecond,
      now(),
    );
  }

  /**
   * Counts a handshake, as a request too.
   *
   * @returns the limit that it exceeds, in words; `undefined` when it may go on
   */
  exceededByConnection(route: ThrottledRoute): string | undefined {
    return this.#exceeded([this.#newConnections, this.#requests, ...this.#bucketOf(route)]);
  }

  /**
   * Counts a message, or a request to `@connections`.
   *
   * @param route none for `@connections`
   * @returns the limit that it exceeds, in words; `undefined` when it may go on
   */
  exceededByRequest(route?: ThrottledRoute): string | undefined {
    return this.#exceeded([this.#requests, ...(route ? this.#bucketOf(route) : [])]);
  }

  /**
   * Counts a handshake with this API key; to be called after `exceededByConnection`.
   *
   * @returns the limit that it exceeds, in words; `undefined` when it may go on
   */
  exceededByApiKey({ id, throttle }: ThrottledApiKey): string | undefined {
    if (throttle === undefined) return undefined;
    return this.#exceeded([
      this.#bucket(`the usage plan of API key ${id}`, throttle.rateLimit, throttle.burstLimit),
    ]);
  }

  /** Takes a token from each, or from none of them. */
  #exceeded(buckets: readonly TokenBucket[]): string | undefined {
    const now = this.now();
    const empty = buckets.find((bucket) => !bucket.hasToken(now));
    if (empty === undefined) for (const bucket of buckets) bucket.take();
    return empty?.limit;
  }

  #bucketOf({ apiId, stage, routeKey, settings }: ThrottledRoute): readonly TokenBucket[] {
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = settings;
    if (rate === undefined && burst === undefined) return [];
    const limit = `the throttling settings of ${apiId}/${stage}/${routeKey}`;
    return [this.#bucket(limit, rate ?? LIMITS.requestsPerSecond, burst ?? LIMITS.requestBurst)];
  }

  /** Begins anew when the limits were changed. */
  #bucket(limit: string, ratePerSecond: number, burst: number): TokenBucket {
    const known = this.#others.get(limit);
    if (known?.hasLimits(ratePerSecond, burst)) return known;
    const bucket = new TokenBucket(limit, ratePerSecond, burst, this.now());
    this.#others.set(limit, bucket);
    return bucket;
  }
}

/** Quotas of the account, which AWS adjusts on request. */
export type AccountLimits = Record<'requestsPerSecond' | 'requestBurst' | 'newConnectionsPerSecond', number>;

export interface ThrottledRoute {
  readonly apiId: string;
  readonly stage: string;
  readonly routeKey: string;
  /** The route's own, or the stage's for every route that has none. */
  readonly settings: { readonly ThrottlingRateLimit?: number; readonly ThrottlingBurstLimit?: number };
}

export interface ThrottledApiKey {
  readonly id: string;
  /** Of its usage plan; `Infinity` is no limit. */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
}

class TokenBucket {
  #tokens: number;

  /** @param limit in words, which name the bucket too */
  constructor(
    readonly limit: string,
    private readonly ratePerSecond: number,
    private readonly burst: number,
    private filledAt: number,
  ) {
    this.#tokens = burst;
  }

  hasLimits(ratePerSecond: number, burst: number): boolean {
    return this.ratePerSecond === ratePerSecond && this.burst === burst;
  }

  /** Fills it up to now first. */
  hasToken(now: number): boolean {
    const seconds = Math.max(0, now - this.filledAt) / 1000;
    // without a limit of the rate it is always full; no time at all times Infinity would be no number
    this.#tokens =
      this.ratePerSecond === Infinity
        ? this.burst
        : Math.min(this.burst, this.#tokens + seconds * this.ratePerSecond);
    this.filledAt = now;
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }
}
