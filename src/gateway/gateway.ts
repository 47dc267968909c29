import { type AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
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
import { LoadedTemplates } from './cloudformation/loaded-templates.js';
import { logTemplates } from './cloudformation/log-templates.js';
import { functionSources } from './cloudformation/sam/function-sources.js';
import { ControlPlane } from './control/control-plane.js';
import { Faults } from './faults.js';
import { Access } from './front/access.js';
import { type AdminTokenPolicy, adminTokenPolicy } from './front/admin-token.js';
import { createFrontServer, type FrontServer } from './front/http-server.js';
import { RequestHandler } from './front/request-handler.js';
import { type GatewayOptions, type ReloadableSettings } from './gateway-options.js';
import { HttpApiServer } from './http/http-api-server.js';
import { HttpPipeline } from './http/http-pipeline.js';
import { Iam } from './iam/iam.js';
import { IAM_OFF } from './iam/iam-settings.js';
import { type AwsServices } from './integrations/call-aws.js';
import { IntegrationClient } from './integrations/integration-client.js';
import { privateTargets } from './integrations/private-targets.js';
import { TargetPool } from './integrations/target-pool.js';
import { Functions } from './lambda/functions.js';
import { LIMITS } from './limits.js';
import { referencedNames } from './names/referenced-names.js';
import { type UnmatchedName, unmatchedNames } from './names/unmatched-names.js';
import { Recorder } from './recorder/recorder.js';
import { Throttle } from './throttle.js';
import { ConnectionIds } from './websocket/connections/connection-id.js';
import { ConnectionServer } from './websocket/connections/connection-server.js';
import { ManagementApi } from './websocket/management-api.js';
import { Pipeline } from './websocket/pipeline.js';

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
    const functions = new Functions(this.#functionSources(options), log);
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
      await gateway.#loadDeployedFunctions();
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
    const sources = new Map([...this.#templates.functions, ...this.#functionSources(settings)]);
    const functions = await this.#functions.prepare(sources);
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
    await this.#loadDeployedFunctions();
  }

  /** Adds the functions whose code is with the templates; one that cannot be loaded fails when it is called. */
  async #loadDeployedFunctions(): Promise<void> {
    const sources = new Map([...this.#templates.functions, ...this.#functionSources(this.#loaded)]);
    await (await this.#functions.prepare(sources)).apply();
  }

  /** The functions that are given, and those of SAM templates under other names. */
  #functionSources({ templates = [], parameters = new Map(), functions }: ReloadableSettings) {
    const local = functionSources(templates, { ...this.#options, parameters });
    return new Map([...local, ...(functions ?? [])]);
  }

  #loadTemplates({ templates = [], parameters = new Map(), targets }: ReloadableSettings): void {
    logTemplates(this.#templates.replace(templates, parameters), this.#options.log);
    this.#live.pipeline.targets = new TargetPool(targets, this.#templates.targets);
  }
}
