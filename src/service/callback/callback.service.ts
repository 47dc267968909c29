import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type ConnectionId } from '../../api/integration.js';
import { Config } from '../config.js';
import { toCallbackError } from './callback.errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';

/** Speaks to clients through API Gateway's `@connections`. Knows nothing of channels and of what is stored. */
@Injectable()
export class CallbackService implements OnApplicationShutdown {
  readonly #client: ApiGatewayManagementApiClient;
  readonly #limit: ConcurrencyLimit;

  constructor(@Inject(Config) config: Config) {
    const agent = { keepAlive: true, maxSockets: config.callbackConcurrency };
    this.#client = new ApiGatewayManagementApiClient({
      endpoint: config.wsApiEndpoint,
      region: config.awsRegion,
      maxAttempts: CALLBACK_TRIES,
      retryMode: 'standard',
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
    // always finds one free, and a burst is not taken for a dead endpoint.
    this.#limit = new ConcurrencyLimit(config.callbackConcurrency);
  }

  /**
   * Sends one message to one connection, as a text frame.
   *
   * Timeouts, 429 and 5xx are tried again, {@link CALLBACK_TRIES} times in all, so that a client may get a message
   * twice whose answer was lost on its way.
   *
   * @param data at most 128 KB
   * @returns once API Gateway has accepted it, which is not yet delivery
   * @throws {GoneError} the client has left (410), or the id never was one (400); worth forgetting the connection
   * @throws {TooLargeError} more than 128 KB (413)
   * @throws {ThrottledError} still limited after the last try (429)
   * @throws {ForbiddenError} no permission, or no such stage (403)
   * @throws {CallbackTimeoutError} no connection or no answer in time, in every try
   * @throws {CallbackError} everything else: 5xx after the last try, connection refused, no credentials
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
   */
  async post(connectionId: ConnectionId, data: string | Uint8Array): Promise<void> {
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: data });
    try {
      await this.#limit.run(() => this.#client.send(command));
    } catch (error) {
      throw toCallbackError(error);
    }
  }

  onApplicationShutdown(): void {
    this.#client.destroy();
  }
}

/** With 5 s for each, they end well within the 29 s that API Gateway waits for the integration. */
const CALLBACK_TRIES = 3;
