import { type ConnectionId } from '../../api/integration.js';

/**
 * Distinguishes clients that do not read from a throttled account. API Gateway sends 429 for both, but the account's
 * rate hits all connections alike: while posts to other connections succeed, a connection that is throttled again and
 * again is one whose client does not read.
 *
 * The reason for a single 429 shows later: it was the account's rate if one of the next attempts succeeds.
 */
export class ThrottledConnections {
  /** Connections whose latest attempt was throttled, in the order of their first 429. */
  readonly #throttled = new Map<ConnectionId, Throttling>();
  /** Attempts that succeeded. */
  #accepted = 0;
  /** Attempts that were throttled before a later one to the same connection succeeded: by the account's rate. */
  #throttledInPassing = 0;
  /** Connections that were throttled by the account's rate, and those that were not, of late. */
  #byAccount = 0;
  #byClient = 0;
  #latestByClient = -Infinity;
  #isLocal = false;

  /** @param onLocal called when {@link isLocal} becomes true */
  constructor(private readonly onLocal: () => void) {}

  /** Whether most 429s are for clients that do not read, so that a single one says nothing about the account's rate. */
  get isLocal(): boolean {
    if (this.#isLocal && performance.now() - this.#latestByClient > FORGET_MS) this.#isLocal = false;
    return this.#isLocal;
  }

  /** Whether the latest attempt to this connection was throttled. */
  has(connectionId: ConnectionId): boolean {
    return this.#throttled.has(connectionId);
  }

  /** How many attempts to this connection in a row were throttled, up to the latest one. */
  attemptsOf(connectionId: ConnectionId): number {
    return this.#throttled.get(connectionId)?.attempts ?? 0;
  }

  /** An attempt has succeeded. */
  accepted(connectionId: ConnectionId): void {
    this.#accepted += 1;
    if (this.#throttled.size === 0) return;
    const throttling = this.#throttled.get(connectionId);
    if (throttling === undefined) return;
    this.#throttledInPassing += throttling.attempts;
    this.#throttled.delete(connectionId);
    this.#byAccount += 1;
    this.#conclude();
  }

  /** The connection is gone, or will be. */
  forget(connectionId: ConnectionId): void {
    this.#throttled.delete(connectionId);
  }

  /**
   * An attempt was throttled.
   *
   * @param now by `performance.now()`
   * @returns whether it is certain by now that the client does not read: for {@link SLOW_MS} at least, no attempt to it
   *   has succeeded, and with the share of 429s that others got in this time, that is no coincidence
   */
  throttled(connectionId: ConnectionId, now: number = performance.now()): boolean {
    const known = this.#throttled.get(connectionId);
    if (known === undefined || now - known.latestAt > FORGET_MS) {
      this.#begin(connectionId, now);
      return false;
    }
    known.latestAt = now;
    known.attempts += 1;
    if (known.attempts === LOCAL_ATTEMPTS) {
      this.#byClient += 1;
      this.#latestByClient = now;
      this.#conclude();
    }
    if (known.attempts < SLOW_ATTEMPTS || now - known.since < SLOW_MS) return false;
    const accepted = this.#accepted - known.acceptedBefore;
    if (accepted < OTHERS_ACCEPTED) return false;
    const throttled = this.#throttledInPassing - known.throttledBefore;
    return (throttled / (throttled + accepted)) ** known.attempts < COINCIDENCE;
  }

  #conclude(): void {
    const wasLocal = this.#isLocal;
    this.#isLocal = this.#byClient >= LOCAL_CONNECTIONS && this.#byClient > this.#byAccount;
    if (this.#isLocal && !wasLocal) this.onLocal();
    if (this.#byClient + this.#byAccount < CONCLUSIONS) return;
    this.#byClient /= 2;
    this.#byAccount /= 2;
  }

  #begin(connectionId: ConnectionId, now: number): void {
    this.#throttled.delete(connectionId);
    const [oldest] = this.#throttled.keys();
    if (this.#throttled.size >= MAX_CONNECTIONS && oldest !== undefined) this.#throttled.delete(oldest);
    this.#throttled.set(connectionId, {
      since: now,
      latestAt: now,
      attempts: 1,
      acceptedBefore: this.#accepted,
      throttledBefore: this.#throttledInPassing,
    });
  }
}

interface Throttling {
  /** When the first and the latest 429 came, by `performance.now()`. */
  readonly since: number;
  latestAt: number;
  /** Consecutive attempts that were throttled. */
  attempts: number;
  readonly acceptedBefore: number;
  readonly throttledBefore: number;
}

/** API Gateway holds messages for a client that pauses. This long, a full buffer is no short pause. */
const SLOW_MS = 3_000;

/** The pauses between attempts allow about this many in that time. */
const SLOW_ATTEMPTS = 6;

/** The concurrency is lower by then if it was the account's rate, so that an attempt in between has succeeded. */
const LOCAL_ATTEMPTS = 4;

/** Throttled connections without which nothing is concluded about the others. */
const LOCAL_CONNECTIONS = 10;

/** When there are this many, older ones count less. */
const CONCLUSIONS = 200;

/** Successes of others without which nothing can be concluded. */
const OTHERS_ACCEPTED = 10;

/** The probability that the account's rate alone has throttled all attempts to a connection. */
const COINCIDENCE = 1e-6;

/** Longer than any pause between two attempts: what was before has ended. */
const FORGET_MS = 10_000;

/** Limits memory to about 2 MB. */
const MAX_CONNECTIONS = 10_000;
