import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../backoff.js';
import { CallbackError, CallbackTimeoutError } from './callback.errors.js';

export interface RetrySettings {
  /** How long a message may take in all, queueing and pauses included. */
  readonly callbackDeadlineMs: number;
  readonly callbackRequestTimeoutMs: number;
}

/**
 * Retries callbacks: transient errors until the message's deadline, with exponential backoff, and with a timeout for
 * each attempt. Deadlines are times of `performance.now()`.
 */
export class Retry {
  readonly #settings: RetrySettings;
  readonly #stopping = new AbortController();

  constructor(settings: RetrySettings) {
    this.#settings = settings;
    setMaxListeners(0, this.#stopping.signal);
  }

  /** The deadline of a message that arrives now. */
  deadline(): number {
    return performance.now() + this.#settings.callbackDeadlineMs;
  }

  /**
   * The timeout of an attempt that starts now.
   *
   * @throws {CallbackTimeoutError} the deadline has passed
   */
  requestTimeoutMs(deadline: number): number {
    return Math.min(this.#settings.callbackRequestTimeoutMs, remainingMs(deadline));
  }

  /**
   * Runs attempts until one succeeds, fails with an error that is not transient, or no time is left for another.
   *
   * @param attempt gets its timeout from {@link requestTimeoutMs} when it has a slot to run in
   * @param onPause called before each pause
   * @throws the error of the last attempt; of the one before if the deadline has cut the last one short
   */
  async run<T>(deadline: number, attempt: () => Promise<T>, onPause?: () => void): Promise<T> {
    let lastError: unknown;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof NotAttemptedError) throw lastError ?? error;
        if (!(error instanceof CallbackError) || !error.isTransient) throw error;
        const isCutShort = error instanceof CallbackTimeoutError && performance.now() >= deadline;
        if (isCutShort) throw lastError ?? error;
        const pauseMs = backoffMs(attempts, CALLBACK_BACKOFF);
        if (performance.now() + pauseMs >= deadline) throw error;
        if (this.#stopping.signal.aborted && isRefused(error)) throw error;
        lastError = error;
        onPause?.();
        await this.#pause(pauseMs);
      }
    }
  }

  /**
   * For when this process is about to end: ends the current pauses, so that each paused message is attempted at once,
   * and makes a refused connection a final error. API Gateway refuses no connection, so the endpoint is a local gateway
   * that has ended before this process.
   */
  stop(): void {
    this.#stopping.abort();
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    // only the pauses at the time of the stop are ended: later ones have their full length
    if (signal.aborted) await sleep(ms);
    else await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** Pauses of up to 100 ms after the first attempt, at most 3 s later; several fit into the default deadline. */
export const CALLBACK_BACKOFF = { firstMs: 100, longestMs: 3_000 };

/** @throws {CallbackTimeoutError} the deadline has passed */
function remainingMs(deadline: number): number {
  const remaining = Math.ceil(deadline - performance.now());
  if (remaining > 0) return remaining;
  throw new NotAttemptedError('the deadline passed before the attempt could start');
}

const isRefused = ({ cause }: CallbackError) =>
  (cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';

class NotAttemptedError extends CallbackTimeoutError {}
