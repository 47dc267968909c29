import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { type ConnectionId } from '../../../api/integration.js';
import { credentialsFor } from '../../aws/aws-credentials.js';
import { explicitEndpoint } from '../../aws/explicit-endpoint.js';
import { type Config } from '../../config/config.js';
import { CallbackCredentials } from './callback-credentials.js';
import { type CallbackObserver, type CallbackOperation, observed } from '../callback-observer.js';
import { CredentialsError } from '../callback.errors.js';
import { type HashedBody } from './hashed-body.js';
import { HttpPool, type PoolRequest } from './http-pool.js';
import { PostSigner } from './post-signer.js';
import { errorFromFailure, errorFromResponse, errorFromSdk } from './response-errors.js';
import { simplifyMiddleware } from './sdk-middleware.js';
import { sdkRequestHandler } from './sdk-request-handler.js';
import { SdkRequestSigner } from './sdk-request-signer.js';
import { SigningKeys } from './signature-v4.js';

/** What API Gateway knows of an open connection, in milliseconds since 1970. */
export interface ConnectionTimes {
  readonly connectedAt: number;
  readonly lastActiveAt: number;
}

/**
 * The operations of `@connections`, each as one attempt: with the SDK's client, and a post also without it, at a third
 * of the processor time. The SDK's client brings the commands, the errors, and the offset of the clock of AWS; the HTTP
 * connections, the credentials and the signatures are ours in both cases.
 *
 * Every operation rejects with a {@link CallbackError}.
 */
export class ConnectionsClient {
  readonly credentials: CallbackCredentials;
  readonly #sdk: ApiGatewayManagementApiClient;
  readonly #pool: HttpPool;
  readonly #signer: PostSigner;
  readonly #requestTimeoutMs: number;
  readonly #observer: CallbackObserver | undefined;

  /** @param connections the most requests in flight */
  constructor(
    {
      wsApiEndpoint,
      awsRegion,
      callbackDeadlineMs,
      callbackConnectTimeoutMs,
      callbackRequestTimeoutMs,
    }: Config,
    connections: number,
    observer?: CallbackObserver,
  ) {
    this.#observer = observer;
    this.#requestTimeoutMs = callbackRequestTimeoutMs;
    const keys = new SigningKeys(awsRegion);
    this.#signer = new PostSigner(wsApiEndpoint, keys);
    this.#pool = new HttpPool(wsApiEndpoint, { connections, connectTimeoutMs: callbackConnectTimeoutMs });
    this.credentials = new CallbackCredentials(
      credentialsFor(wsApiEndpoint, awsRegion),
      callbackDeadlineMs,
      observer,
    );
    this.#sdk = new ApiGatewayManagementApiClient({
      ...explicitEndpoint(wsApiEndpoint),
      region: awsRegion,
      // retry.ts retries, in the same way for both kinds of post
      maxAttempts: 1,
      // otherwise the middleware is composed anew for each command
      cacheMiddleware: true,
      // the SDK's own user agent is collected and escaped for each request, which is a tenth of the request's cost
      defaultUserAgentProvider: async () => [['backchannel']],
      credentials: async () => this.credentials.current(),
      signer: new SdkRequestSigner(keys, () => this.credentials.current()),
      requestHandler: sdkRequestHandler(this.#pool, callbackRequestTimeoutMs),
    });
    simplifyMiddleware(this.#sdk);
  }

  /** PostToConnection with the SDK's client. */
  async post(connectionId: ConnectionId, data: string | Uint8Array, timeoutMs: number): Promise<void> {
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: data });
    await this.#observed('post', () =>
      this.#sdk.send(command, this.#options(timeoutMs)).catch(throwErrorFromSdk),
    );
  }

  /** PostToConnection without the SDK's client. */
  async postDirect(connectionId: ConnectionId, message: HashedBody, timeoutMs: number): Promise<void> {
    const current = this.credentials.current();
    const credentials = current instanceof Promise ? await current : current;
    // the SDK's client derives it from the responses of AWS
    const { systemClockOffset } = this.#sdk.config;
    const { path, headers } = this.#signer.sign(
      message,
      connectionId,
      credentials,
      Date.now() + systemClockOffset,
    );
    const request = { method: 'POST', path, headers, body: message.body };
    await this.#observed('post', () => this.#send(request, timeoutMs));
  }

  /** GetConnection. */
  async get(connectionId: ConnectionId, timeoutMs: number): Promise<ConnectionTimes> {
    const command = new GetConnectionCommand({ ConnectionId: connectionId });
    const { ConnectedAt, LastActiveAt } = await this.#observed('get', () =>
      this.#sdk.send(command, this.#options(timeoutMs)).catch(throwErrorFromSdk),
    );
    return { connectedAt: ConnectedAt?.getTime() ?? 0, lastActiveAt: LastActiveAt?.getTime() ?? 0 };
  }

  /** DeleteConnection. */
  async delete(connectionId: ConnectionId, timeoutMs: number): Promise<void> {
    const command = new DeleteConnectionCommand({ ConnectionId: connectionId });
    await this.#observed('delete', () =>
      this.#sdk.send(command, this.#options(timeoutMs)).catch(throwErrorFromSdk),
    );
  }

  /** Aborts the requests in flight. */
  close(): void {
    this.#sdk.destroy();
  }

  async #send(request: PoolRequest, timeoutMs: number): Promise<void> {
    const response = await this.#pool.request(request, timeoutMs).catch(throwErrorFromFailure);
    if (response.status < 200 || response.status >= 300) throw errorFromResponse(response);
  }

  #observed<T>(operation: CallbackOperation, send: () => Promise<T>): Promise<T> {
    const observer = this.#observer;
    if (observer === undefined) return send();
    return observed(send, (result, durationMs) => observer.attempted(operation, result, durationMs));
  }

  /** The SDK caches no middleware for a command with options, so that only attempts close to a deadline have some. */
  #options(timeoutMs: number): { readonly requestTimeout: number } | undefined {
    return timeoutMs < this.#requestTimeoutMs ? { requestTimeout: timeoutMs } : undefined;
  }
}

function throwErrorFromSdk(error: unknown): never {
  throw error instanceof CredentialsError ? error : errorFromSdk(error);
}

function throwErrorFromFailure(error: unknown): never {
  throw errorFromFailure(error);
}
