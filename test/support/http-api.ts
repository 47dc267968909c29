import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { AccessLog } from '../../src/gateway/access-log.js';
import { AuthorizerDecisions } from '../../src/gateway/authorizers/authorizer-decisions.js';
import { HttpLambdaAuthorizer } from '../../src/gateway/authorizers/http-lambda-authorizer.js';
import { IssuerKeys } from '../../src/gateway/authorizers/jwt/issuer-keys.js';
import { Clock } from '../../src/gateway/clock.js';
import {
  type FunctionIntegration,
  type HttpApis,
  type HttpCors,
  type HttpIntegration,
  type HttpRoute,
  type HttpSnapshot,
  type PrivateIntegration,
  type RoutePart,
  type ServedHttpStage,
  type UrlIntegration,
} from '../../src/gateway/control/http-snapshot.js';
import { Faults } from '../../src/gateway/faults.js';
import { locateHttpApi } from '../../src/gateway/front/locate-http-api.js';
import { type ApiEvent } from '../../src/gateway/http/api-event.js';
import { type ApiRequest } from '../../src/gateway/http/api-request.js';
import { HttpApiServer } from '../../src/gateway/http/http-api-server.js';
import { HttpPipeline } from '../../src/gateway/http/http-pipeline.js';
import { Iam } from '../../src/gateway/iam/iam.js';
import { IAM_OFF } from '../../src/gateway/iam/iam-settings.js';
import { IntegrationClient } from '../../src/gateway/integrations/integration-client.js';
import { type PrivateTargets } from '../../src/gateway/integrations/private-targets.js';
import { type FunctionSource } from '../../src/gateway/lambda/function-source.js';
import { Functions } from '../../src/gateway/lambda/functions.js';
import { LIMITS } from '../../src/gateway/limits.js';
import {
  parseHttpRequestMapping,
  parseHttpResponseMapping,
} from '../../src/gateway/mapping/http-parameters.js';
import { Recorder } from '../../src/gateway/recorder/recorder.js';
import { type AccountLimits, Throttle } from '../../src/gateway/throttle.js';

/** Parameter mappings in the form of the control plane. */
interface Mappings {
  readonly request?: Readonly<Record<string, string>>;
  readonly response?: Readonly<Record<number, Readonly<Record<string, string>>>>;
  readonly timeoutMs?: number;
}

export const urlIntegration = (
  uri: string,
  { method = 'ANY', ...mappings }: Mappings & { readonly method?: string } = {},
): UrlIntegration => ({ kind: 'url', uri, method, ...base(mappings) });

export const privateIntegration = (
  uri: string,
  {
    serverNameToVerify,
    isTls = serverNameToVerify !== undefined,
    ...mappings
  }: Mappings & { readonly serverNameToVerify?: string; readonly isTls?: boolean } = {},
): PrivateIntegration => ({
  kind: 'private',
  uri,
  method: 'ANY',
  vpcLinkId: 'link1',
  tls: isTls ? { serverNameToVerify } : undefined,
  ...base(mappings),
});

export const functionIntegration = (
  payloadFormatVersion: '1.0' | '2.0' = '2.0',
  mappings: Mappings = {},
): FunctionIntegration => ({
  kind: 'function',
  uri: 'arn:aws:lambda:us-east-1:000000000000:function:books',
  payloadFormatVersion,
  ...base(mappings),
});

function base({ request = {}, response = {}, timeoutMs = 30_000 }: Mappings) {
  return {
    requestParameters: Object.entries(request).map(([key, value]) => parseHttpRequestMapping(key, value)),
    responseParameters: new Map(
      Object.entries(response).map(([status, mappings]) => [
        Number(status),
        Object.entries(mappings).map(([key, value]) => parseHttpResponseMapping(key, value)),
      ]),
    ),
    timeoutMs,
  };
}

/** @param routeKey `GET /books/{id}`, `ANY /{proxy+}` or `$default` */
export function httpRoute(routeKey: string, integration?: HttpIntegration): HttpRoute {
  const [method = '', path = ''] = routeKey.split(' ');
  const parts = path.split('/').filter((part) => part !== '');
  return {
    routeKey,
    pattern: routeKey === '$default' ? undefined : { method, parts: parts.map(routePart) },
    authorization: { kind: 'NONE' },
    integration,
  };
}

function routePart(text: string): RoutePart {
  const [, name, plus] = text.match(/^\{([^+}]+)(\+?)\}$/) ?? [];
  if (name === undefined) return { kind: 'literal', text };
  return { kind: plus === '+' ? 'greedy' : 'variable', name };
}

export interface StageSpec {
  readonly routes: readonly HttpRoute[];
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly cors?: Partial<HttpCors>;
  readonly isExecuteApiEndpointDisabled?: boolean;
  readonly isDeployed?: boolean;
  readonly accessLogFormat?: string;
  readonly settings?: ReturnType<ServedHttpStage['routeSettings']>;
}

export const CORS: HttpCors = {
  allowOrigins: [],
  allowMethods: [],
  allowHeaders: [],
  exposeHeaders: [],
  maxAge: undefined,
  allowCredentials: false,
};

export function servedStage(spec: StageSpec): ServedHttpStage {
  const snapshot: HttpSnapshot = {
    routes: spec.routes,
    cors: spec.cors && { ...CORS, ...spec.cors },
    isExecuteApiEndpointDisabled: spec.isExecuteApiEndpointDisabled ?? false,
  };
  return {
    stageVariables: spec.stageVariables ?? {},
    snapshot: spec.isDeployed === false ? undefined : snapshot,
    routeSettings: () => spec.settings ?? {},
    accessLog: spec.accessLogFormat === undefined ? undefined : { format: spec.accessLogFormat },
  };
}

export const REQUEST_ID = 'EOG78gw9oAMEctg=';

export const apiRequest = (overrides: Partial<ApiRequest> = {}): ApiRequest => ({
  apiId: 'api1234567',
  method: 'GET',
  target: '/',
  path: '/',
  queryString: '',
  rawHeaders: [],
  host: 'api1234567.execute-api.us-east-1.amazonaws.com',
  customDomain: undefined,
  sourceIp: '203.0.113.9',
  userAgent: undefined,
  requestId: REQUEST_ID,
  requestTime: Date.UTC(2026, 8, 24, 21, 18, 50, 146),
  ...overrides,
});

/** A request on the stage `$default`. */
export function apiEvent({ request = {}, ...overrides }: EventOverrides = {}): ApiEvent {
  const complete = apiRequest(request);
  return {
    request: complete,
    region: 'us-east-1',
    accountId: '000000000000',
    stage: '$default',
    stageVariables: {},
    routePath: complete.path,
    route: httpRoute('$default'),
    pathParameters: new Map(),
    body: undefined,
    authorized: {},
    ...overrides,
  };
}

type EventOverrides = Partial<Omit<ApiEvent, 'request'>> & { readonly request?: Partial<ApiRequest> };

interface HttpApiOptions {
  readonly targets?: PrivateTargets;
  readonly functions?: ReadonlyMap<string, FunctionSource>;
  readonly quotas?: Partial<AccountLimits>;
  /** Issuer → the URL in its place. */
  readonly issuers?: ReadonlyMap<string, string>;
  /** AWS service → its endpoint. */
  readonly endpoints?: ReadonlyMap<string, URL>;
}

/** HTTP APIs at a port, without a control plane: the stages are given as they are served. */
export class HttpApiUnderTest implements AsyncDisposable {
  readonly accessLogLines: string[] = [];
  readonly logLines: Record<string, unknown>[] = [];
  readonly faults = new Faults();
  readonly clock = new Clock();
  readonly #server: Server;
  readonly #integrations: IntegrationClient;

  private constructor(stages: ReadonlyMap<string, ServedHttpStage>, options: HttpApiOptions) {
    const log = pino(
      { level: 'debug' },
      { write: (line: string) => this.logLines.push(JSON.parse(line) as Record<string, unknown>) },
    );
    const { clock } = this;
    const apis: HttpApis & Parameters<typeof locateHttpApi>[2] = {
      region: 'us-east-1',
      accountId: '000000000000',
      apiIds: () => [API_ID],
      isHttpApi: (apiId) => apiId === API_ID,
      httpStage: (apiId, name) => (apiId === API_ID ? stages.get(name) : undefined),
      httpMapping: (host, path) =>
        host !== 'books.example'
          ? undefined
          : { apiId: API_ID, stage: 'dev', basePath: path.startsWith('/v1') ? 'v1' : '' },
      isDomainName: (name) => name === 'books.example',
    };
    const services = { endpoints: options.endpoints ?? new Map<string, URL>(), credentials: undefined };
    const functions = new Functions(options.functions ?? new Map(), log);
    this.#integrations = new IntegrationClient(functions, services, this.faults);
    const recorder = new Recorder(clock);
    const pipeline = new HttpPipeline({
      apis,
      integrations: this.#integrations,
      privateTargets: options.targets ?? NO_TARGETS,
      authorization: {
        iam: new Iam(IAM_OFF, apis, clock),
        lambdaAuthorizer: new HttpLambdaAuthorizer(
          functions,
          new AuthorizerDecisions(() => clock.now()),
          log,
        ),
        issuerKeys: new IssuerKeys(
          () => options.issuers ?? new Map(),
          () => clock.now(),
          log,
        ),
        clock,
      },
      throttle: new Throttle(() => clock.now(), { ...LIMITS, ...options.quotas }),
      accessLog: new AccessLog((line) => this.accessLogLines.push(line.trimEnd())),
      recorder,
      log,
    });
    const served = new HttpApiServer(pipeline, clock, recorder, log);
    this.#server = createServer((request, response) => {
      const address = locateHttpApi(request.url ?? '', request.headers.host ?? '', apis, undefined);
      if (address === undefined) response.writeHead(421).end();
      else void served.serve(request, response, address);
    });
  }

  /** @param stages by name; a list of routes is the stage `$default` */
  static async start(
    stages: Readonly<Record<string, StageSpec>> | readonly HttpRoute[],
    options: HttpApiOptions = {},
  ): Promise<HttpApiUnderTest> {
    const specs = Array.isArray(stages)
      ? { $default: { routes: stages as readonly HttpRoute[] } }
      : (stages as Readonly<Record<string, StageSpec>>);
    const served = Object.entries(specs).map(([name, spec]) => [name, servedStage(spec)] as const);
    const api = new HttpApiUnderTest(new Map(served), options);
    await new Promise<void>((resolve) => {
      api.#server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#integrations.close();
  }
}

export const API_ID = 'api1234567';

const NO_TARGETS: PrivateTargets = {
  next: () => {
    throw new Error('this API has no private targets');
  },
};
