import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsCredentials, credentialsHint, type CredentialsProvider } from '../aws/aws-client.js';
import { ConfigError } from '../config/config.errors.js';
import { type CallbackObserver } from './callback-observer.js';
import { CredentialsError } from './callback.errors.js';

/**
 * The credentials that sign callbacks. They are read again before they expire, in the background: as long as the last
 * ones are valid, a source that is away for a moment delays and fails nothing.
 */
export class CallbackCredentials {
  #known: AwsCredentials | undefined;
  /** Why the last read has failed. */
  #failure: CredentialsError | undefined;
  #reading: Promise<AwsCredentials> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly provider: CredentialsProvider,
    private readonly observer?: Pick<CallbackObserver, 'credentialsRead'>,
  ) {}

  /**
   * Those to sign with now; a promise only if there are none yet, or they have expired.
   *
   * @throws {CredentialsError} as a rejection
   */
  now(): AwsCredentials | Promise<AwsCredentials> {
    const now = Date.now();
    if (now - this.#readAt >= READ_AGAIN_MS) this.#reading ??= this.#read();
    const known = this.#known;
    if (known && (known.expiration === undefined || now < known.expiration.getTime())) return known;
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#reading ?? known!;
  }

  /**
   * The first read, at the start.
   *
   * @param endpoint where callbacks go, for the message
   * @throws {ConfigError} there are none
   */
  async resolve(endpoint: string): Promise<void> {
    const isAnswered = new AbortController();
    const late = sleep(FIRST_READ_MS, undefined, { signal: isAnswered.signal }).then(() => {
      throw new CredentialsError(`no response in ${FIRST_READ_MS / 1000} s`);
    });
    try {
      await Promise.race([this.now(), late]);
    } catch (error) {
      throw new ConfigError(
        [
          `AWS credentials for WS_API_ENDPOINT=${endpoint}: ${credentialsHint()}: ${(error as Error).message}`,
        ],
        { cause: error },
      );
    } finally {
      isAnswered.abort();
      late.catch(() => undefined);
    }
  }

  #read(): Promise<AwsCredentials> {
    const reading = this.provider().then(
      (credentials) => {
        this.#ended(undefined);
        return (this.#known = credentials);
      },
      (error: unknown) => {
        this.#ended(new CredentialsError(oneLine(error)));
        throw this.#failure!;
      },
    );
    // nobody may wait for it
    reading.catch(() => undefined);
    return reading;
  }

  #ended(failure: CredentialsError | undefined): void {
    this.#failure = failure;
    this.#readAt = Date.now();
    this.#reading = undefined;
    // the failure of the first read ends the start, which says so
    if (this.#known) this.observer?.credentialsRead?.(failure);
  }
}

/** The SDK's chain keeps credentials itself, and renews them five minutes before they expire. */
const READ_AGAIN_MS = 1_000;

/** The SDK asks a container's or an instance's source four times, a second each. */
const FIRST_READ_MS = 15_000;

/** Some of the SDK's messages have several lines. */
function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}
