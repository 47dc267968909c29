import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { credentialsFor, explicitEndpoint } from '../../aws/aws-client.js';
import { ConfigError } from '../../../service/configuration/config.js';
import { StoreUnavailableError } from '../store.errors.js';

export interface RequestsOptions {
  readonly region: string;
  /** Where DynamoDB is, unless that follows from the region. */
  readonly endpoint?: string | undefined;
  /** Until one request is answered, with all its tries. */
  readonly timeoutMs: number;
}

/** What a request is sent with. */
interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/**
 * Requests to DynamoDB, each within its time. The SDK tries again what is throttled, fails or is not answered.
 *
 * Every method rejects with a {@link StoreUnavailableError} when DynamoDB cannot be reached.
 */
export class Requests {
  readonly #client: DynamoDBClient;
  readonly #timeoutMs: number;
  #isClosed = false;

  constructor({ region, endpoint, timeoutMs }: RequestsOptions) {
    const agent = { keepAlive: true, maxSockets: SOCKETS };
    this.#timeoutMs = timeoutMs;
    this.#client = new DynamoDBClient({
      region,
      ...(endpoint !== undefined && explicitEndpoint(endpoint)),
      credentials: credentialsFor(endpoint, region),
      retryMode: 'standard',
      maxAttempts: ATTEMPTS,
      requestHandler: new NodeHttpHandler({
        // half of it, so that there is time for another try of what was not answered
        connectionTimeout: Math.ceil(timeoutMs / 2),
        requestTimeout: Math.ceil(timeoutMs / 2),
        // without it the handler only warns, and waits on
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
      if (error instanceof Error && AS_THEY_ARE.has(error.name)) throw error;
      throw new StoreUnavailableError(`DynamoDB cannot be used: ${this.#reasonOf(error)}`, { cause: error });
    }
  }

  /** @returns `refused` when the condition of a write was not met */
  async sendUnlessRefused<T>(
    request: (client: DynamoDBClient, options: SendOptions) => Promise<T>,
  ): Promise<T | 'refused'> {
    try {
      return await this.send(request);
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return 'refused';
      throw error;
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

/** Answers that no other try would change: one is asked for, the other is a mistake in this program. */
const AS_THEY_ARE: ReadonlySet<string> = new Set(['ConditionalCheckFailedException', 'ValidationException']);

/** Of one request, within its time. */
const ATTEMPTS = 3;

/** More requests at once wait for one of them, while their time runs. */
const SOCKETS = 256;
