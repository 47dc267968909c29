import { type Logger } from 'pino';

/** Logs at most one warning per minute and cause: a load balancer with a wrong setting fails many times a second. */
export class LimitedWarnings {
  readonly #windows = new Map<string, { readonly startedAt: number; suppressed: number }>();

  /** @param now in milliseconds; only differences matter */
  constructor(
    private readonly log: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Logs the warning, or counts it: the next line of this cause has the count as `suppressed`. */
  warn(cause: string, fields: object, message: string): void {
    const window = this.#windows.get(cause);
    if (window !== undefined && this.now() - window.startedAt < WINDOW_MS) {
      window.suppressed += 1;
      return;
    }
    this.#windows.set(cause, { startedAt: this.now(), suppressed: 0 });
    this.log.warn({ cause, ...fields, suppressed: window?.suppressed ?? 0 }, message);
  }
}

const WINDOW_MS = 60_000;
