import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { credentialsFor } from '../../aws/aws-credentials.js';
import { explicitEndpoint } from '../../aws/explicit-endpoint.js';
import { ConfigError } from '../../config/config.errors.js';
import { ServerClock } from '../server-clock.js';
import { StoreUnavailableError } from '../store.errors.js';
import { TimedHttpHandler } from './timed-http-handler.js';

export interface RequestSenderOptions {
  readonly region: string;
  /** Endpoint of DynamoDB; by default that of the region. */
  readonly endpoint?: string | undefined;
  /** Timeout of one request, including all its attempts. */
  readonly timeoutMs: number;
}

export interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/**
 * Sends requests to DynamoDB, each with a timeout. The SDK retries requests that are throttled, fail, or get no
 * response.
 *
 * Every method rejects with a {@link StoreUnavailableError} when DynamoDB cannot be reached.
 */
export class RequestSender {
  /** DynamoDB's time. */
  readonly clock = new ServerClock();
  readonly #client: DynamoDBClient;
  readonly #timeoutMs: number;
  #isClosed = false;

  constructor({ region, endpoint, timeoutMs }: RequestSenderOptions) {
    const agent = { keepAlive: true, maxSockets: SOCKETS };
    this.#timeoutMs = timeoutMs;
    this.#client = new DynamoDBClient({
      region,
      ...(endpoint !== undefined && explicitEndpoint(endpoint)),
      credentials: credentialsFor(endpoint, region),
      retryMode: 'standard',
      maxAttempts: ATTEMPTS,
      requestHandler: new TimedHttpHandler(this.clock, {
        // half the time, so that another attempt is possible when no response comes
        connectionTimeout: Math.ceil(timeoutMs / 2),
        requestTimeout: Math.ceil(timeoutMs / 2),
        // otherwise the handler only warns, and continues to wait
        throwOnRequestTimeout: true,
        httpAgent: agent,
        httpsAgent: agent,
      }),
    });
  }

  async send<T>(request: (client: DynamoDBClient, options: SendOptions) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new StoreUnavailableError('the store is closed');
    try {
      return await request(this.#client, { abortSignal: AbortSignal.timeout(this.#timeoutMs) });
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      if (error instanceof Error && RETHROWN.has(error.name)) throw error;
      throw new StoreUnavailableError(`DynamoDB cannot be used: ${this.#reasonOf(error)}`, { cause: error });
    }
  }

  /** In one line. The SDK says no more than `Request aborted` when the time is over. */
  #reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if (error.name === 'AbortError') return `no response in ${this.#timeoutMs} ms`;
    // of several addresses that were tried, each has its own error
    const { message } = error instanceof AggregateError ? (error.errors[0] as Error) : error;
    return `${error.name}: ${message.replaceAll(/\s+/g, ' ')}`;
  }

  close(): void {
    this.#isClosed = true;
    this.#client.destroy();
  }
}

/** Errors that are rethrown unmodified: one is an expected outcome, the other a bug. Another attempt cannot help. */
const RETHROWN: ReadonlySet<string> = new Set(['ConditionalCheckFailedException', 'ValidationException']);

/** Attempts per request, within its timeout. */
const ATTEMPTS = 3;

/** Further concurrent requests wait for a socket, within their timeout. */
const SOCKETS = 256;
