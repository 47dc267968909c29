import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { type ConnectionId } from '../../api/integration.js';
import { Config } from '../config/config.js';
import { AdaptiveConcurrency } from './adaptive-concurrency.js';
import { BatchedMessage, postTogether } from './batched-message.js';
import { CallbackObserver, observed } from './callback-observer.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { ConnectionQueues } from './connection-queues.js';
import { ConnectionsClient, type ConnectionTimes } from './connections-client.js';
import { type Deliver, fanOut, type FanOutReport } from './fan-out.js';
import { signable, type SignableMessage } from './post-signer.js';
import { remainingMs, retryUntil } from './retry.js';

/** To whom a message goes. */
export interface Recipient {
  readonly connectionId: ConnectionId;
  /** Whether the client takes several messages in one frame. */
  readonly isBatched?: boolean | undefined;
}

/**
 * Speaks to clients through API Gateway's `@connections`. Knows nothing of channels and of what is stored.
 *
 * Messages to one connection go one after the other, in the order in which they came, whether they go to it alone or to
 * many; a connection that is slow delays no other one. To a client that takes several in one frame, those that wait go
 * together. Timeouts, broken connections, 429 and 5xx are tried again until
 * the message's deadline, so that a client may get a message twice whose answer was lost on its way.
 */
@Injectable()
export class CallbackService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #config: Config;
  readonly #queues: ConnectionQueues<BatchedMessage>;
  readonly #client: ConnectionsClient;
  readonly #limit: ConcurrencyLimit;
  readonly #adaptive: AdaptiveConcurrency;
  readonly #window: ConcurrencyLimit;
  readonly #stopping = new AbortController();

  constructor(
    config: Config,
    @Optional() private readonly observer?: CallbackObserver,
  ) {
    const { callbackConcurrency: concurrency } = config;
    this.#config = config;
    this.#queues = new ConnectionQueues({
      messages: config.callbackQueue,
      messagesPerConnection: config.callbackQueuePerConnection,
      bytes: config.callbackQueueBytes,
    });
    // A connection for each place of the two limits below: a request waits here for its turn, and not there, where its
    // timeouts run already. So a burst is not taken for a dead endpoint.
    this.#client = new ConnectionsClient(config, 2 * concurrency, observer);
    this.#limit = new ConcurrencyLimit(concurrency);
    this.#adaptive = new AdaptiveConcurrency(concurrency);
    this.#window = new ConcurrencyLimit(
      Math.max(1, Math.min(concurrency * WINDOW, Math.floor(config.callbackQueue / 2))),
    );
    setMaxListeners(0, this.#stopping.signal);
  }

  /** @throws {ConfigError} there are no credentials to sign callbacks with */
  async onModuleInit(): Promise<void> {
    await this.#client.credentials.resolve(this.#config.wsApiEndpoint);
  }

  /**
   * Whether callbacks can be signed.
   *
   * @throws {CredentialsError} the credentials have expired, and cannot be renewed
   */
  async checkCredentials(): Promise<void> {
    await this.#client.credentials.now();
  }

  /** Messages held for all connections together: waiting, under way, or between two tries. */
  get queuedMessages(): number {
    return this.#queues.messages;
  }

  /** Their bytes; what goes to many counts once. */
  get queuedBytes(): number {
    return this.#queues.bytes;
  }

  /** So many posts of messages to many may be under way at the moment: fewer while API Gateway throttles. */
  get fanOutConcurrency(): number {
    return this.#adaptive.limit;
  }

  /**
   * Sends one message to one connection, as a text frame.
   *
   * @param data at most 128 KB; JSON for a client that takes several in one frame
   * @returns once API Gateway has accepted it, which is not yet delivery
   * @throws {GoneError} the client has left (410), or the id never was one (400); worth forgetting the connection
   * @throws {TooLargeError} more than 128 KB (413)
   * @throws {ThrottledError} still limited at the deadline (429)
   * @throws {ForbiddenError} no permission, or no such stage (403)
   * @throws {CallbackTimeoutError} no connection or no answer in time, in every try, or not its turn before the deadline
   * @throws {QueueFullError} too much waits already; it was not sent
   * @throws {CallbackError} everything else: 5xx or connection refused until the deadline
   * @throws {CredentialsError} there are no credentials to sign with
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
   */
  async post(
    connectionId: ConnectionId,
    data: string | Uint8Array,
    { isBatched = false }: Pick<Recipient, 'isBatched'> = {},
  ): Promise<void> {
    const deadline = this.#deadline();
    if (!isBatched) {
      const bytes = Buffer.byteLength(data);
      return this.#counted(() =>
        this.#queues.run(connectionId, bytes, () => this.#postNow(connectionId, data, deadline)),
      );
    }
    const message = new BatchedMessage(data);
    await this.#counted(() =>
      this.#postBatched(connectionId, message, message.bytes, deadline, (attempt) =>
        this.#limit.run(() => attempt((body) => this.#tryPost(connectionId, body, deadline))),
      ),
    );
  }

  /**
   * Does something while everything else that is for this connection waits, as behind a message.
   *
   * @param work is given a `post` as {@link CallbackService.post}, but for the waiting: it has its turn
   * @throws {QueueFullError} too much waits already; nothing was done
   */
  async inTurn<T>(
    connectionId: ConnectionId,
    work: (post: (data: string | Uint8Array) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    return this.#queues.run(connectionId, 0, () =>
      work((data) => this.#counted(() => this.#postNow(connectionId, data, this.#deadline()))),
    );
  }

  /**
   * Closes a connection, with code 1000. Does not wait for the messages to it.
   *
   * @throws as {@link CallbackService.post} does
   */
  async disconnect(connectionId: ConnectionId): Promise<void> {
    await this.#withoutTurn((timeoutMs) => this.#client.delete(connectionId, timeoutMs));
  }

  /**
   * What API Gateway knows of a connection.
   *
   * @param once whether there is one try only, for who would rather come back later
   * @throws {GoneError} it is not open
   * @throws as {@link CallbackService.post} does
   */
  async inspect(connectionId: ConnectionId, { once = false } = {}): Promise<ConnectionTimes> {
    return this.#withoutTurn((timeoutMs) => this.#client.get(connectionId, timeoutMs), once);
  }

  /**
   * Sends one message to many connections, without the SDK: several times as many in the same time. As many at once as
   * API Gateway takes, of all such messages of this process together, and at most `CALLBACK_CONCURRENCY`. Single posts do
   * not wait for them.
   *
   * @param pages to whom, in pages
   * @param deliver what to do with a recipient: `post` is as {@link CallbackService.post}, with its errors
   * @throws {QueueFullError} too much waits already; nobody got it
   * @throws what reading the pages throws
   */
  async postToMany<To extends Recipient>(
    pages: AsyncIterable<readonly To[]>,
    data: string | Uint8Array,
    deliver: (recipient: To, post: () => Promise<void>) => ReturnType<Deliver<To>>,
  ): Promise<FanOutReport> {
    const message = signable(data);
    const release = this.#queues.hold(message.body.byteLength);
    try {
      return await fanOut(
        pages,
        (recipient) => deliver(recipient, () => this.#counted(() => this.#postSigned(recipient, message))),
        this.#window,
        ({ connectionId }) => this.#queues.isBusy(connectionId),
      );
    } finally {
      release();
    }
  }

  /** What is under way goes on: on AWS nothing else has changed yet. See {@link retryUntil}. */
  beforeApplicationShutdown(): void {
    this.#stopping.abort();
  }

  onApplicationShutdown(): void {
    this.#client.close();
  }

  #postNow(connectionId: ConnectionId, data: string | Uint8Array, deadline: number): Promise<void> {
    return this.#retry(deadline, () => this.#limit.run(() => this.#tryPost(connectionId, data, deadline)));
  }

  #postSigned({ connectionId, isBatched }: Recipient, message: SignableMessage): Promise<void> {
    const deadline = this.#deadline();
    if (!isBatched) {
      return this.#queues.run(connectionId, 0, () =>
        this.#retry(deadline, () =>
          this.#adaptive.run(() => this.#trySigned(connectionId, message, deadline)),
        ),
      );
    }
    const { body } = message;
    return this.#postBatched(connectionId, new BatchedMessage(body), 0, deadline, (attempt) =>
      this.#adaptive.run(() =>
        attempt((data) => this.#trySigned(connectionId, data === body ? message : signable(data), deadline)),
      ),
    );
  }

  /** @param inLimit makes one try, when there is a place for it */
  #postBatched(
    connectionId: ConnectionId,
    message: BatchedMessage,
    bytes: number,
    deadline: number,
    inLimit: (
      attempt: (post: (data: string | Uint8Array) => Promise<void>) => Promise<void>,
    ) => Promise<void>,
  ): Promise<void> {
    const work = async () => {
      if (message.outcome === undefined) await this.#linger(message);
      return this.#retry(deadline, async () => {
        if (message.outcome === undefined) {
          await inLimit((post) => postTogether(message, this.#queues.behind(connectionId), post));
        } else if (message.outcome.error) throw message.outcome.error;
      });
    };
    return this.#queues.run(connectionId, bytes, work, message);
  }

  async #linger({ queuedAt }: BatchedMessage): Promise<void> {
    const ms = queuedAt + this.#config.callbackLingerMs - performance.now();
    if (ms > 0) await sleep(ms);
  }

  async #tryPost(connectionId: ConnectionId, data: string | Uint8Array, deadline: number): Promise<void> {
    return this.#client.post(connectionId, data, this.#timeoutMs(deadline));
  }

  async #trySigned(connectionId: ConnectionId, message: SignableMessage, deadline: number): Promise<void> {
    return this.#client.postSigned(connectionId, message, this.#timeoutMs(deadline));
  }

  #withoutTurn<T>(work: (timeoutMs: number) => Promise<T>, once = false): Promise<T> {
    const deadline = this.#deadline();
    const attempt = () => this.#limit.run(async () => work(this.#timeoutMs(deadline)));
    return once ? attempt() : this.#retry(deadline, attempt);
  }

  #retry<T>(deadline: number, attempt: () => Promise<T>): Promise<T> {
    return retryUntil(deadline, attempt, this.#stopping.signal);
  }

  async #counted(work: () => Promise<void>): Promise<void> {
    const { observer } = this;
    return observer ? observed(work, (result) => observer.ended(result)) : work();
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
