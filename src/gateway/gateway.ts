import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { type Logger } from 'pino';
import { findStage } from './api-address.js';
import { Clock } from './clock.js';
import { ConnectionIds } from './connections/connection-id.js';
import { ConnectionServer } from './connections/connection-server.js';
import { isWebSocketHandshake, refuse } from './connections/handshake.js';
import { ManagementApi } from './connections/management-api.js';
import { handleControlRequest, isControlPath } from './control/control-api.js';
import { ControlPlane } from './control/control-plane.js';
import { newRequestId } from './ids.js';
import { LIMITS } from './limits.js';
import { Pipeline } from './pipeline.js';
import { IntegrationClient } from './steps/call-integration.js';
import { type Targets } from './steps/find-target.js';
import { forbidden } from './steps/reply.js';

/** Twelve digits, as every account has; it shows only in names. */
const LOCAL_ACCOUNT = '000000000000';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Only part of the names that the control plane gives out. */
  readonly region: string;
  /** The API that a request means when neither its `Host` nor its path says so. */
  readonly defaultApi?: string | undefined;
  readonly targets: Targets;
  readonly log: Logger;
}

/**
 * Amazon API Gateway for WebSocket APIs, on one port: WebSockets at `/{stage}`, callbacks at
 * `/{stage}/@connections/{connectionId}`, the control plane at `/v2/…` and `/vpclinks`, and its own `/_gateway/health`.
 */
export class Gateway {
  readonly #control: ControlPlane;
  readonly #integrations = new IntegrationClient();
  readonly #connections: ConnectionServer;
  readonly #management: ManagementApi;
  readonly #server: Server;

  private constructor(private readonly options: GatewayOptions) {
    const ids = new ConnectionIds();
    const clock = new Clock();
    this.#control = new ControlPlane({
      region: options.region,
      accountId: LOCAL_ACCOUNT,
      now: () => clock.now(),
    });
    const pipeline = new Pipeline(this.#control, this.#integrations, options.targets, clock, options.log);
    this.#connections = new ConnectionServer(pipeline, ids, clock, options.log);
    this.#management = new ManagementApi(this.#control, this.#connections, ids);
    this.#server = createServer(
      {
        maxHeaderSize: LIMITS.handshakeHeaderBytes,
        headersTimeout: LIMITS.handshakeMs,
        keepAliveTimeout: LIMITS.keepAliveMs,
      },
      (request, response) => void this.#handle(request, response),
    );
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  /** @throws what `listen` throws: the port is in use, or may not be used */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    await new Promise<void>((resolve, reject) => {
      gateway.#server.once('error', reject);
      gateway.#server.listen(options.port, options.host, resolve);
    });
    return gateway;
  }

  /** `http://HOST:PORT` */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Closes every connection with 1001, tells `$disconnect` of each, then stops. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await this.#connections.stop();
    this.#server.closeAllConnections();
    await closed;
    await this.#integrations.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = requestUrl(request);
      const address = url && this.#findStage(url, request);
      // before the control plane: a stage may be called v2
      if (address?.rest[0] === '@connections') await this.#management.handle(request, response, address);
      else if (url && isControlPath(url.pathname))
        await handleControlRequest(this.#control, request, response);
      else if (url?.pathname === '/_gateway/health') sendJson(response, 200, { status: 'ok' });
      else this.#answerPlainRequest(request, response, address !== undefined && address.rest.length === 0);
    } catch (error) {
      this.options.log.error({ err: error, method: request.method }, 'request failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { message: 'Internal server error' });
    }
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // until the WebSocket takes over, an error means that the client went away, and writing to it finds out
    socket.on('error', () => undefined);
    const url = requestUrl(request);
    const address = url && this.#findStage(url, request);
    if (address === undefined || address.rest.length > 0) refuse(socket, forbidden(newRequestId()));
    else if (!isWebSocketHandshake(request))
      refuse(socket, { status: 400, headers: [], body: Buffer.alloc(0) });
    else this.#connections.upgrade(request, socket, head, address);
  }

  /** No WebSocket, where there is one: sources disagree between 403 and 426. Elsewhere there is nothing. */
  #answerPlainRequest(request: IncomingMessage, response: ServerResponse, isStage: boolean): void {
    if (isStage && request.method === 'GET') {
      response.setHeader('Upgrade', 'websocket').setHeader('Connection', 'Upgrade');
      sendJson(response, 426, { message: 'Upgrade Required' });
    } else {
      response
        .setHeader('x-amzn-ErrorType', 'ForbiddenException')
        .setHeader('x-amz-apigw-id', newRequestId());
      sendJson(response, 403, { message: 'Forbidden' });
    }
  }

  #findStage(url: URL, request: IncomingMessage) {
    return findStage(url, request.headers.host ?? '', this.#control.apiIds(), this.options.defaultApi);
  }
}

function requestUrl(request: IncomingMessage): URL | undefined {
  const text = `http://gateway${request.url}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}
