import { randomBytes } from 'node:crypto';
import { type Keys } from './keys.js';
import { type RedisServer } from './redis-server.js';

/** What every part of the store works with. */
export interface Context {
  readonly server: RedisServer;
  readonly keys: Keys;
  /** In milliseconds since 1970. What expires does so by this clock, not by that of Redis. */
  readonly now: () => number;
  /** Members, or connections, read at once. */
  readonly page: number;
}

/**
 * For how long Redis itself keeps what expires in so many ms: an hour more, because clocks differ and a test may move
 * ours, and at most three years, because more than some hundred years is refused.
 */
export function untilDropped(expiresInMs: number): number {
  return Math.ceil(Math.min(Math.max(expiresInMs, 0) + 3_600_000, 3 * 365 * 86_400_000));
}

/** How long a log that nobody uses keeps its epoch and its offset: longer than any connection, and than most outages. */
export const LOG_TTL_MS = 30 * 86_400_000;

/** Names a life of a log, or shards, as nobody else does: random bytes of this process, and a number. */
export function newName(): string {
  named += 1;
  return `${PROCESS}${named.toString(36)}`;
}

const PROCESS = randomBytes(9).toString('base64url');
let named = 0;
