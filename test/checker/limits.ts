import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for something, with a limit.
 *
 * @throws {Error} it took too long
 */
export async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  const giveUp = new AbortController();
  const tooLate = sleep(ms, undefined, { signal: giveUp.signal }).then(() => {
    throw new Error(`${what} took more than ${ms} ms`);
  });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    giveUp.abort();
  }
}

/** Asks again until the result is there. @returns undefined if it did not come in time */
export async function poll<T>(
  ms: number,
  attempt: () => Promise<T | undefined>,
  pauseMs = 200,
): Promise<T | undefined> {
  const deadline = performance.now() + ms;
  for (;;) {
    const result = await attempt();
    if (result !== undefined || performance.now() >= deadline) return result;
    await sleep(pauseMs);
  }
}
