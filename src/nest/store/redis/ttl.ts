/**
 * How much longer than its content a Redis key lives, because the estimates of the time differ and a test may move it.
 */
export const EXTRA_TTL_MS = 3_600_000;
/** Three years, because Redis refuses several hundred. */
export const LONGEST_TTL_MS = 3 * 365 * 86_400_000;

/** The time to live of a Redis key whose content expires in this time. */
export function redisTtlMs(expiresInMs: number): number {
  return Math.ceil(Math.min(Math.max(expiresInMs, 0) + EXTRA_TTL_MS, LONGEST_TTL_MS));
}

/** How long an unused log keeps its epoch and offset: longer than any connection, and than most outages. */
export const LOG_TTL_MS = 30 * 86_400_000;
