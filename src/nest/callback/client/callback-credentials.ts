import {
  type AwsCredentials,
  credentialsFor,
  credentialsHint,
  type CredentialsProvider,
} from '../../aws/aws-credentials.js';
import { ConfigError } from '../../config/config.errors.js';
import { type Config } from '../../config/config.js';
import { type CallbackObserver } from '../callback-observer.js';
import { CredentialsError } from '../callback.errors.js';

/**
 * The credentials that sign callbacks. They are read again in the background before they expire: while the last ones
 * are valid, an outage of their source neither delays nor fails a callback. When they have expired, callbacks wait for a
 * read only until its limit, and then fail at once until a read succeeds.
 */
export class CallbackCredentials {
  readonly #provider: CredentialsProvider;
  readonly #renewalTimeoutMs: number;
  readonly #observer: Pick<CallbackObserver, 'credentialsRead'>;
  #last: AwsCredentials | undefined;
  /** The error of the last read. */
  #failure: CredentialsError | undefined;
  #reading: Promise<AwsCredentials> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  /** @param renewalTimeoutMs after which a read counts as failed, except for the first; a late result is still used */
  constructor(
    provider: CredentialsProvider,
    renewalTimeoutMs: number,
    observer: Pick<CallbackObserver, 'credentialsRead'>,
  ) {
    this.#provider = provider;
    this.#renewalTimeoutMs = renewalTimeoutMs;
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
    try {
      await this.current();
    } catch (error) {
      throw new ConfigError(
        [
          `AWS credentials for WS_API_ENDPOINT=${endpoint}: ${credentialsHint()}: ${(error as Error).message}`,
        ],
        { cause: error },
      );
    }
  }

  #read(): Promise<AwsCredentials> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timeoutMs = this.#renewalTimeoutMs;
    const timer =
      this.#last && setTimeout(() => reject(this.#failed(`no response in ${timeoutMs / 1000} s`)), timeoutMs);
    const ended = () => {
      clearTimeout(timer);
      this.#readAt = Date.now();
      this.#reading = undefined;
    };
    const read = this.#provider().then(
      (credentials) => {
        ended();
        this.#failure = undefined;
        this.#last = credentials;
        this.#observer.credentialsRead(undefined);
        return credentials;
      },
      (error: unknown) => {
        ended();
        throw this.#failed(error);
      },
    );
    const limited = Promise.race([read, tooLate]);
    // avoids an unhandled rejection of a read in the background
    limited.catch(() => undefined);
    return limited;
  }

  #failed(error: unknown): CredentialsError {
    const failure = new CredentialsError(oneLine(error));
    this.#failure = failure;
    // a failure of the first read ends the start with an error of its own
    if (this.#last) this.#observer.credentialsRead(failure);
    return failure;
  }
}

/** The credentials for `WS_API_ENDPOINT`. */
export function createCallbackCredentials(
  config: Config,
  observer: Pick<CallbackObserver, 'credentialsRead'>,
): CallbackCredentials {
  const provider = credentialsFor(config.wsApiEndpoint, config.awsRegion);
  return new CallbackCredentials(provider, config.callbackDeadlineMs, observer);
}

/** Short, because the SDK's chain caches credentials and renews them five minutes before they expire. */
const READ_INTERVAL_MS = 1_000;

/** Some of the SDK's messages have several lines. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}
