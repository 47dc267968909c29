import { StoreClock } from './store-clock.js';

/**
 * The time of a server, estimated from the times that it sends. Each sample bounds the distance between the server's
 * time and the monotonic clock of this process, and the estimate moves only as far as the latest sample requires.
 * So a slow response does no harm, and a wrong clock of this machine, or a change of it, has no effect.
 *
 * Before the first sample it is the machine's time.
 */
export class ServerClock extends StoreClock {
  /** The server's time minus `performance.now()`. */
  #offsetMs = performance.timeOrigin;

  /**
   * Takes in a sample.
   *
   * @param serverTimeMs the time in the response, in milliseconds since 1970
   * @param resolutionMs the server's time was less than `serverTimeMs + resolutionMs`, because servers round down
   * @param sentAt `performance.now()` before the request was sent, as `receivedAt` is it after the response came
   */
  note(serverTimeMs: number, resolutionMs: number, sentAt: number, receivedAt: number): void {
    const least = serverTimeMs - receivedAt;
    const greatest = serverTimeMs + resolutionMs - sentAt;
    this.#offsetMs = Math.min(Math.max(this.#offsetMs, least), greatest);
  }

  /** In whole milliseconds since 1970. */
  now(): number {
    return Math.floor(this.#offsetMs + performance.now());
  }
}
