import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { Config } from '../config/config.js';
import { AdaptiveConcurrency } from './adaptive-concurrency.js';
import { BatchedMessage, postBatch } from './batched-message.js';
import { CallbackObserver, type ClosingReason, resultOf } from './callback-observer.js';
import { ConnectionClosingError, GoneError, QueueFullError, ThrottledError } from './callback.errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { ConnectionQueues, type Purpose } from './connection-queues.js';
import { CallbackCredentials } from './client/callback-credentials.js';
import { ConnectionsClient, type ConnectionTimes } from './client/connections-client.js';
import { PostBody } from './client/post-body.js';
import { type Deliver, type DeliveryLimits, deliverToRecipients } from './deliver-to-recipients.js';
import { type DeliveryReport } from './delivery-report.js';
import { type Recipient } from './recipient.js';
import { Retry } from './retry.js';
import { ThrottledConnections } from './throttled-connections.js';

/** How a message to one connection is sent. */
export interface PostOptions extends Pick<Recipient, 'isBatched'> {
  /** `placed`: it is sent in a place that {@link CallbackService.takePlace} has returned. */
  readonly purpose?: 'push' | 'reply' | 'placed';
}

/**
 * Sends to clients through API Gateway's `@connections`. Knows neither channels nor the store.
 *
 * A message passes four steps: its connection's queue, which is bounded (`connection-queues.ts`); attempts until its
 * deadline (`retry.ts`); a concurrency limit; and the request (`client/`), whose response becomes an error unless it is
 * a success (`response-errors.ts`).
 *
 * Messages to one connection are sent one after the other, in the order of the calls, whether they go to it alone or to
 * many; a slow connection delays no other one. For a client that accepts several messages in one frame, those that wait
 * are sent together. Because timeouts are retried, a client may get a message twice when the response was lost.
 *
 * A client that does not read is closed (`throttled-connections.ts`): its backlog is dropped, and it resumes by offset
 * when it reconnects. Attempts to connections that were throttled have a limit of their own.
 */
@Injectable()
export class CallbackService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #config: Config;
  readonly #queues: ConnectionQueues<BatchedMessage>;
  readonly #retry: Retry;
  /** Limits the attempts of messages to one connection. */
  readonly #limit: ConcurrencyLimit;
  /** Limits the attempts of messages to many. */
  readonly #adaptive: AdaptiveConcurrency;
  /** Limits the attempts to connections whose latest attempt was throttled, alone and to many. */
  readonly #throttledLimit: ConcurrencyLimit;
  /** Limits the recipients of messages to many that have been read and not yet settled. */
  readonly #deliveryLimits: DeliveryLimits;
  readonly #throttled = new ThrottledConnections(() => this.#adaptive.restore());
  readonly #closing = new Set<ConnectionId>();

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
    this.#limit = new ConcurrencyLimit(concurrency);
    this.#adaptive = new AdaptiveConcurrency(concurrency);
    this.#throttledLimit = new ConcurrencyLimit(Math.max(1, Math.floor(concurrency / 4)));
    this.#deliveryLimits = {
      window: new ConcurrencyLimit(
        Math.max(1, Math.min(concurrency * WINDOW_PER_SLOT, Math.floor(config.callbackQueue / 2))),
      ),
      paused: new ConcurrencyLimit(Math.floor(config.callbackQueue / 4)),
    };
  }

  /** @throws {ConfigError} there are no credentials to sign callbacks with */
  async onModuleInit(): Promise<void> {
    await this.credentials.readAtStart(this.#config.wsApiEndpoint);
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
    return this.#adaptive.limit;
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
    if (!isBatched) {
      const body = new PostBody(data);
      return this.#observed(() =>
        this.#enqueue(
          connectionId,
          () => this.#postNow(connectionId, body, deadline),
          body.bytes.byteLength,
          purposeOf(purpose),
        ),
      );
    }
    const message = new BatchedMessage(data);
    await this.#observed(() =>
      this.#postBatched(
        connectionId,
        { message, bytes: message.bytes, purpose: purposeOf(purpose), deadline },
        (attempt) =>
          this.#inLimit(connectionId, () =>
            attempt((batch) => this.#attempt(connectionId, new PostBody(batch), deadline)),
          ),
      ),
    );
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
    this.#requireOpen(connectionId);
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
    return this.#enqueue(
      connectionId,
      () =>
        work((data) =>
          this.#observed(() => this.#postNow(connectionId, new PostBody(data), this.#retry.deadline())),
        ),
      0,
      undefined,
    );
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
   * Sends one message to many connections. The attempts in flight are limited by API Gateway's 429 responses and `CALLBACK_CONCURRENCY`, for all such messages of this process together.
   * Messages to one connection have a limit of their own, and do not wait for them.
   *
   * @param pages the recipients, in pages
   * @param deliver called for each recipient with a `post` that behaves like {@link CallbackService.post}
   * @throws {QueueFullError} too many messages are queued; it was sent to no connection
   * @throws the error of reading the pages
   */
  async postToMany<To extends Recipient>(
    pages: AsyncIterable<readonly To[]>,
    data: string | Uint8Array,
    deliver: (recipient: To, post: () => Promise<void>) => ReturnType<Deliver<To>>,
  ): Promise<DeliveryReport> {
    const body = new PostBody(data);
    const releaseBytes = this.#queues.reserveBytes(body.bytes.byteLength, 'push');
    try {
      return await deliverToRecipients(
        pages,
        (recipient, pause) =>
          deliver(recipient, () => this.#observed(() => this.#postOneOfMany(recipient, body, pause))),
        this.#deliveryLimits,
        ({ connectionId }) => this.#queues.isBusy(connectionId),
      );
    } finally {
      releaseBytes();
    }
  }

  /** Messages in flight continue, because on AWS the endpoint is still there. See {@link Retry.stop}. */
  beforeApplicationShutdown(): void {
    this.#retry.stop();
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  #postNow(connectionId: ConnectionId, body: PostBody, deadline: number): Promise<void> {
    return this.#retry.run(deadline, () =>
      this.#inLimit(connectionId, () => this.#attempt(connectionId, body, deadline)),
    );
  }

  #postOneOfMany({ connectionId, isBatched }: Recipient, body: PostBody, pause: () => void): Promise<void> {
    const deadline = this.#retry.deadline();
    if (!isBatched) {
      const post = () =>
        this.#retry.run(
          deadline,
          () => this.#inAdaptiveLimit(connectionId, () => this.#attempt(connectionId, body, deadline)),
          pause,
        );
      return this.#enqueue(connectionId, post, 0, 'push');
    }
    return this.#postBatched(
      connectionId,
      { message: new BatchedMessage(body.bytes), bytes: 0, purpose: 'push', deadline, pause },
      (attempt) =>
        this.#inAdaptiveLimit(connectionId, () =>
          attempt((batch) =>
            this.#attempt(connectionId, batch === body.bytes ? body : new PostBody(batch), deadline),
          ),
        ),
    );
  }

  #inLimit<T>(connectionId: ConnectionId, attempt: () => Promise<T>): Promise<T> {
    if (!this.#throttled.has(connectionId)) return this.#limit.run(attempt);
    return this.#throttledLimit.run(attempt);
  }

  /** What a 429 says about the account: see {@link ThrottledConnections}. */
  #inAdaptiveLimit<T>(connectionId: ConnectionId, attempt: () => Promise<T>): Promise<T> {
    if (!this.#throttled.has(connectionId)) {
      return this.#adaptive.run(attempt, () => !this.#throttled.isLocal);
    }
    return this.#throttledLimit.run(async () => {
      const result = await attempt();
      // the 429 before it was the account's after all
      if (this.#throttled.isLocal) this.#adaptive.count(true);
      return result;
    });
  }

  /** @param inLimit runs one attempt under a concurrency limit */
  #postBatched(
    connectionId: ConnectionId,
    { message, bytes, purpose, deadline, pause }: QueuedBatch,
    inLimit: (
      attempt: (post: (data: string | Uint8Array) => Promise<void>) => Promise<void>,
    ) => Promise<void>,
  ): Promise<void> {
    const work = async () => {
      if (message.outcome === undefined) await this.#linger(message);
      const attempt = async () => {
        if (message.outcome === undefined) {
          await inLimit((post) => postBatch(message, this.#queues.waiting(connectionId), post));
        } else if (message.outcome.error) throw message.outcome.error;
      };
      return this.#retry.run(deadline, attempt, pause);
    };
    return this.#enqueue(connectionId, work, bytes, purpose, message);
  }

  /** @throws {ConnectionClosingError} @throws {QueueFullError} */
  #enqueue<T>(
    connectionId: ConnectionId,
    work: () => Promise<T>,
    bytes: number,
    purpose: Purpose | undefined,
    message?: BatchedMessage,
  ): Promise<T> {
    this.#requireOpen(connectionId);
    return this.#queues.run(connectionId, work, { bytes, purpose, message });
  }

  async #linger({ queuedAt }: BatchedMessage): Promise<void> {
    const ms = queuedAt + this.#config.callbackLingerMs - performance.now();
    if (ms > 0) await sleep(ms);
  }

  async #attempt(connectionId: ConnectionId, body: PostBody, deadline: number): Promise<void> {
    try {
      await this.client.post(connectionId, body, this.#retry.requestTimeoutMs(deadline));
    } catch (error) {
      if (error instanceof GoneError) this.#throttled.forget(connectionId);
      if (!(error instanceof ThrottledError) || !this.#throttled.throttled(connectionId)) throw error;
      throw this.#close(connectionId, 'does_not_read', error);
    }
    this.#throttled.accepted(connectionId);
  }

  #requireOpen(connectionId: ConnectionId): void {
    if (this.#closing.size > 0 && this.#closing.has(connectionId)) throw closingError();
  }

  /**
   * Drops what waits for a connection, and closes it. Unlike a notice, a close reaches a client that does not read, and
   * each client reconnects and resumes after it, whatever it has missed.
   *
   * @returns the error of the messages to it
   */
  #close(connectionId: ConnectionId, reason: ClosingReason, cause?: unknown): ConnectionClosingError {
    const error = closingError(cause);
    if (this.#closing.has(connectionId)) return error;
    this.#closing.add(connectionId);
    this.observer.closing(connectionId, reason, this.#queues.drop(connectionId, error));
    void this.#throttledLimit
      .run(() => this.disconnect(connectionId))
      .catch((failure: unknown) => {
        // the next attempt finds out, too
        if (!(failure instanceof GoneError)) this.observer.notClosed(connectionId, failure);
      })
      .finally(() => {
        this.#closing.delete(connectionId);
        this.#throttled.forget(connectionId);
      });
    return error;
  }

  #outOfTurn<T>(request: (timeoutMs: number) => Promise<T>, once = false): Promise<T> {
    const deadline = this.#retry.deadline();
    const attempt = () => this.#limit.run(async () => request(this.#retry.requestTimeoutMs(deadline)));
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

interface QueuedBatch {
  readonly message: BatchedMessage;
  /** 0 for a message to many, whose bytes are counted once. */
  readonly bytes: number;
  readonly purpose: Purpose | undefined;
  readonly deadline: number;
  readonly pause?: () => void;
}

const purposeOf = (purpose: 'push' | 'reply' | 'placed') => (purpose === 'placed' ? undefined : purpose);

const closingError = (cause?: unknown) =>
  new ConnectionClosingError('the connection is being closed: its client does not read, or sends too much', {
    cause,
  });

/** Recipients read per slot of the limit. The others wait for a slot, or are paused before a retry. */
const WINDOW_PER_SLOT = 4;
