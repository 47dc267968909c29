import { type ConnectionId } from '../../api/integration.js';

/**
 * Distinguishes clients that do not read from a throttled account. API Gateway sends 429 for both, but the account's
 * rate hits all connections alike: while posts to other connections succeed, a connection that is throttled again and
 * again is one whose client does not read.
 */
export class ThrottledConnections {
  /** Connections whose latest attempt was throttled, in the order of their first 429. */
  readonly #throttled = new Map<ConnectionId, Throttling>();
  /** Attempts that succeeded. */
  #accepted = 0;
  /** Attempts that were throttled before a later one to the same connection succeeded: by the account's rate. */
  #throttledInPassing = 0;

  /** Whether the latest attempt to this connection was throttled. */
  has(connectionId: ConnectionId): boolean {
    return this.#throttled.has(connectionId);
  }

  /** An attempt has succeeded. */
  accepted(connectionId: ConnectionId): void {
    this.#accepted += 1;
    if (this.#throttled.size === 0) return;
    const throttling = this.#throttled.get(connectionId);
    if (throttling === undefined) return;
    this.#throttledInPassing += throttling.attempts;
    this.#throttled.delete(connectionId);
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
    if (known.attempts < SLOW_ATTEMPTS || now - known.since < SLOW_MS) return false;
    const accepted = this.#accepted - known.acceptedBefore;
    if (accepted < OTHERS_ACCEPTED) return false;
    const throttled = this.#throttledInPassing - known.throttledBefore;
    return (throttled / (throttled + accepted)) ** known.attempts < COINCIDENCE;
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

/** Successes of others without which nothing can be concluded. */
const OTHERS_ACCEPTED = 10;

/** The probability that the account's rate alone has throttled all attempts to a connection. */
const COINCIDENCE = 1e-6;

/** Longer than any pause between two attempts: what was before has ended. */
const FORGET_MS = 10_000;

/** Limits memory to about 2 MB. */
const MAX_CONNECTIONS = 10_000;
