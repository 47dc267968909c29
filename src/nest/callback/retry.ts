import { setTimeout as sleep } from 'node:timers/promises';
import { CallbackError, CallbackTimeoutError } from './callback.errors.js';

/** The longest first pause; each further one may be twice as long. */
const FIRST_PAUSE_MS = 100;

const LONGEST_PAUSE_MS = 3_000;

/**
 * Tries until it works, until what went wrong will not go away by itself, or until there is no time for another try.
 * Between two tries it pauses with full jitter, so that many who failed together do not come back together.
 *
 * @param deadline of `performance.now()`; no try starts later
 * @param attempt one try; it asks {@link remainingMs} when its turn has come
 * @param stopping aborted when this process is about to end. Whoever pauses then tries at once, and a refused connection
 *   is final from then on: API Gateway does not refuse any, so the other side is a local gateway that has ended before us
 * @throws what the last try has thrown; that of the one before it, if the deadline has cut the last one short
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function retryUntil<T>(
  deadline: number,
  attempt: () => Promise<T>,
  stopping?: AbortSignal,
): Promise<T> {
  let last: unknown;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof TooLateError) throw last ?? error;
      if (!(error instanceof CallbackError) || !error.isTransient) throw error;
      const isCutShort = error instanceof CallbackTimeoutError && performance.now() >= deadline;
      if (isCutShort) throw last ?? error;
      const pauseMs = pauseAfter(tries);
      if (performance.now() + pauseMs >= deadline) throw error;
      if (stopping?.aborted && isRefused(error)) throw error;
      last = error;
      await pause(pauseMs, stopping);
    }
  }
}

/** @throws {CallbackTimeoutError} there is no time left */
export function remainingMs(deadline: number): number {
  const remaining = Math.ceil(deadline - performance.now());
  if (remaining > 0) return remaining;
  throw new TooLateError('its time was over before its turn had come');
}

async function pause(ms: number, stopping: AbortSignal | undefined): Promise<void> {
  // who stops is told once: after that, pauses are as long as ever
  if (stopping === undefined || stopping.aborted) await sleep(ms);
  else await sleep(ms, undefined, { signal: stopping }).catch(() => undefined);
}

const isRefused = ({ cause }: CallbackError) =>
  (cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';

/** There was no try. */
class TooLateError extends CallbackTimeoutError {}

/** @param random from 0 to 1 */
export function pauseAfter(tries: number, random = Math.random()): number {
  return random * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
}
