import { type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { AccessLog } from './access-log.js';
import { AdminApi } from './admin/admin-api.js';
import { Clock } from './clock.js';
import { type LoadReport, loadTemplate } from './cloudformation/load-template.js';
import { ControlPlane } from './control/control-plane.js';
import { unservedRoutes } from './control/http/unserved-routes.js';
import { Faults } from './faults.js';
import { Access } from './front/access.js';
import { type AdminTokenPolicy, adminTokenPolicy } from './front/admin-token.js';
import { createFrontServer, type FrontServer } from './front/http-server.js';
import { RequestHandler } from './front/request-handler.js';
import { HttpApiServer } from './http/http-api-server.js';
import { HttpPipeline } from './http/http-pipeline.js';
import { Iam } from './iam/iam.js';
import { IAM_OFF, type IamSettings } from './iam/iam-settings.js';
import { type AwsServices } from './integrations/call-aws.js';
import { IntegrationClient } from './integrations/integration-client.js';
import { privateTargets } from './integrations/private-targets.js';
import { TargetPool, type Targets } from './integrations/target-pool.js';
import { type FunctionSource } from './lambda/function-source.js';
import { Functions } from './lambda/functions.js';
import { LIMITS } from './limits.js';
import { type AccountLimits, Throttle } from './throttle.js';
import { UsageError } from './usage-error.js';
import { ConnectionIds } from './websocket/connections/connection-id.js';
import { ConnectionServer } from './websocket/connections/connection-server.js';
import { ManagementApi } from './websocket/management-api.js';
import { Pipeline } from './websocket/pipeline.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Appears only in names that the control plane returns. */
  readonly region: string;
  /** Twelve digits; appears only in names. */
  readonly accountId: string;
  /** The API that a request addresses when neither its `Host` nor its path names one. */
  readonly defaultApi?: string | undefined;
  /** CloudFormation templates to load at the start, in this order. */
  readonly templates?: readonly { readonly fileName: string; readonly text: string }[] | undefined;
  readonly parameters?: ReadonlyMap<string, string> | undefined;
  readonly targets: Targets;
  /** Lambda functions by name or ARN; none by default. */
  readonly functions?: ReadonlyMap<string, FunctionSource> | undefined;
  /** Endpoints and credentials of `AWS` integrations; none by default. */
  readonly services?: AwsServices | undefined;
  /** By default no signatures are required. */
  readonly iam?: IamSettings | undefined;
  /** Certificate and key in PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Host names that may command the gateway, besides those that no one else can point at this machine. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of web pages that may command the gateway. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Token for commands, or `off`. By default it is generated when `host` is not loopback. */
  readonly adminToken?: string | undefined;
  readonly log: Logger;
  /** Adjusted quotas of the account; AWS's defaults otherwise. */
  readonly quotas?: Partial<AccountLimits> | undefined;
  /** Receives the lines of access logs; standard output by default. */
  readonly accessLog?: ((line: string) => void) | undefined;
}

/** Amazon API Gateway for WebSocket and HTTP APIs, on one port: creates, starts and stops the parts. */
export class Gateway {
  /** Whether commands need a token, and which. */
  readonly adminToken: AdminTokenPolicy;
  readonly #options: GatewayOptions;
  readonly #control: ControlPlane;
  readonly #functions: Functions;
  readonly #integrations: IntegrationClient;
  readonly #connections: ConnectionServer;
  readonly #front: FrontServer;

  private constructor(options: GatewayOptions) {
    const { host, region, accountId, defaultApi, tls, log } = options;
    this.#options = options;
    this.adminToken = adminTokenPolicy(options.adminToken, host);

    const targets = new TargetPool(options.targets);
    const clock = new Clock();
    const faults = new Faults();
    const ids = new ConnectionIds();
    const throttle = new Throttle(() => clock.now(), { ...LIMITS, ...options.quotas });
    const accessLog = new AccessLog(options.accessLog);
    const control = new ControlPlane({
      region,
      accountId,
      now: () => clock.now(),
      whenStageDeleted: (apiId, stage, last) => this.#connections.closeStage(apiId, stage, last),
    });
    const iam = new Iam(options.iam ?? IAM_OFF, control, clock);
    const functions = new Functions(options.functions ?? new Map(), log);
    const services = options.services ?? { endpoints: new Map(), credentials: undefined };
    const integrations = new IntegrationClient(functions, services, faults);
    const parts = { control, integrations, targets, functions, iam, throttle, accessLog, clock, log };
    const connections = new ConnectionServer(new Pipeline(parts), ids, clock, faults, log);
    const httpPipeline = new HttpPipeline({
      apis: control,
      integrations,
      privateTargets: privateTargets(control.httpVpcLinks, () => targets),
      iam,
      throttle,
      accessLog,
      log,
    });
    const access = new Access(
      {
        scheme: tls ? 'https' : 'http',
        boundHost: host,
        allowedHosts: options.allowedHosts ?? [],
        allowedOrigins: options.allowedOrigins ?? [],
        isDomainName: (name) => control.isDomainName(name),
      },
      this.adminToken,
      log,
    );
    const handler = new RequestHandler({
      control,
      defaultApi,
      access,
      admin: new AdminApi(clock, faults, connections),
      management: new ManagementApi({ control, connections, ids, iam, clock, faults, throttle, accessLog }),
      connections,
      httpApis: new HttpApiServer(httpPipeline, clock, log),
      log,
    });

    this.#control = control;
    this.#functions = functions;
    this.#integrations = integrations;
    this.#connections = connections;
    this.#front = createFrontServer(handler, tls, log);
  }

  /**
   * @throws {CloudFormationError} a template cannot be read, or AWS would refuse one of its resources
   * @throws {UsageError} a local function cannot be loaded
   * @throws Node's error of `listen`: the port is in use, or not permitted
   */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    try {
      gateway.#loadTemplates();
      const problems = await gateway.#functions.load();
      if (problems.length > 0) throw new UsageError(problems.join('\n'));
      await new Promise<void>((resolve, reject) => {
        const { server } = gateway.#front;
        server.once('error', reject);
        server.listen(options.port, options.host, resolve);
      });
      return gateway;
    } catch (error) {
      await gateway.#integrations.close();
      throw error;
    }
  }

  /** `http://HOST:PORT`, or `https://…` */
  get url(): string {
    const { address, family, port } = this.#front.server.address() as AddressInfo;
    const scheme = this.#options.tls ? 'https' : 'http';
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Graceful shutdown: accepts no new clients, closes every connection with 1001 and waits for each `$disconnect`. */
  async stop(): Promise<void> {
    const { server } = this.#front;
    const closed = new Promise((resolve) => server.close(resolve));
    await this.#connections.stop();
    server.closeAllConnections();
    await Promise.race([closed, setTimeout(LIMITS.stopSocketsMs, undefined, { ref: false })]);
    this.#front.destroySockets();
    await closed;
    await this.#integrations.close();
  }

  /** Loads the templates and logs the resources that are ignored. A template may import the exports of earlier ones. */
  #loadTemplates(): void {
    const { templates = [], region, accountId, log } = this.#options;
    let exported: ReadonlyMap<string, string> = new Map();
    for (const { fileName, text } of templates) {
      const parameters = new Map([...exported, ...(this.#options.parameters ?? [])]);
      const loaded = loadTemplate(this.#control, text, { fileName, parameters, region, accountId });
      const ignored = loaded.ignored.map(({ type, logicalId }) => `${type} ${logicalId}`);
      log.info({ fileName, apis: loaded.apis, ignored }, 'template loaded');
      for (const api of loaded.apis) this.#warnOfUnservedRoutes(api);
      exported = new Map([...exported, ...loaded.exports]);
    }
  }

  /** A route that is not served gets 500: better known before its first request. */
  #warnOfUnservedRoutes({ logicalId, apiId, stages }: LoadReport['apis'][number]): void {
    const snapshots = new Set(stages.map((stage) => this.#control.httpStage(apiId, stage)?.snapshot));
    const unserved = [...snapshots].flatMap((snapshot) => (snapshot ? unservedRoutes(snapshot) : []));
    const byRoute = new Map(unserved.map(({ routeKey, reason }) => [routeKey, reason]));
    for (const [routeKey, reason] of byRoute) {
      this.#options.log.warn({ api: logicalId, routeKey, reason }, 'route not served');
    }
  }
}
