import { randomBytes, randomUUID } from 'node:crypto';
import { type Server } from 'node:http';
import { type INestApplication } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type ConnectionId } from '../../api/integration.js';
import { QUOTAS } from '../../api/quotas.js';
import { GoneError, TooLargeError } from '../callback/callback.errors.js';
import { ConnectionsClient, type ConnectionTimes } from '../callback/client/connections-client.js';
import { type PostBody } from '../callback/client/post-body.js';
import { type Config } from '../config/config.js';
import { configOf, divertCallbacks, needNoCredentials } from './application-parts.js';
import { IntegrationRequests, type RouteEvent } from './integration-request.js';
import { type InMemoryResponse, requestInMemory } from './request-in-memory.js';

/** A client, as the gateway sees it. */
export interface GatewayClient {
  receive(text: string): void;
  /** @param notified settles when the service has responded to `$disconnect` */
  disconnected(close: Close, notified: Promise<unknown>): void;
}

export interface Close {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectOptions {
  /**
   * Headers of the handshake, which API Gateway passes on to `$connect` only. A JWT can be among them:
   * `{ 'Sec-WebSocket-Protocol': 'backchannel, token.eyJ…' }`.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** The query string. API Gateway passes on only what a request parameter maps: `token`. */
  readonly query?: Readonly<Record<string, string>>;
  /** The user id from API Gateway's authorizer, for an application that takes it from there. */
  readonly user?: string;
}

interface Connection {
  readonly client: GatewayClient;
  readonly connectedAt: number;
  lastActiveAt: number;
}

/**
 * The wire between test clients and one application, in place of API Gateway: it calls the three routes as the API of
 * `api/definition.ts` does, and serves the application's callbacks. It has no quotas but the size of a message, no
 * authorizer and no timeouts.
 */
export class InProcessGateway extends ConnectionsClient {
  readonly #app: INestApplication;
  readonly #config: Config;
  readonly #requests: IntegrationRequests;
  readonly #open = new Map<ConnectionId, Connection>();
  #ready: Promise<void> | undefined;

  private constructor(app: INestApplication, config: Config) {
    super();
    this.#app = app;
    this.#config = config;
    this.#requests = new IntegrationRequests(config);
  }

  /** The gateway of an application, which all its test clients share. */
  static of(app: INestApplication): InProcessGateway {
    const existing = GATEWAYS.get(app);
    if (existing !== undefined) return existing;
    const gateway = new InProcessGateway(app, configOf(app));
    needNoCredentials(app);
    divertCallbacks(app, gateway);
    GATEWAYS.set(app, gateway);
    return gateway;
  }

  /**
   * Calls `$connect`. The connection is open if `response.status` is a 2xx; until then posts to it get 410, as on AWS.
   */
  async connect(
    client: GatewayClient,
    { headers = {}, query = {}, user }: ConnectOptions,
  ): Promise<{ readonly connectionId: ConnectionId; readonly response: InMemoryResponse }> {
    const { kind } = this.#config.authentication;
    if (user !== undefined && kind !== 'authorizer') {
      throw new TypeError(
        `connect({ user: '${user}' }): the application has authentication ${kind}, and takes no user from an authorizer; ` +
          (kind === 'jwt'
            ? "expected a token: connect({ query: { token: 'eyJ…' } })"
            : 'no connection has a user'),
      );
    }
    // AWS's form, whose characters have to be encoded in a path
    const connectionId = randomBytes(11).toString('base64') as ConnectionId;
    const connectedAt = Date.now();
    const context = { 'authorizer.principalId': user, connectedAt: String(connectedAt) };
    const event = { routeKey: '$connect', eventType: 'CONNECT', connectionId, context } as const;
    const response = await this.#call({ ...event, query, headers });
    if (isSuccess(response)) this.#open.set(connectionId, { client, connectedAt, lastActiveAt: connectedAt });
    return { connectionId, response };
  }

  /** Calls `$default` with a frame of a client. On a two-way route, the body of the response is sent to the client. */
  async message(connectionId: ConnectionId, text: string): Promise<InMemoryResponse> {
    const connection = this.#open.get(connectionId)!;
    connection.lastActiveAt = Date.now();
    const response = await this.#call({
      routeKey: '$default',
      eventType: 'MESSAGE',
      connectionId,
      context: { connectedAt: String(connection.connectedAt), messageId: randomUUID() },
      // whatever the frame contains
      headers: { 'Content-Type': 'application/json; charset=UTF-8' },
      body: text,
    });
    if (this.#config.replies === 'response') connection.client.receive(response.body);
    return response;
  }

  /** Closes a connection and calls `$disconnect`. */
  async disconnect(connectionId: ConnectionId, close: Close): Promise<InMemoryResponse> {
    const { client, connectedAt } = this.#open.get(connectionId)!;
    this.#open.delete(connectionId);
    const notified = this.#call({
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      connectionId,
      context: {
        connectedAt: String(connectedAt),
        disconnectStatusCode: String(close.code),
        disconnectReason: close.reason,
      },
    });
    client.disconnected(close, notified);
    return notified;
  }

  override async post(connectionId: ConnectionId, body: PostBody): Promise<void> {
    const connection = this.#find(connectionId);
    const { byteLength } = body.bytes;
    if (byteLength > QUOTAS.messageBytes) throw new TooLargeError(`the message has ${byteLength} bytes`);
    connection.lastActiveAt = Date.now();
    connection.client.receive(Buffer.from(body.bytes).toString());
  }

  override async get(connectionId: ConnectionId): Promise<ConnectionTimes> {
    const { connectedAt, lastActiveAt } = this.#find(connectionId);
    return { connectedAt, lastActiveAt };
  }

  override async delete(connectionId: ConnectionId): Promise<void> {
    this.#find(connectionId);
    // AWS does not wait for `$disconnect` either; the client does, and gets its failure
    this.disconnect(connectionId, { code: 1000, reason: 'Connection Closed Normally' }).catch(
      () => undefined,
    );
  }

  /** The application is closed: it can no longer be notified. */
  override close(): void {
    for (const { client } of this.#open.values()) client.disconnected(APPLICATION_CLOSED, Promise.resolve());
    this.#open.clear();
  }

  #find(connectionId: ConnectionId): Connection {
    const connection = this.#open.get(connectionId);
    if (connection === undefined) throw new GoneError(`no test client has the connection ${connectionId}`);
    return connection;
  }

  async #call({ routeKey, eventType, connectionId, context, query, headers, body }: Call) {
    await (this.#ready ??= initialize(this.#app));
    const request = this.#requests.of({
      routeKey,
      context: {
        ...context,
        routeKey,
        eventType,
        connectionId,
        requestId: randomUUID(),
        'identity.sourceIp': '127.0.0.1',
      },
      ...(query && { query }),
    });
    return requestInMemory(this.#app.getHttpServer() as Server, {
      path: request.path,
      // a mapped header replaces the one of that name that the client has sent
      headers: encoded(withoutMapped(headers, request.headers), request.headers),
      body,
    });
  }
}

interface Call extends RouteEvent {
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly connectionId: ConnectionId;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const APPLICATION_CLOSED: Close = { code: 1001, reason: 'the application was closed' };

const GATEWAYS = new WeakMap<INestApplication, InProcessGateway>();

export const isSuccess = ({ status }: InMemoryResponse) => status >= 200 && status < 300;

/** Nest registers its routes in `init`, and Fastify its plugins in `ready`; `listen` would do both. */
async function initialize(app: INestApplication): Promise<void> {
  await app.init();
  await (app as NestFastifyApplication).getHttpAdapter().getInstance().ready();
}

function withoutMapped(
  headers: Readonly<Record<string, string>> = {},
  mapped: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const names = new Set(Object.keys(mapped).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase())));
}

/** Node sends each character of a header as one byte; API Gateway sends UTF-8. */
function encoded(...parts: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const headers = parts.flatMap((part) => Object.entries(part));
  return Object.fromEntries(headers.map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));
}
