/**
 * The pause before an attempt: exponential backoff with full jitter.
 *
 * @param attempts number of failed attempts, at least 1
 * @param random from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const backoffMs = (attempts: number, firstMs: number, longestMs: number, random: number): number =>
  random * Math.min(longestMs, firstMs * 2 ** (attempts - 1));

/** Of a request to the service that is repeated. */
export const retryMs = (attempts: number, random: number): number => backoffMs(attempts, 500, 10_000, random);

/**
 * The pause before a new connection. Clients that were disconnected together come back within `spreadMs`. From the second
 * attempt on, the window is twice that or more, so that first and second attempts together do not exceed the rate of
 * the first ones by more than half.
 */
export const reconnectMs = (attempts: number, spreadMs: number, longestMs: number, random: number): number =>
  attempts === 1
    ? random * spreadMs
    : random * Math.max(2 * spreadMs, Math.min(longestMs, 1000 * 2 ** attempts));
