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

  override post(connectionId: ConnectionId, body: PostBody, timeoutMs: number): Promise<void> {
    const attempt = { connectionId, body, timeoutMs };
    // a promise only if they must be waited for
    const credentials = this.#credentials.current();
    return credentials instanceof Promise
      ? credentials.then((read) => this.#attempt(attempt, read))
      : this.#attempt(attempt, credentials);
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

  #attempt(attempt: Attempt, credentials: Credentials): Promise<void> {
    return new Promise((resolve, reject) => {
      const { connectionId, body, timeoutMs, isLast = false } = attempt;
      const { ms: offsetMs } = this.#clock;
      const request = this.#signer.sign(body, connectionId, credentials, Date.now() + offsetMs);
      const startedAt = performance.now();
      this.#pool.send(request, timeoutMs, (response, failure) => {
        const error = response ? this.#errorIn(response) : errorFromFailure(failure);
        const durationMs = performance.now() - startedAt;
        this.#observer.attempted('post', resultOf(error), durationMs);
        if (error === undefined) return resolve();
        const isClockCorrected = error instanceof ForbiddenError && isSkew(this.#clock.ms - offsetMs);
        if (isLast || !isClockCorrected) return reject(error);
        const again = { ...attempt, timeoutMs: timeoutMs - durationMs, isLast: true };
        resolve(this.#attempt(again, credentials));
      });
    });
  }

  #errorIn(response: PoolResponse): CallbackError | undefined {
    const { status, headers } = response;
    if (status >= 200 && status < 300) return undefined;
    if (status === 403) this.#clock.learn(headers['date']);
    return errorFromResponse(response);
  }
}

interface Attempt {
  readonly connectionId: ConnectionId;
  readonly body: PostBody;
  readonly timeoutMs: number;
  /** Whether a refusal is final, also if the clock of this machine explains it. */
  readonly isLast?: boolean;
}
