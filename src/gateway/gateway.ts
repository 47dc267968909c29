import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, type Socket } from 'node:net';
import { type Logger } from 'pino';
import { AdminApi, isAdminPath } from './admin/admin-api.js';
import { findStage, type StageAddress, whyNoWebSocket } from './front/api-address.js';
import { Clock } from './clock.js';
import { loadTemplate } from './cloudformation/load-template.js';
import { ConnectionIds } from './websocket/connections/connection-id.js';
import { ConnectionServer } from './websocket/connections/connection-server.js';
import { handshakeProblem, refuse } from './websocket/handshake.js';
import { ManagementApi } from './websocket/management-api.js';
import { handleControlRequest, isControlPath } from './control/control-api.js';
import { ControlPlane } from './control/control-plane.js';
import { Faults } from './faults.js';
import { type FunctionSource } from './lambda/function-source.js';
import { UnreadableRequests } from './front/unreadable-request.js';
import { Functions } from './lambda/functions.js';
import { Access, type Surface } from './front/access.js';
import { type AdminTokenPolicy, adminTokenPolicy } from './front/admin-token.js';
import { newRequestId } from './ids.js';
import { LIMITS } from './limits.js';
import { Pipeline } from './websocket/pipeline.js';
import { Iam } from './iam/iam.js';
import { IAM_OFF, type IamSettings } from './iam/iam-settings.js';
import { AccessLog } from './access-log.js';
import { type AwsServices } from './integrations/call-aws.js';
import { IntegrationClient } from './integrations/integration-client.js';
import { type Targets } from './integrations/find-target.js';
import { badHandshake, forbidden } from './websocket/steps/reply.js';
import { type AccountLimits, Throttle } from './throttle.js';
import { UsageError } from './usage-error.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Only part of the names that the control plane gives out. */
  readonly region: string;
  /** Twelve digits; only part of the names that are given out. */
  readonly accountId: string;
  /** The API that a request means when neither its `Host` nor its path says so. */
  readonly defaultApi?: string | undefined;
  /** CloudFormation templates whose APIs are served from the start. */
  readonly templates?: readonly { readonly fileName: string; readonly text: string }[] | undefined;
  readonly parameters?: ReadonlyMap<string, string> | undefined;
  readonly targets: Targets;
  /** The Lambda functions that can be called, by name or ARN; none unless told. */
  readonly functions?: ReadonlyMap<string, FunctionSource> | undefined;
  /** Where `AWS` integrations go and who signs for them; nowhere unless told. */
  readonly services?: AwsServices | undefined;
  /** Nothing has to be signed unless it says so. */
  readonly iam?: IamSettings | undefined;
  /** Certificate and key in PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Host names, besides those that no stranger can point at this machine, under which it may be commanded. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of web pages that may command it. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** What commands need; `off` for nothing. Left out, it is generated when `host` is beyond loopback. */
  readonly adminToken?: string | undefined;
  readonly log: Logger;
  /** Quotas of the account that differ from AWS's defaults. */
  readonly quotas?: Partial<AccountLimits> | undefined;
  /** Takes the lines of access logs; standard output unless told otherwise. */
  readonly accessLog?: ((line: string) => void) | undefined;
}

/**
 * Amazon API Gateway for WebSocket APIs, on one port: WebSockets at `/{stage}`, callbacks at
 * `/{stage}/@connections/{connectionId}`, the control plane at `/v2/…` and `/vpclinks`, and its own admin at `/_gateway/…`.
 */
export class Gateway {
  /** Whether commands need a token, and which. */
  readonly adminToken: AdminTokenPolicy;
  readonly #access: Access;
  readonly #control: ControlPlane;
  readonly #integrations: IntegrationClient;
  readonly #connections: ConnectionServer;
  readonly #management: ManagementApi;
  readonly #admin: AdminApi;
  readonly #functions: Functions;
  readonly #server: Server;

  private constructor(private readonly options: GatewayOptions) {
    const ids = new ConnectionIds();
    const clock = new Clock();
    const faults = new Faults();
    this.#control = new ControlPlane({
      region: options.region,
      accountId: options.accountId,
      now: () => clock.now(),
      whenStageDeleted: (apiId, stage, last) => this.#connections.closeStage(apiId, stage, last),
    });
    const { log } = options;
    this.adminToken = adminTokenPolicy(options.adminToken, options.host);
    this.#access = new Access(
      {
        scheme: options.tls ? 'https' : 'http',
        boundHost: options.host,
        allowedHosts: options.allowedHosts ?? [],
        allowedOrigins: options.allowedOrigins ?? [],
        isDomainName: (name) => this.#control.isDomainName(name),
      },
      this.adminToken,
      log,
    );
    this.#functions = new Functions(options.functions ?? new Map(), log);
    this.#integrations = new IntegrationClient(
      this.#functions,
      options.services ?? { endpoints: new Map(), credentials: undefined },
      faults,
    );
    const throttle = new Throttle(() => clock.now(), { ...LIMITS, ...options.quotas });
    const accessLog = new AccessLog(options.accessLog);
    const iam = new Iam(options.iam ?? IAM_OFF, this.#control, clock);
    const pipeline = new Pipeline({
      control: this.#control,
      integrations: this.#integrations,
      targets: options.targets,
      functions: this.#functions,
      iam,
      throttle,
      accessLog,
      clock,
      log,
    });
    this.#connections = new ConnectionServer(pipeline, ids, clock, faults, options.log);
    this.#admin = new AdminApi(clock, faults, this.#connections);
    this.#management = new ManagementApi(
      this.#control,
      this.#connections,
      ids,
      iam,
      clock,
      faults,
      throttle,
      accessLog,
    );
    const settings = {
      maxHeaderSize: LIMITS.handshakeHeaderBytes,
      headersTimeout: LIMITS.handshakeMs,
      keepAliveTimeout: LIMITS.keepAliveMs,
      // any other upgrade is an offer that may be ignored (RFC 9110, 7.8): Java's client offers h2c in each request
      shouldUpgradeCallback: ({ headers }: IncomingMessage) => /websocket/i.test(headers.upgrade ?? ''),
    };
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.#handle(request, response);
    this.#server = options.tls
      ? createTlsServer({ ...settings, ...options.tls }, handle)
      : createServer(settings, handle);
    const unreadable = new UnreadableRequests(log);
    this.#server.on('clientError', (error, socket) => unreadable.respond(error, socket));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  /**
   * @throws {CloudFormationError} a template cannot be read, or AWS would refuse a resource in it
   * @throws {UsageError} a local function cannot be loaded
   * @throws what `listen` throws: the port is in use, or may not be used
   */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    try {
      gateway.#load();
      const problems = await gateway.#functions.load();
      if (problems.length > 0) throw new UsageError(problems.join('\n'));
      await new Promise<void>((resolve, reject) => {
        gateway.#server.once('error', reject);
        gateway.#server.listen(options.port, options.host, resolve);
      });
      return gateway;
    } catch (error) {
      await gateway.#integrations.close();
      throw error;
    }
  }

  /** `http://HOST:PORT`, or `https://…` */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    const scheme = this.options.tls ? 'https' : 'http';
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Closes every connection with 1001, tells `$disconnect` of each, then stops. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await this.#connections.stop();
    this.#server.closeAllConnections();
    await closed;
    await this.#integrations.close();
  }

  /** Serves what the templates say, and lists what they have that is not made here. One may import what another exports. */
  #load(): void {
    const { templates = [], region, accountId, log } = this.options;
    let exported: ReadonlyMap<string, string> = new Map();
    for (const { fileName, text } of templates) {
      const parameters = new Map([...exported, ...(this.options.parameters ?? [])]);
      const loaded = loadTemplate(this.#control, text, { fileName, parameters, region, accountId });
      const ignored = loaded.ignored.map(({ type, logicalId }) => `${type} ${logicalId}`);
      log.info({ fileName, apis: loaded.apis, ignored }, 'template loaded');
      exported = new Map([...exported, ...loaded.exports]);
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = requestUrl(request);
      const address = url && this.#findStage(url, request);
      const surface = url && surfaceOf(url, address);
      if (url === undefined || surface === undefined) {
        return this.#answerPlainRequest(request, response, address?.rest.length === 0);
      }
      const body = await this.#access.admit(request, response, surface, url.pathname);
      if (body === undefined) return;
      if (surface === 'control') handleControlRequest(this.#control, request, response, body);
      else if (surface === 'admin') this.#admin.handle(request, response, url.pathname, body);
      else if (address) await this.#management.handle(request, response, address);
    } catch (error) {
      // a client that leaves in the middle of its request is no error
      if (request.destroyed && !request.complete) return;
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
    const problem = handshakeProblem(request);
    const { log } = this.options;
    if (address === undefined || address.rest.length > 0) {
      refuse(request, socket, forbidden(newRequestId(), this.#whyNoWebSocket(url, request)), log);
    } else if (problem !== undefined) {
      const { apiId, stage } = address;
      refuse(request, socket, badHandshake(problem), log, { apiId, stage });
    } else this.#connections.upgrade(request, socket, head, address);
  }

  /** No WebSocket, where there is one: sources disagree between 403 and 426. Elsewhere there is nothing. */
  #answerPlainRequest(request: IncomingMessage, response: ServerResponse, isStage: boolean): void {
    const isUpgradeMissing = isStage && request.method === 'GET';
    const { method, headers, url = '' } = request;
    const [path] = url.split('?');
    const [status, reason] = isUpgradeMissing
      ? [426, 'no WebSocket handshake: the header Upgrade is missing']
      : [
          403,
          isStage ? `a stage takes GET, not ${method}` : this.#whyNoWebSocket(requestUrl(request), request),
        ];
    this.options.log.info({ status, reason, method, path, host: headers.host }, 'request refused');
    if (isUpgradeMissing) {
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
    return findStage(url, request.headers.host ?? '', this.#control, this.options.defaultApi);
  }

  /** For the log. */
  #whyNoWebSocket(url: URL | undefined, { headers }: IncomingMessage): string {
    if (url === undefined) return 'the request target is no path';
    return whyNoWebSocket(url, headers.host ?? '', this.#control, this.options.defaultApi);
  }
}

/** @returns `undefined` for what only a WebSocket client would ask for */
function surfaceOf({ pathname }: URL, address: StageAddress | undefined): Surface | undefined {
  // before the control plane: a stage may be called v2
  if (address?.rest[0] === '@connections') return 'connections';
  if (isControlPath(pathname)) return 'control';
  return isAdminPath(pathname) ? 'admin' : undefined;
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
