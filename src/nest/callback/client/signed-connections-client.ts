import { type ConnectionId } from '../../../api/integration.js';
import { type Config } from '../../config/config.js';
import { type CallbackObserver, resultOf } from '../callback-observer.js';
import { type CallbackError, ForbiddenError } from '../callback.errors.js';
import { type CallbackCredentials } from './callback-credentials.js';
import { ClockOffset, isSkew } from './clock-offset.js';
import { type ConnectionTimes, ConnectionsClient } from './connections-client.js';
import { HttpPool, type PoolResponse } from './http-pool.js';
import { type PostBody } from './post-body.js';
import { PostSigner } from './post-signer.js';
import { errorFromFailure, errorFromResponse } from './response-errors.js';
import { type Credentials, SigningKeys } from './signature-v4.js';
import { socketsFor } from './sockets.js';

/**
 * Signs and sends posts without the SDK, at a fraction of the processor time. The rare other operations are left to the
 * SDK.
 */
export class SignedConnectionsClient extends ConnectionsClient {
  readonly #credentials: CallbackCredentials;
  readonly #observer: CallbackObserver;
  readonly #others: ConnectionsClient;
  readonly #signer: PostSigner;
  readonly #pool: HttpPool;
  readonly #clock = new ClockOffset();

  /** @param others for all operations but posts; closed with this client */
  constructor(
    config: Config,
    credentials: CallbackCredentials,
    observer: CallbackObserver,
    others: ConnectionsClient,
  ) {
    super();
    this.#credentials = credentials;
    this.#observer = observer;
    this.#others = others;
    this.#signer = new PostSigner(config.wsApiEndpoint, new SigningKeys(config.awsRegion));
    this.#pool = new HttpPool(config.wsApiEndpoint, {
      sockets: socketsFor(config),
      connectTimeoutMs: config.callbackConnectTimeoutMs,
    });
  }

  override async post(connectionId: ConnectionId, body: PostBody, timeoutMs: number): Promise<void> {
    // a promise only if they must be waited for, which saves almost every post an `await`
    const current = this.#credentials.current();
    const credentials = current instanceof Promise ? await current : current;
    const deadline = performance.now() + timeoutMs;
    const offsetMs = this.#clock.ms;
    let error = await this.#attempt(connectionId, body, credentials, timeoutMs);
    if (error instanceof ForbiddenError && isSkew(this.#clock.ms - offsetMs)) {
      error = await this.#attempt(connectionId, body, credentials, deadline - performance.now());
    }
    if (error) throw error;
  }

  override async get(connectionId: ConnectionId, timeoutMs: number): Promise<ConnectionTimes> {
    return this.#others.get(connectionId, timeoutMs);
  }

  override async delete(connectionId: ConnectionId, timeoutMs: number): Promise<void> {
    await this.#others.delete(connectionId, timeoutMs);
  }

  override close(): void {
    this.#pool.close();
    this.#others.close();
  }

  /** @returns undefined for a success */
  async #attempt(
    connectionId: ConnectionId,
    body: PostBody,
    credentials: Credentials,
    timeoutMs: number,
  ): Promise<CallbackError | undefined> {
    const request = this.#signer.sign(body, connectionId, credentials, Date.now() + this.#clock.ms);
    const startedAt = performance.now();
    let error: CallbackError | undefined;
    try {
      const response = await this.#pool.request(request, timeoutMs);
      error = this.#errorIn(response);
    } catch (cause) {
      error = errorFromFailure(cause);
    }
    this.#observer.attempted('post', resultOf(error), performance.now() - startedAt);
    return error;
  }

  #errorIn(response: PoolResponse): CallbackError | undefined {
    const { status, headers } = response;
    if (status >= 200 && status < 300) return undefined;
    if (status === 403) this.#clock.learn(headers['date']);
    return errorFromResponse(response);
  }
}
