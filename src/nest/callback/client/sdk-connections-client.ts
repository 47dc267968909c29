import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type ConnectionId } from '../../../api/integration.js';
import { explicitEndpoint } from '../../aws/explicit-endpoint.js';
import { type Config } from '../../config/config.js';
import { type CallbackObserver, type CallbackOperation, observed } from '../callback-observer.js';
import { CallbackTimeoutError, CredentialsError, ForbiddenError } from '../callback.errors.js';
import { type CallbackCredentials } from './callback-credentials.js';
import { isSkew } from './clock-offset.js';
import { type ConnectionTimes, ConnectionsClient } from './connections-client.js';
import { type PostBody } from './post-body.js';
import { errorFromSdk } from './response-errors.js';
import { socketsFor } from './sockets.js';

interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/** The AWS SDK's client as it is, with settings that it documents. */
export class SdkConnectionsClient extends ConnectionsClient {
  readonly #sdk: ApiGatewayManagementApiClient;
  readonly #credentials: CallbackCredentials;
  readonly #observer: CallbackObserver;

  constructor(config: Config, credentials: CallbackCredentials, observer: CallbackObserver) {
    super();
    const agent = { keepAlive: true, maxSockets: socketsFor(config) };
    this.#credentials = credentials;
    this.#observer = observer;
    this.#sdk = new ApiGatewayManagementApiClient({
      ...explicitEndpoint(config.wsApiEndpoint),
      region: config.awsRegion,
      credentials: async () => credentials.current(),
      // `Retry` makes the attempts of a message
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({
        connectionTimeout: config.callbackConnectTimeoutMs,
        httpAgent: agent,
        httpsAgent: agent,
      }),
    });
  }

  override async post(connectionId: ConnectionId, body: PostBody, timeoutMs: number): Promise<void> {
    const input = { ConnectionId: connectionId, Data: body.bytes };
    await this.#send('post', timeoutMs, (options) =>
      this.#sdk.send(new PostToConnectionCommand(input), options),
    );
  }

  override async get(connectionId: ConnectionId, timeoutMs: number): Promise<ConnectionTimes> {
    const input = { ConnectionId: connectionId };
    const { ConnectedAt, LastActiveAt } = await this.#send('get', timeoutMs, (options) =>
      this.#sdk.send(new GetConnectionCommand(input), options),
    );
    return { connectedAt: ConnectedAt?.getTime() ?? 0, lastActiveAt: LastActiveAt?.getTime() ?? 0 };
  }

  override async delete(connectionId: ConnectionId, timeoutMs: number): Promise<void> {
    const input = { ConnectionId: connectionId };
    await this.#send('delete', timeoutMs, (options) =>
      this.#sdk.send(new DeleteConnectionCommand(input), options),
    );
  }

  override close(): void {
    this.#sdk.destroy();
  }

  async #send<T>(
    operation: CallbackOperation,
    timeoutMs: number,
    send: (options: SendOptions) => Promise<T>,
  ): Promise<T> {
    await this.#credentials.current();
    const deadline = performance.now() + timeoutMs;
    const attempt = (attemptMs: number) =>
      observed(
        () => withTimeout(attemptMs, send),
        (result, durationMs) => this.#observer.attempted(operation, result, durationMs),
      );
    const offsetMs = this.#sdk.config.systemClockOffset;
    try {
      return await attempt(timeoutMs);
    } catch (error) {
      // the SDK learns the offset from the `Date` of each response
      const isClockCorrected = isSkew(this.#sdk.config.systemClockOffset - offsetMs);
      if (!(error instanceof ForbiddenError) || !isClockCorrected) throw error;
      return attempt(deadline - performance.now());
    }
  }
}

/** The SDK has timeouts for the connection and the head of the response, but not for the complete response. */
async function withTimeout<T>(timeoutMs: number, send: (options: SendOptions) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await send({ abortSignal: controller.signal });
  } catch (error) {
    if (error instanceof CredentialsError) throw error;
    if (!controller.signal.aborted) throw errorFromSdk(error);
    throw new CallbackTimeoutError('no complete response in time', { cause: error, isTransient: true });
  } finally {
    clearTimeout(timer);
  }
}
