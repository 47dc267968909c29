import { type ConnectionId } from '../../api/integration.js';
import { AdaptiveConcurrency } from './adaptive-concurrency.js';
import { type CallbackObserver } from './callback-observer.js';
import { GoneError, ThrottledError } from './callback.errors.js';
import { type ConnectionsClient } from './client/connections-client.js';
import { type PostBody } from './client/post-body.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { type Retry } from './retry.js';
import { ThrottledConnections } from './throttled-connections.js';

/** Posts once. @throws {CallbackError} */
export type Post = (body: PostBody) => Promise<void>;

/** The limit of an attempt: messages to one connection and messages to many have limits of their own. */
export type Limit = 'one' | 'many';

/**
 * Attempts of posts, each under a concurrency limit. What API Gateway responds to them shows which clients do not read.
 *
 * Attempts to connections whose latest attempt was throttled have a limit of their own, alone and to many: clients that
 * do not read have many more attempts than the others, and must not take their slots.
 */
export class PostAttempts {
  readonly #one: ConcurrencyLimit;
  readonly #many: AdaptiveConcurrency;
  readonly #throttledOnes: ConcurrencyLimit;
  readonly #throttled = new ThrottledConnections(() => this.#many.restore());

  /**
   * @param concurrency of each limit; a quarter of it for throttled connections
   * @param slow called when it is certain that the client of a connection does not read. @returns the error of the post
   */
  constructor(
    private readonly client: ConnectionsClient,
    private readonly retry: Retry,
    concurrency: number,
    private readonly slow: (connectionId: ConnectionId) => Error,
    private readonly observer: Pick<CallbackObserver, 'posted'>,
  ) {
    this.#one = new ConcurrencyLimit(concurrency);
    this.#many = new AdaptiveConcurrency(concurrency);
    this.#throttledOnes = new ConcurrencyLimit(Math.max(1, Math.floor(concurrency / 4)));
  }

  /** The current limit of attempts for messages to many. */
  get concurrencyToMany(): number {
    return this.#many.limit;
  }

  /** @param attempt receives a `post` to this connection, and runs when a slot is free */
  run(
    limit: Limit,
    connectionId: ConnectionId,
    deadline: number,
    attempt: (post: Post) => Promise<void>,
  ): Promise<void> {
    const post = (body: PostBody) => this.#post(connectionId, body, deadline);
    const throttled = this.#throttled.attemptsOf(connectionId);
    if (limit === 'one') return (throttled > 0 ? this.#throttledOnes : this.#one).run(() => attempt(post));
    // a second attempt after the account's rate must not exceed it again
    if (throttled < 2 && !(throttled === 1 && this.#throttled.isLocal)) {
      return this.#many.run(
        () => attempt(post),
        () => !this.#throttled.isLocal,
      );
    }
    return this.#throttledOnes.run(async () => {
      await attempt(post);
      // the 429 before it was the account's after all
      if (this.#throttled.isLocal) this.#many.count(true);
    });
  }

  /** Runs a request that is no post under the limit of messages to one connection. */
  runOther<T>(request: () => Promise<T>): Promise<T> {
    return this.#one.run(request);
  }

  /** The connection is gone. */
  forget(connectionId: ConnectionId): void {
    this.#throttled.forget(connectionId);
  }

  async #post(connectionId: ConnectionId, body: PostBody, deadline: number): Promise<void> {
    try {
      await this.client.post(connectionId, body, this.retry.requestTimeoutMs(deadline));
    } catch (error) {
      if (error instanceof GoneError) this.#throttled.forget(connectionId);
      const isSlow = error instanceof ThrottledError && this.#throttled.throttled(connectionId);
      throw isSlow ? this.slow(connectionId) : error;
    }
    this.#throttled.accepted(connectionId);
    this.observer.posted(body.units, body.savedUnits);
  }
}
