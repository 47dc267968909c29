import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsCredentials, credentialsHint, type CredentialsProvider } from '../../aws/aws-credentials.js';
import { ConfigError } from '../../config/config.errors.js';
import { type CallbackObserver } from '../callback-observer.js';
import { CredentialsError } from '../callback.errors.js';

/**
 * The credentials that sign callbacks. They are read again in the background before they expire: while the last ones
 * are valid, an outage of their source neither delays nor fails a callback.
 */
export class CallbackCredentials {
  readonly #provider: CredentialsProvider;
  readonly #observer: Pick<CallbackObserver, 'credentialsRead'> | undefined;
  #last: AwsCredentials | undefined;
  /** The error of the last read. */
  #failure: CredentialsError | undefined;
  #reading: Promise<AwsCredentials> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(provider: CredentialsProvider, observer?: Pick<CallbackObserver, 'credentialsRead'>) {
    this.#provider = provider;
    this.#observer = observer;
  }

  /**
   * The credentials to sign with now; a promise only if none were read yet, or they have expired.
   *
   * @throws {CredentialsError} as a rejection
   */
  current(): AwsCredentials | Promise<AwsCredentials> {
    const now = Date.now();
    if (now - this.#readAt >= READ_INTERVAL_MS) this.#reading ??= this.#read();
    const last = this.#last;
    if (last && (last.expiration === undefined || now < last.expiration.getTime())) return last;
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#reading ?? last!;
  }

  /**
   * Reads the credentials for the first time.
   *
   * @param endpoint the callback endpoint, for the error message
   * @throws {ConfigError} there are none
   */
  async readAtStart(endpoint: string): Promise<void> {
    const isRead = new AbortController();
    const timeout = sleep(FIRST_READ_TIMEOUT_MS, undefined, { signal: isRead.signal }).then(() => {
      throw new CredentialsError(`no response in ${FIRST_READ_TIMEOUT_MS / 1000} s`);
    });
    try {
      await Promise.race([this.current(), timeout]);
    } catch (error) {
      throw new ConfigError(
        [
          `AWS credentials for WS_API_ENDPOINT=${endpoint}: ${credentialsHint()}: ${(error as Error).message}`,
        ],
        { cause: error },
      );
    } finally {
      isRead.abort();
      timeout.catch(() => undefined);
    }
  }

  #read(): Promise<AwsCredentials> {
    const reading = this.#provider().then(
      (credentials) => {
        this.#readEnded(undefined);
        return (this.#last = credentials);
      },
      (error: unknown) => {
        this.#readEnded(new CredentialsError(oneLine(error)));
        throw this.#failure!;
      },
    );
    // avoids an unhandled rejection of a read in the background
    reading.catch(() => undefined);
    return reading;
  }

  #readEnded(failure: CredentialsError | undefined): void {
    this.#failure = failure;
    this.#readAt = Date.now();
    this.#reading = undefined;
    // a failure of the first read ends the start with an error of its own
    if (this.#last) this.#observer?.credentialsRead?.(failure);
  }
}

/** Short, because the SDK's chain caches credentials and renews them five minutes before they expire. */
const READ_INTERVAL_MS = 1_000;

/** The SDK sends up to four requests to the source of a container or an instance, with a timeout of 1 s each. */
const FIRST_READ_TIMEOUT_MS = 15_000;

/** Some of the SDK's messages have several lines. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}
