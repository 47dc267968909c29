import { type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Logger } from 'pino';
import { AccessLog } from './access-log.js';
import { type ApiSummary } from './api-summary.js';
import { AdminApi } from './admin/admin-api.js';
import { Commands } from './admin/commands.js';
import { EventReplay } from './admin/replay/event-replay.js';
import { AuthorizerDecisions } from './authorizers/authorizer-decisions.js';
import { HttpLambdaAuthorizer } from './authorizers/http-lambda-authorizer.js';
import { IssuerKeys } from './authorizers/jwt/issuer-keys.js';
import { Clock } from './clock.js';
import { DeployedApis } from './cloudformation/deployed-apis.js';
import { LoadedTemplates, type TemplateFile } from './cloudformation/loaded-templates.js';
import { ControlPlane } from './control/control-plane.js';
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
import { referencedNames } from './names/referenced-names.js';
import { type UnmatchedName, unmatchedNames } from './names/unmatched-names.js';
import { Recorder } from './recorder/recorder.js';
import { type AccountLimits, Throttle } from './throttle.js';
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
  readonly templates?: readonly TemplateFile[] | undefined;
  readonly parameters?: ReadonlyMap<string, string> | undefined;
  readonly targets: Targets;
  /** Lambda functions by name or ARN; none by default. */
  readonly functions?: ReadonlyMap<string, FunctionSource> | undefined;
  /** Issuer of a JWT authorizer → the URL that is used in its place; by default the issuer's own. */
  readonly issuers?: ReadonlyMap<string, string> | undefined;
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
  /** Memory for records in bytes, or `off`. By default recording begins with the first reader. */
  readonly record?: number | 'off' | undefined;
  /** Whether records show secrets; by default they are masked. */
  readonly recordSecrets?: boolean | undefined;
}

/** Amazon API Gateway for WebSocket and HTTP APIs, on one port: creates, starts and stops the parts. */
export class Gateway {
  /** Whether commands need a token, and which. */
  readonly adminToken: AdminTokenPolicy;
  readonly commands: Commands;
  readonly recorder: Recorder;
  readonly admin: AdminApi;
  readonly #options: GatewayOptions;
  readonly #control: ControlPlane;
  readonly #templates: LoadedTemplates;
  readonly #functions: Functions;
  readonly #integrations: IntegrationClient;
  readonly #connections: ConnectionServer;
  readonly #front: FrontServer;
  /** The templates that are served now, with their parameters and targets. */
  #loaded: ReloadableSettings;
  /** Settings that `reload` changes; the parts read them at each event. */
  readonly #live: {
    readonly pipeline: { targets: TargetPool };
    readonly services: { endpoints: AwsServices['endpoints'] };
    readonly issuers: { addresses: ReadonlyMap<string, string> };
    readonly forgetAuthorizations: () => void;
  };

  private constructor(options: GatewayOptions) {
    const { host, region, accountId, defaultApi, tls, log } = options;
    this.#options = options;
    this.#loaded = { ...options, endpoints: options.services?.endpoints };
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
      whenAuthorizersReset: (apiId, stage) => decisions.forgetStage(apiId, stage),
    });
    const iam = new Iam(options.iam ?? IAM_OFF, control, clock);
    const functions = new Functions(options.functions ?? new Map(), log);
    const services = { endpoints: new Map(), credentials: undefined, ...options.services };
    const integrations = new IntegrationClient(functions, services, faults);
    const parts = { control, integrations, targets, functions, iam, throttle, accessLog, clock, log };
    const recorder = new Recorder(clock, options);
    const connections = new ConnectionServer(new Pipeline(parts), ids, clock, faults, log, recorder);
    const decisions = new AuthorizerDecisions(() => clock.now());
    const issuers = { addresses: options.issuers ?? new Map<string, string>() };
    const issuerKeys = new IssuerKeys(
      () => issuers.addresses,
      () => clock.now(),
      log,
    );
    const forgetAuthorizations = () => {
      decisions.clear();
      issuerKeys.clear();
    };
    const restoreApis = () => {
      control.clear();
      this.#loadTemplates(this.#loaded);
    };
    this.commands = new Commands({
      clock,
      faults,
      throttle,
      connections,
      recorder,
      restoreApis,
      forgetAuthorizations,
      apis: () => this.apis(),
    });
    const replay = new EventReplay({ recorder, connections, integrations, url: () => this.url });
    const templates = new LoadedTemplates(control, { region, accountId });
    const parameters = () => this.#loaded.parameters;
    const deployed = new DeployedApis({ control, defaultApi, templates, parameters, region, accountId });
    const admin = new AdminApi(this.commands, recorder, deployed, replay);
    const httpPipeline = new HttpPipeline({
      apis: control,
      integrations,
      privateTargets: privateTargets(control.httpVpcLinks, () => parts.targets),
      authorization: {
        iam,
        lambdaAuthorizer: new HttpLambdaAuthorizer(functions, decisions, log),
        issuerKeys,
        clock,
      },
      throttle,
      accessLog,
      recorder,
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
      admin,
      management: new ManagementApi({
        control,
        connections,
        ids,
        iam,
        clock,
        faults,
        throttle,
        accessLog,
        recorder,
      }),
      connections,
      recorder,
      httpApis: new HttpApiServer(httpPipeline, clock, recorder, log),
      log,
    });

    this.recorder = recorder;
    this.admin = admin;
    this.#control = control;
    this.#templates = templates;
    this.#live = { pipeline: parts, services, issuers, forgetAuthorizations };
    this.#functions = functions;
    this.#integrations = integrations;
    this.#connections = connections;
    this.#front = createFrontServer(handler, tls, log);
  }

  /**
   * @throws {CloudFormationError} a template cannot be read, AWS would refuse one of its resources, or none has an API
   * @throws {UsageError} a local function cannot be loaded
   * @throws Node's error of `listen`: the port is in use, or not permitted
   */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    try {
      gateway.#loadTemplates(gateway.#loaded);
      await gateway.#functions.load();
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

  /** The APIs, with the names of their stages. */
  apis(): readonly ApiSummary[] {
    return [...this.#control.apis].map(([apiId, { api, protocol, stages }]) => ({
      apiId,
      protocol,
      name: api.Name,
      logicalId: this.#templates.logicalIdOf(apiId),
      stages: [...stages.keys()],
    }));
  }

  /** Names in the settings that mean nothing; none without a template, because the control plane may create them later. */
  unmatchedNames(): readonly UnmatchedName[] {
    const isWithoutTemplate = (this.#loaded.templates ?? []).length === 0;
    return isWithoutTemplate
      ? []
      : unmatchedNames(this.#loaded, this.#templates, referencedNames(this.#control));
  }

  /** Graceful shutdown: accepts no new clients, closes every connection with 1001 and waits for each `$disconnect`. */
  async stop(): Promise<void> {
    const { server } = this.#front;
    const closed = new Promise((resolve) => server.close(resolve));
    await this.#connections.stop();
    await this.admin.endReaders();
    server.closeAllConnections();
    await Promise.race([closed, setTimeout(LIMITS.stopSocketsMs, undefined, { ref: false })]);
    this.#front.destroySockets();
    await closed;
    await this.#integrations.close();
  }

  /**
   * Applies other templates, parameters, targets, functions, issuers and endpoints, and keeps the connections: those of a stage
   * that still exists stay open, as on AWS after a deployment.
   *
   * @throws {CloudFormationError} a template cannot be read, or AWS would refuse one of its resources; nothing changes
   * @throws {UsageError} a local function cannot be loaded; nothing changes
   */
  async reload(settings: ReloadableSettings): Promise<void> {
    const functions = await this.#functions.prepare(settings.functions ?? new Map());
    try {
      this.#loadTemplates(settings);
    } catch (error) {
      await functions.discard();
      throw error;
    }
    this.#loaded = settings;
    this.#live.services.endpoints = settings.endpoints ?? new Map();
    this.#live.issuers.addresses = settings.issuers ?? new Map();
    // an authorizer or its function may be another one
    this.#live.forgetAuthorizations();
    await functions.apply();
  }

  /** Loads the templates and logs the resources that are ignored. */
  #loadTemplates({ templates = [], parameters = new Map(), targets }: ReloadableSettings): void {
    for (const report of this.#templates.replace(templates, parameters)) {
      const { fileName, apis, ignored: resources, importWarnings } = report;
      const ignored = resources.map(({ type, logicalId }) => `${type} ${logicalId}`);
      this.#options.log.info({ fileName, apis, ignored }, 'template loaded');
      for (const { logicalId, warning } of importWarnings) {
        this.#options.log.warn({ api: logicalId, warning }, 'left out of an OpenAPI definition');
      }
    }
    this.#live.pipeline.targets = new TargetPool(targets, this.#templates.targets);
  }
}

/** The options that a running gateway can change. */
export interface ReloadableSettings extends Pick<
  GatewayOptions,
  'templates' | 'parameters' | 'targets' | 'functions' | 'issuers'
> {
  /** AWS service → its endpoint. */
  readonly endpoints?: AwsServices['endpoints'] | undefined;
}
