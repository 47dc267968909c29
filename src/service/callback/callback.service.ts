import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type ConnectionId } from '../../api/integration.js';
import { Config } from '../config.js';
import { AdaptiveConcurrency } from './adaptive-concurrency.js';
import { errorWithoutAnswer, toCallbackError } from './callback.errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { ConnectionQueues } from './connection-queues.js';
import { type Deliver, fanOut, type FanOutReport } from './fan-out.js';
import { PostClient } from './post-client.js';
import { type Credentials, PostSigner, signable, type SignableMessage } from './post-signer.js';
import { remainingMs, retryUntil } from './retry.js';

/**
 * Speaks to clients through API Gateway's `@connections`. Knows nothing of channels and of what is stored.
 *
 * Messages to one connection go one after the other, in the order in which they came, whether they go to it alone or to
 * many; a connection that is slow delays no other one. Timeouts, broken connections, 429 and 5xx are tried again until
 * the message's deadline, so that a client may get a message twice whose answer was lost on its way.
 */
@Injectable()
export class CallbackService implements OnApplicationShutdown {
  readonly #config: Config;
  readonly #queues: ConnectionQueues;
  readonly #client: ApiGatewayManagementApiClient;
  readonly #limit: ConcurrencyLimit;
  readonly #postClient: PostClient;
  readonly #signer: PostSigner;
  readonly #adaptive: AdaptiveConcurrency;
  readonly #window: ConcurrencyLimit;
  #credentials: { readonly value: Credentials; readonly readAt: number } | undefined;

  constructor(@Inject(Config) config: Config) {
    const { callbackConcurrency: concurrency } = config;
    const agent = { keepAlive: true, maxSockets: concurrency };
    this.#config = config;
    this.#queues = new ConnectionQueues({
      messages: config.callbackQueue,
      messagesPerConnection: config.callbackQueuePerConnection,
      bytes: config.callbackQueueBytes,
    });
    this.#client = new ApiGatewayManagementApiClient({
      endpoint: config.wsApiEndpoint,
      region: config.awsRegion,
      // retry.ts tries again, in the same way on both paths
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({
        connectionTimeout: config.callbackConnectTimeoutMs,
        requestTimeout: config.callbackRequestTimeoutMs,
        // without it the handler only warns, and waits on
        throwOnRequestTimeout: true,
        // requestTimeout ends with the answer's headers; this ends an answer whose body stops coming
        socketTimeout: config.callbackRequestTimeoutMs,
        httpAgent: agent,
        httpsAgent: agent,
      }),
    });
    // The handler's timeouts run while a request waits for one of the agent's sockets. Waiting here instead, a request
    // always finds one free, and a burst is not taken for a dead endpoint. So it is with undici's.
    this.#limit = new ConcurrencyLimit(concurrency);
    this.#adaptive = new AdaptiveConcurrency(concurrency);
    this.#window = new ConcurrencyLimit(
      Math.max(1, Math.min(concurrency * WINDOW, Math.floor(config.callbackQueue / 2))),
    );
    this.#postClient = new PostClient(config.wsApiEndpoint, {
      connections: concurrency,
      connectTimeoutMs: config.callbackConnectTimeoutMs,
    });
    this.#signer = new PostSigner(config.wsApiEndpoint, config.awsRegion);
  }

  /**
   * Sends one message to one connection, as a text frame.
   *
   * @param data at most 128 KB
   * @returns once API Gateway has accepted it, which is not yet delivery
   * @throws {GoneError} the client has left (410), or the id never was one (400); worth forgetting the connection
   * @throws {TooLargeError} more than 128 KB (413)
   * @throws {ThrottledError} still limited at the deadline (429)
   * @throws {ForbiddenError} no permission, or no such stage (403)
   * @throws {CallbackTimeoutError} no connection or no answer in time, in every try, or not its turn before the deadline
   * @throws {QueueFullError} too much waits already; it was not sent
   * @throws {CallbackError} everything else: 5xx or connection refused until the deadline, no credentials
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
   */
  async post(connectionId: ConnectionId, data: string | Uint8Array): Promise<void> {
    const deadline = this.#deadline();
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: data });
    await this.#queues.run(connectionId, Buffer.byteLength(data), () =>
      retryUntil(deadline, () =>
        this.#limit.run(async () => {
          const requestTimeout = this.#timeoutMs(deadline);
          try {
            await this.#client.send(command, { requestTimeout });
          } catch (error) {
            throw toCallbackError(error);
          }
        }),
      ),
    );
  }

  /**
   * Sends one message to many connections, without the SDK: seven times as many in the same time. As many at once as API
   * Gateway takes, of all such messages of this process together, and at most `CALLBACK_CONCURRENCY`. Single posts do
   * not wait for them.
   *
   * @param pages to whom, in pages
   * @param deliver what to do with a recipient: `post` is as {@link CallbackService.post}, with its errors
   * @throws {QueueFullError} too much waits already; nobody got it
   * @throws what reading the pages throws
   */
  async postToMany<Recipient extends { readonly connectionId: ConnectionId }>(
    pages: AsyncIterable<readonly Recipient[]>,
    data: string | Uint8Array,
    deliver: (recipient: Recipient, post: () => Promise<void>) => ReturnType<Deliver<Recipient>>,
  ): Promise<FanOutReport> {
    const message = signable(data);
    const release = this.#queues.hold(message.body.byteLength);
    try {
      return await fanOut(
        pages,
        (recipient) => deliver(recipient, async () => this.#postSigned(recipient.connectionId, message)),
        this.#window,
        ({ connectionId }) => this.#queues.isBusy(connectionId),
      );
    } finally {
      release();
    }
  }

  onApplicationShutdown(): void {
    this.#client.destroy();
    this.#postClient.close();
  }

  #postSigned(connectionId: ConnectionId, message: SignableMessage): Promise<void> {
    const deadline = this.#deadline();
    return this.#queues.run(connectionId, 0, () =>
      retryUntil(deadline, () => this.#adaptive.run(() => this.#trySigned(connectionId, message, deadline))),
    );
  }

  async #trySigned(connectionId: ConnectionId, message: SignableMessage, deadline: number): Promise<void> {
    const timeoutMs = this.#timeoutMs(deadline);
    const now = Date.now();
    const known = this.#credentials;
    const credentials =
      known && now - known.readAt < CREDENTIALS_MS ? known.value : await this.#readCredentials(now);
    // what the SDK has learnt about this machine's clock from refused signatures
    const { systemClockOffset } = this.#client.config;
    const signed = this.#signer.sign(message, connectionId, credentials, now + systemClockOffset);
    await this.#postClient.post(signed, message.body, timeoutMs);
  }

  /** From the SDK's chain, which keeps them and fetches new ones before they expire. */
  async #readCredentials(now: number): Promise<Credentials> {
    try {
      const value = await this.#client.config.credentials();
      this.#credentials = { value, readAt: now };
      return value;
    } catch (error) {
      throw errorWithoutAnswer(error);
    }
  }

  #deadline(): number {
    return performance.now() + this.#config.callbackDeadlineMs;
  }

  /** @throws {CallbackTimeoutError} */
  #timeoutMs(deadline: number): number {
    return Math.min(this.#config.callbackRequestTimeoutMs, remainingMs(deadline));
  }
}

/** Of each place of a fan-out under way, so many more wait for their turn or for another try. */
const WINDOW = 4;

/** So long the SDK's chain is not asked again, which renews credentials minutes before they expire. */
const CREDENTIALS_MS = 1_000;
