import { type Logger } from 'pino';

/** Logs that AWS credentials cannot be read: at once, then once a minute, and when they can be read again. */
export class CredentialsLog {
  #loggedAt: number | undefined;

  constructor(private readonly log: Pick<Logger, 'info' | 'error'>) {}

  /** @param failure of the last read; undefined if it succeeded */
  read(failure: Error | undefined): void {
    if (failure === undefined) {
      if (this.#loggedAt !== undefined) this.log.info('AWS credentials are available again');
      this.#loggedAt = undefined;
      return;
    }
    const now = Date.now();
    if (this.#loggedAt !== undefined && now - this.#loggedAt < REPEAT_MS) return;
    this.#loggedAt = now;
    this.log.error({ reason: failure.message }, 'AWS credentials for callbacks cannot be read');
  }
}

const REPEAT_MS = 60_000;
