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
  /** Of routes, by API, stage and route key, and of API keys. */
  readonly #others = new Map<string, TokenBucket>();

  /** @param now milliseconds since 1970, by the gateway's clock */
  constructor(
    private readonly now: () => number,
    limits: AccountLimits,
  ) {
    this.#requests = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, now());
    // a burst is not documented for new connections; this one is what "500 per second" says of a single second
    this.#newConnections = new TokenBucket(
      limits.newConnectionsPerSecond,
      limits.newConnectionsPerSecond,
      now(),
    );
  }

  /** Whether a handshake may go on; it counts as a request too. */
  admitsConnection(route: ThrottledRoute): boolean {
    return this.#admits([this.#newConnections, this.#requests, ...this.#bucketOf(route)]);
  }

  /** Whether a message, or a request to `@connections`, may go on. @param route none for `@connections` */
  admitsRequest(route?: ThrottledRoute): boolean {
    return this.#admits([this.#requests, ...(route ? this.#bucketOf(route) : [])]);
  }

  /** Whether a handshake with this API key may go on; to be asked after `admitsConnection`. */
  admitsApiKey({ id, throttle }: ThrottledApiKey): boolean {
    if (throttle === undefined) return true;
    return this.#admits([this.#bucket(`key ${id}`, throttle.rateLimit, throttle.burstLimit)]);
  }

  /** Takes a token from each, or from none of them. */
  #admits(buckets: readonly TokenBucket[]): boolean {
    const now = this.now();
    const isAdmitted = buckets.every((bucket) => bucket.hasToken(now));
    if (isAdmitted) for (const bucket of buckets) bucket.take();
    return isAdmitted;
  }

  #bucketOf({ apiId, stage, routeKey, settings }: ThrottledRoute): readonly TokenBucket[] {
    const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = settings;
    if (rate === undefined && burst === undefined) return [];
    const key = `route ${apiId}/${stage}/${routeKey}`;
    return [this.#bucket(key, rate ?? LIMITS.requestsPerSecond, burst ?? LIMITS.requestBurst)];
  }

  /** Begins anew when the limits were changed. */
  #bucket(key: string, ratePerSecond: number, burst: number): TokenBucket {
    const known = this.#others.get(key);
    if (known?.hasLimits(ratePerSecond, burst)) return known;
    const bucket = new TokenBucket(ratePerSecond, burst, this.now());
    this.#others.set(key, bucket);
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

  constructor(
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
