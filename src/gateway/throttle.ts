import { DEFAULT_ROUTE_LIMITS, newConnectionBurst } from './silent/traffic-choices.js';

/**
 * Rate limits for requests and new connections: a token bucket for the account, for each route whose stage settings
 * have limits, and for each API key whose usage plan has limits.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export class Throttle {
  readonly #requests: TokenBucket;
  readonly #newConnections: TokenBucket;
  /** Buckets of routes and API keys, by the description of the limit. */
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
    this.#newConnections = new TokenBucket(
      "the account's new connections per second",
      limits.newConnectionsPerSecond,
      newConnectionBurst(limits.newConnectionsPerSecond),
      now(),
    );
  }

  /**
   * Counts a handshake, which is a request and a new connection.
   *
   * @returns the description of the exceeded limit; `undefined` when none is exceeded
   */
  exceededByConnection(route: ThrottledRoute): string | undefined {
    return this.#exceeded([this.#newConnections, this.#requests, ...this.#bucketOf(route)]);
  }

  /**
   * Counts a message, or a request to `@connections`.
   *
   * @param route absent for `@connections`
   * @returns the description of the exceeded limit; `undefined` when none is exceeded
   */
  exceededByRequest(route?: ThrottledRoute): string | undefined {
    return this.#exceeded([this.#requests, ...(route ? this.#bucketOf(route) : [])]);
  }

  /**
   * Counts a handshake with this API key. Call it after `exceededByConnection`.
   *
   * @returns the description of the exceeded limit; `undefined` when none is exceeded
   */
  exceededByApiKey({ id, throttle }: ThrottledApiKey): string | undefined {
    if (throttle === undefined) return undefined;
    return this.#exceeded([
      this.#bucket(`the usage plan of API key ${id}`, throttle.rateLimit, throttle.burstLimit),
    ]);
  }

  /** Forgets all requests: every bucket is full. */
  reset(): void {
    for (const bucket of [this.#requests, this.#newConnections]) bucket.fill(this.now());
    this.#others.clear();
  }

  /** Takes a token from all buckets, or from none. */
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
    return [this.#bucket(limit, rate ?? DEFAULT_ROUTE_LIMITS.rate, burst ?? DEFAULT_ROUTE_LIMITS.burst)];
  }

  /** A new bucket when the limits were changed. */
  #bucket(limit: string, ratePerSecond: number, burst: number): TokenBucket {
    const known = this.#others.get(limit);
    if (known?.hasLimits(ratePerSecond, burst)) return known;
    const bucket = new TokenBucket(limit, ratePerSecond, burst, this.now());
    this.#others.set(limit, bucket);
    return bucket;
  }
}

/** Adjustable quotas of the account. */
export type AccountLimits = Record<'requestsPerSecond' | 'requestBurst' | 'newConnectionsPerSecond', number>;

export interface ThrottledRoute {
  readonly apiId: string;
  readonly stage: string;
  readonly routeKey: string;
  /** The route's settings, or the stage's defaults. */
  readonly settings: { readonly ThrottlingRateLimit?: number; readonly ThrottlingBurstLimit?: number };
}

export interface ThrottledApiKey {
  readonly id: string;
  /** The limits of its usage plan; `Infinity` is no limit. */
  readonly throttle?: { readonly rateLimit: number; readonly burstLimit: number };
}

/** Holds up to `burst` tokens and gains `ratePerSecond`; a request takes one. */
class TokenBucket {
  #tokens: number;

  /** @param limit its description, which identifies the bucket */
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

  /** Adds the tokens gained since the last call, then checks. */
  hasToken(now: number): boolean {
    const seconds = Math.max(0, now - this.filledAt) / 1000;
    // an unlimited rate keeps it full; 0 * Infinity would be NaN
    this.#tokens =
      this.ratePerSecond === Infinity
        ? this.burst
        : Math.min(this.burst, this.#tokens + seconds * this.ratePerSecond);
    this.filledAt = now;
    return this.#tokens >= 1;
  }

  fill(now: number): void {
    this.#tokens = this.burst;
    this.filledAt = now;
  }

  take(): void {
    this.#tokens -= 1;
  }
}
