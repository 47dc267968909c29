import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  /** The longest pause after the first attempt; it doubles with each further attempt. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The pause before the next attempt: exponential backoff with full jitter, so that callers that failed together do not
 * retry together.
 *
 * @param attempts number of attempts made so far, at least 1
 * @param random from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(
  attempts: number,
  { firstMs, longestMs }: Backoff,
  random: number = Math.random(),
): number {
  return random * Math.min(longestMs, firstMs * 2 ** (attempts - 1));
}

/** Pauses for {@link backoffMs}. */
export async function backOff(attempts: number, backoff: Backoff): Promise<void> {
  await sleep(backoffMs(attempts, backoff));
}
