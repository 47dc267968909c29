import { backOff } from '../../backoff.js';

/**
 * Waits before another attempt at a write that conflicted with one of another task, or that was throttled.
 *
 * @param attempts number of attempts made so far
 */
export function pause(attempts: number): Promise<void> {
  return backOff(attempts, BACKOFF);
}

const BACKOFF = { firstMs: 20, longestMs: 500 };
