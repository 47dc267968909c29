import { randomBytes } from 'node:crypto';
import { type Keys } from './keys.js';
import { type RedisServer } from './redis-server.js';

/** What every part of the store needs. */
export interface Context {
  readonly server: RedisServer;
  readonly keys: Keys;
  /** In milliseconds since 1970. Expiry follows this clock, not that of Redis. */
  readonly now: () => number;
  /** Members, or connections, per page. */
  readonly pageSize: number;
}

/**
 * The time to live of a Redis key whose content expires in this time: one hour longer, because clocks differ and a test
 * may move ours, and at most three years, because Redis refuses several hundred years.
 */
export function redisTtlMs(expiresInMs: number): number {
  return Math.ceil(Math.min(Math.max(expiresInMs, 0) + 3_600_000, 3 * 365 * 86_400_000));
}

/** How long an unused log keeps its epoch and offset: longer than any connection, and than most outages. */
export const LOG_TTL_MS = 30 * 86_400_000;

/** A unique name for an epoch, or for shards: random bytes of this process, and a number. */
export function newUniqueName(): string {
  count += 1;
  return `${PROCESS}${count.toString(36)}`;
}

const PROCESS = randomBytes(9).toString('base64url');
let count = 0;
