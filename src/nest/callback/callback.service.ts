import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { ConfigError } from '../config/config.errors.js';
import { Config } from '../config/config.js';
import { type BatchedMessage } from './batched-message.js';
import { CallbackObserver, type ClosingReason, resultOf } from './callback-observer.js';
import { type ConnectionClosingError, QueueFullError } from './callback.errors.js';
import { CallbackCredentials } from './client/callback-credentials.js';
import { ConnectionsClient, type ConnectionTimes } from './client/connections-client.js';
import { PostBody } from './client/post-body.js';
import { ClosingConnections } from './closing-connections.js';
import { ConnectionQueues } from './connection-queues.js';
import { type DeliveryReport } from './delivery-report.js';
import { MessageSender } from './message-sender.js';
import { PostAttempts } from './post-attempts.js';
import { type DeliveryObserver, PostToMany } from './post-to-many.js';
import { type Recipient } from './recipient.js';
import { Retry } from './retry.js';

/** How a message to one connection is sent. */
export interface PostOptions extends Pick<Recipient, 'isBatched'> {
  /** `placed`: it is sent in a place that {@link CallbackService.takePlace} has returned. */
  readonly purpose?: 'push' | 'reply' | 'placed';
}

/**
 * Sends to clients through API Gateway's `@connections`. Knows neither channels nor the store.
 *
 * A message passes four steps: its connection's queue, which is bounded (`connection-queues.ts`); attempts until its
 * deadline (`message-sender.ts`, `retry.ts`); a concurrency limit (`post-attempts.ts`); and the request (`client/`), whose
 * response becomes an error unless it is a success (`response-errors.ts`).
 *
 * Messages to one connection are sent one after the other, in the order of the calls, whether they go to it alone or to
 * many; a slow connection delays no other one. For a client that accepts several messages in one frame, those that wait
 * are sent together. Because timeouts are retried, a client may get a message twice when the response was lost.
 *
 * A client that does not read is closed (`throttled-connections.ts`, `closing-connections.ts`): its backlog is dropped,
 * and it resumes by offset when it reconnects.
 */
@Injectable()
export class CallbackService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #config: Config;
  readonly #queues: ConnectionQueues<BatchedMessage>;
  readonly #retry: Retry;
  readonly #attempts: PostAttempts;
  readonly #sender: MessageSender;
  readonly #closing: ClosingConnections;
  readonly #toMany: PostToMany;

  constructor(
    config: Config,
    private readonly client: ConnectionsClient,
    private readonly credentials: CallbackCredentials,
    private readonly observer: CallbackObserver,
  ) {
    const { callbackConcurrency: concurrency } = config;
    this.#config = config;
    this.#queues = new ConnectionQueues({
      messages: config.callbackQueue,
      messagesPerConnection: config.callbackQueuePerConnection,
      bytes: config.callbackQueueBytes,
    });
    this.#retry = new Retry(config);
    const slow = (id: ConnectionId) => this.#close(id, 'does_not_read');
    this.#attempts = new PostAttempts(client, this.#retry, concurrency, slow, observer);
    this.#sender = new MessageSender(this.#queues, this.#retry, this.#attempts, config.callbackLingerMs);
    this.#closing = new ClosingConnections((id) => this.disconnect(id), observer);
    this.#toMany = new PostToMany(
      {
        queues: this.#queues,
        sender: this.#sender,
        closing: this.#closing,
        observer,
        deadline: () => this.#retry.deadline(),
      },
      config,
    );
  }

  /** @throws {ConfigError} there are no credentials to sign callbacks with */
  async onModuleInit(): Promise<void> {
    try {
      await this.credentials.readAtStart(this.#config.wsApiEndpoint);
    } catch (error) {
      throw error instanceof ConfigError ? error.renamed(this.#config.named) : error;
    }
  }

  /**
   * Checks that callbacks can be signed.
   *
   * @throws {CredentialsError} the credentials have expired, and cannot be renewed
   */
  async checkCredentials(): Promise<void> {
    await this.credentials.current();
  }

  /** Messages held for all connections together: queued, in flight, or paused before a retry. */
  get queuedMessages(): number {
    return this.#queues.messages;
  }

  /** The bytes of these messages; a message to many counts once. */
  get queuedBytes(): number {
    return this.#queues.bytes;
  }

  /** The current limit of attempts in flight for messages to many; lower while API Gateway throttles. */
  get fanOutConcurrency(): number {
    return this.#attempts.concurrencyToMany;
  }

  /**
   * Sends one message to one connection, as a text frame.
   *
   * @param data at most 128 KB; JSON for a client that accepts several messages in one frame
   * @returns once API Gateway has accepted it, which is not yet delivery
   * @throws {GoneError} the client has left (410), or the id was never issued (400): forget the connection
   * @throws {TooLargeError} more than 128 KB (413)
   * @throws {ThrottledError} still throttled at the deadline (429)
   * @throws {ForbiddenError} no permission, or no such stage (403)
   * @throws {CallbackTimeoutError} no connection or response in time in any attempt, or queued until the deadline
   * @throws {QueueFullError} too many messages are queued; it was not sent
   * @throws {ConnectionClosingError} the connection is being closed, because its client does not read
   * @throws {CallbackError} any other failure: 5xx or a refused connection until the deadline
   * @throws {CredentialsError} there are no credentials to sign with
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
   */
  async post(
    connectionId: ConnectionId,
    data: string | Uint8Array,
    { isBatched = false, purpose = 'push' }: PostOptions = {},
  ): Promise<void> {
    const deadline = this.#retry.deadline();
    const body = new PostBody(data);
    await this.#observed(() => {
      this.#closing.requireOpen(connectionId);
      return this.#sender.send({
        connectionId,
        body,
        isBatched,
        bytes: body.bytes.byteLength,
        purpose: purpose === 'placed' ? undefined : purpose,
        deadline,
        limit: 'one',
      });
    });
  }

  /**
   * Takes a place for the reply to a client's message, before the message is handled. If the client has more messages
   * without a reply than it may have, the connection is closed.
   *
   * @returns what there is a place for: the reply, or the error `overloaded` only. `release` returns the place, once
   * @throws {QueueFullError} there is no place; the client is not notified, unless it is closed
   * @throws {ConnectionClosingError} the connection is being closed
   */
  takePlace(connectionId: ConnectionId): {
    readonly purpose: 'reply' | 'refusal';
    readonly release: () => void;
  } {
    this.#closing.requireOpen(connectionId);
    const place = this.#queues.takePlace(connectionId);
    if (place !== undefined) return place;
    if (this.#queues.hasAllPlaces(connectionId)) throw this.#close(connectionId, 'too_many_messages');
    throw new QueueFullError(
      `${this.#queues.messages} messages are queued, and this connection has its share`,
    );
  }

  /**
   * Runs `work` in the queue of a connection, while all other messages for the connection wait. The caller limits how
   * many such works there are.
   *
   * @param work receives a `post` that does not queue, but is otherwise {@link CallbackService.post}
   * @throws {ConnectionClosingError} the connection is being closed, because its client does not read
   */
  async inTurn<T>(
    connectionId: ConnectionId,
    work: (post: (data: string | Uint8Array) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    this.#closing.requireOpen(connectionId);
    const post = (data: string | Uint8Array) => {
      const message = { connectionId, body: new PostBody(data), limit: 'one' } as const;
      return this.#observed(() => this.#sender.sendNow({ ...message, deadline: this.#retry.deadline() }));
    };
    return this.#queues.run(connectionId, () => work(post), { bytes: 0, purpose: undefined });
  }

  /**
   * Closes a connection, with code 1000. Does not wait for the messages to it.
   *
   * @throws the errors of {@link CallbackService.post}
   */
  async disconnect(connectionId: ConnectionId): Promise<void> {
    await this.#outOfTurn((timeoutMs) => this.client.delete(connectionId, timeoutMs));
  }

  /**
   * What API Gateway knows of a connection.
   *
   * @param once makes one attempt only, for a caller that prefers to come back later
   * @throws {GoneError} it is not open
   * @throws the errors of {@link CallbackService.post}
   */
  async inspect(connectionId: ConnectionId, { once = false } = {}): Promise<ConnectionTimes> {
    return this.#outOfTurn((timeoutMs) => this.client.get(connectionId, timeoutMs), once);
  }

  /**
   * Sends one message to many connections. The attempts in flight are limited by API Gateway's 429 responses and
   * `CALLBACK_CONCURRENCY`, for all such messages of this process together. Messages to one connection have a limit of
   * their own, and do not wait for them.
   *
   * @param pages the recipients, in pages
   * @throws {QueueFullError} too many messages are queued; it was sent to no connection
   * @throws the error of reading the pages
   */
  async postToMany(
    pages: AsyncIterable<readonly Recipient[]>,
    data: string | Uint8Array,
    observer: DeliveryObserver = {},
  ): Promise<DeliveryReport> {
    return this.#toMany.post(pages, data, observer);
  }

  /** Messages in flight continue, because on AWS the endpoint is still there. See {@link Retry.stop}. */
  beforeApplicationShutdown(): void {
    this.#retry.stop();
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  /**
   * Drops what waits for a connection, and closes it.
   *
   * @returns the error of the messages to it
   */
  #close(connectionId: ConnectionId, reason: ClosingReason): ConnectionClosingError {
    return this.#closing.close(connectionId, {
      reason,
      drop: (error) => this.#queues.drop(connectionId, error),
      ended: () => this.#attempts.forget(connectionId),
    });
  }

  #outOfTurn<T>(request: (timeoutMs: number) => Promise<T>, once = false): Promise<T> {
    const deadline = this.#retry.deadline();
    const attempt = () =>
      this.#attempts.runOther(async () => request(this.#retry.requestTimeoutMs(deadline)));
    return once ? attempt() : this.#retry.run(deadline, attempt);
  }

  async #observed(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.observer.settled(resultOf(error));
      throw error;
    }
    this.observer.settled('delivered');
  }
}
