/** The offset of the clock of AWS to that of this machine, learnt from the `Date` of refusals. */
export class ClockOffset {
  #ms = 0;

  /** Milliseconds to add to the time of this machine. */
  get ms(): number {
    return this.#ms;
  }

  /** @param date the `Date` of a 403 response; ignored unless it is a date */
  learn(date: unknown): void {
    const offsetMs = Date.parse(String(date)) - Date.now();
    if (isSkew(offsetMs - this.#ms)) this.#ms = offsetMs;
  }
}

/** Whether AWS may refuse a signature because the time in it is wrong by this much. */
export function isSkew(ms: number): boolean {
  return Math.abs(ms) >= SKEW_MS;
}

/** AWS accepts five minutes. The SDK has the same margin, because a `Date` has a resolution of one second. */
const SKEW_MS = 4 * 60_000;
