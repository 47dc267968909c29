import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { type ConnectionId } from '../../api/integration.js';
import { credentialsFor, explicitEndpoint } from '../aws/aws-client.js';
import { type Config } from '../config/config.js';
import { CallbackCredentials } from './callback-credentials.js';
import { type CallbackObserver, type CallbackOperation, observed } from './callback-observer.js';
import { CredentialsError, errorOfAnswer, errorWithoutAnswer, toCallbackError } from './callback.errors.js';
import { type HttpAnswer, type HttpCall, HttpClient } from './http-client.js';
import { makeLean } from './lean-sdk.js';
import { PostSigner, type SignableMessage } from './post-signer.js';
import { SdkRequestSigner, type SdkRequest } from './sdk-request-signer.js';
import { SigningKeys } from './signing-key.js';

/** What API Gateway knows of an open connection. In milliseconds since 1970. */
export interface ConnectionTimes {
  readonly connectedAt: number;
  readonly lastActiveAt: number;
}

/**
 * The operations of `@connections`, one try of each: through the SDK's client, and a post also without it, which costs a
 * third. The client brings the commands, the errors and what it learns of AWS's clock; the connections,
 * the credentials and the signatures are ours on both ways.
 *
 * Every operation rejects with a {@link CallbackError}.
 */
export class ConnectionsClient {
  readonly #sdk: ApiGatewayManagementApiClient;
  readonly #http: HttpClient;
  readonly #signer: PostSigner;
  readonly credentials: CallbackCredentials;
  readonly #requestTimeoutMs: number;

  /** @param connections as many requests may be under way at once */
  constructor(
    { wsApiEndpoint, awsRegion, callbackConnectTimeoutMs, callbackRequestTimeoutMs }: Config,
    connections: number,
    private readonly observer?: CallbackObserver,
  ) {
    this.#requestTimeoutMs = callbackRequestTimeoutMs;
    const keys = new SigningKeys(awsRegion);
    this.#signer = new PostSigner(wsApiEndpoint, keys);
    this.#http = new HttpClient(wsApiEndpoint, { connections, connectTimeoutMs: callbackConnectTimeoutMs });
    this.credentials = new CallbackCredentials(credentialsFor(wsApiEndpoint, awsRegion), observer);
    this.#sdk = new ApiGatewayManagementApiClient({
      ...explicitEndpoint(wsApiEndpoint),
      region: awsRegion,
      // retry.ts tries again, in the same way on both paths
      maxAttempts: 1,
      // else it is put together for each command anew
      cacheMiddleware: true,
      // what the SDK says of itself it collects and escapes for each request, a tenth of what that costs
      defaultUserAgentProvider: async () => [['backchannel']],
      credentials: async () => this.credentials.now(),
      signer: new SdkRequestSigner(keys, () => this.credentials.now()),
      requestHandler: sdkHandler(this.#http, callbackRequestTimeoutMs),
    });
    makeLean(this.#sdk);
  }

  async post(connectionId: ConnectionId, data: string | Uint8Array, timeoutMs: number): Promise<void> {
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: data });
    await this.#observed('post', () =>
      this.#sdk.send(command, this.#options(timeoutMs)).catch(throwCallbackError),
    );
  }

  /** Without the SDK's client. */
  async postSigned(connectionId: ConnectionId, message: SignableMessage, timeoutMs: number): Promise<void> {
    const known = this.credentials.now();
    const credentials = known instanceof Promise ? await known : known;
    // what the SDK has learnt about this machine's clock from answers
    const { systemClockOffset } = this.#sdk.config;
    const { path, headers } = this.#signer.sign(
      message,
      connectionId,
      credentials,
      Date.now() + systemClockOffset,
    );
    const call = { method: 'POST', path, headers, body: message.body };
    await this.#observed('post', () => this.#callSigned(call, timeoutMs));
  }

  async get(connectionId: ConnectionId, timeoutMs: number): Promise<ConnectionTimes> {
    const command = new GetConnectionCommand({ ConnectionId: connectionId });
    const { ConnectedAt, LastActiveAt } = await this.#observed('get', () =>
      this.#sdk.send(command, this.#options(timeoutMs)).catch(throwCallbackError),
    );
    return { connectedAt: ConnectedAt?.getTime() ?? 0, lastActiveAt: LastActiveAt?.getTime() ?? 0 };
  }

  async delete(connectionId: ConnectionId, timeoutMs: number): Promise<void> {
    const command = new DeleteConnectionCommand({ ConnectionId: connectionId });
    await this.#observed('delete', () =>
      this.#sdk.send(command, this.#options(timeoutMs)).catch(throwCallbackError),
    );
  }

  /** Gives up what is under way. */
  close(): void {
    this.#sdk.destroy();
  }

  async #callSigned(call: HttpCall, timeoutMs: number): Promise<void> {
    const answer = await this.#http.call(call, timeoutMs).catch(throwWithoutAnswer);
    if (answer.status < 200 || answer.status >= 300) throw refusal(answer);
  }

  #observed<T>(operation: CallbackOperation, send: () => Promise<T>): Promise<T> {
    const { observer } = this;
    if (observer === undefined) return send();
    return observed(send, (result, durationMs) => observer.tried(operation, result, durationMs));
  }

  /** A command with options of its own gets no cached middleware: only those that are in a hurry do. */
  #options(timeoutMs: number): { readonly requestTimeout: number } | undefined {
    return timeoutMs < this.#requestTimeoutMs ? { requestTimeout: timeoutMs } : undefined;
  }
}

/** What the SDK's client takes as its `requestHandler`, on our connections. */
function sdkHandler(http: HttpClient, defaultTimeoutMs: number) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(
      request: SdkRequest,
      { requestTimeout = defaultTimeoutMs, abortSignal }: SdkHandlerOptions = {},
    ) {
      const { status: statusCode, headers, body } = await http.call(request, requestTimeout, abortSignal);
      return { response: { statusCode, headers: singleHeaders(headers), body } };
    },
    destroy: () => http.close(),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

interface SdkHandlerOptions {
  readonly requestTimeout?: number;
  readonly abortSignal?: AbortSignal;
}

function singleHeaders(headers: HttpAnswer['headers']): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) single[name] = String(headers[name]);
  return single;
}

function throwCallbackError(error: unknown): never {
  throw error instanceof CredentialsError ? error : toCallbackError(error);
}

function throwWithoutAnswer(error: unknown): never {
  throw errorWithoutAnswer(error);
}

function refusal({ status, headers, body }: HttpAnswer) {
  const type = String(headers['x-amzn-errortype'] ?? '');
  const text = Buffer.from(body ?? []).toString();
  const name = type.split(':')[0] || `status ${status}`;
  return errorOfAnswer(
    { status, name, message: messageIn(text) },
    new Error(`${status} ${type} ${text}`.trim()),
  );
}

/** API Gateway writes `message`, and `Message` when the signature is wrong. */
function messageIn(text: string): string {
  try {
    const { message, Message } = JSON.parse(text) as { message?: unknown; Message?: unknown };
    return [message, Message].find((value) => typeof value === 'string') ?? '';
  } catch {
    return text;
  }
}
