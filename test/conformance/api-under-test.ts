import { setTimeout } from 'node:timers/promises';
import { APIGatewayClient, CreateVpcLinkCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  type CreateApiCommandInput,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  type CreateIntegrationCommandInput,
  CreateIntegrationResponseCommand,
  type CreateIntegrationResponseCommandInput,
  CreateRouteCommand,
  type CreateRouteCommandInput,
  CreateRouteResponseCommand,
  CreateStageCommand,
  type CreateStageCommandInput,
  DeleteApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import { AdminClient } from '../support/admin-client.js';
import { HttpBackend, type Received } from '../support/http-backend.js';
import { type ClientOptions, WebSocketClient } from '../support/web-socket-client.js';
import { type RequestOptions, signedRequest } from './signed-request.js';
import { backendAddress, credentials, openTarget, type StandInOptions, type Target } from './target.js';

/** A route and where it leads; no integration, no target. */
export interface RouteSpec extends Partial<Omit<CreateRouteCommandInput, 'ApiId' | 'Target'>> {
  readonly integration?: Partial<Omit<CreateIntegrationCommandInput, 'ApiId'>>;
  readonly integrationResponses?: readonly Partial<
    Omit<CreateIntegrationResponseCommandInput, 'ApiId' | 'IntegrationId'>
  >[];
  /** Whether the route has a response `$default`. */
  readonly isTwoWay?: boolean;
}

export interface ApiSpec {
  readonly api?: Partial<CreateApiCommandInput>;
  readonly stage?: Partial<Omit<CreateStageCommandInput, 'ApiId' | 'StageName'>>;
  readonly standIn?: StandInOptions;
}

/** An API of a case's own, created by AWS's SDK in the target, and what is needed to use it. */
export class ApiUnderTest implements AsyncDisposable {
  readonly control: ApiGatewayV2Client;
  readonly rest: APIGatewayClient;
  readonly management: ApiGatewayManagementApiClient;
  readonly apiId: string;
  readonly integrationIds = new Map<string, string>();
  readonly routeIds = new Map<string, string>();
  #isServed = false;

  private constructor(
    readonly target: Target,
    control: ApiGatewayV2Client,
    apiId: string,
  ) {
    this.control = control;
    this.apiId = apiId;
    this.rest = new APIGatewayClient(clientSettings(target));
    this.management = new ApiGatewayManagementApiClient({
      ...clientSettings(target),
      endpoint: target.callbackUrl(apiId, target.stage),
      maxAttempts: 1,
    });
  }

  /** An API without routes or a stage. */
  static async create({ api, standIn }: Omit<ApiSpec, 'stage'> = {}): Promise<ApiUnderTest> {
    const target = await openTarget(standIn);
    const control = new ApiGatewayV2Client(clientSettings(target));
    const { ApiId } = await control.send(
      new CreateApiCommand({
        Name: 'conformance',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
        ...api,
      }),
    );
    return new ApiUnderTest(target, control, ApiId!);
  }

  /** An API with these routes, by route key, that a stage serves. */
  static async deployed(routes: Record<string, RouteSpec>, spec: ApiSpec = {}): Promise<ApiUnderTest> {
    const api = await ApiUnderTest.create(spec);
    for (const [routeKey, route] of Object.entries(routes)) await api.addRoute(routeKey, route);
    await api.deploy(spec.stage);
    return api;
  }

  get webSocketUrl(): string {
    return this.target.webSocketUrl(this.apiId, this.target.stage);
  }

  /** `…/@connections/{connectionId}`, encoded as the documents show. */
  connectionUrl(connectionId: string): string {
    return `${this.target.callbackUrl(this.apiId, this.target.stage)}/@connections/${encodeURIComponent(connectionId)}`;
  }

  async open(options: ClientOptions & { query?: string } = {}): Promise<WebSocketClient> {
    return WebSocketClient.open(`${this.webSocketUrl}${options.query ?? ''}`, options);
  }

  async addRoute(RouteKey: string, spec: RouteSpec): Promise<void> {
    const { integration, integrationResponses = [], isTwoWay = false, ...route } = spec;
    const ApiId = this.apiId;
    let Target: string | undefined;
    if (integration) {
      const { IntegrationId } = await this.control.send(
        new CreateIntegrationCommand({
          ApiId,
          IntegrationType: 'HTTP_PROXY',
          ...(integration.IntegrationType !== 'MOCK' && { IntegrationMethod: 'POST' }),
          ...integration,
        }),
      );
      for (const response of integrationResponses) {
        await this.control.send(
          new CreateIntegrationResponseCommand({
            ApiId,
            IntegrationId,
            IntegrationResponseKey: '$default',
            ...response,
          }),
        );
      }
      this.integrationIds.set(RouteKey, IntegrationId!);
      Target = `integrations/${IntegrationId}`;
    }
    const { RouteId } = await this.control.send(
      new CreateRouteCommand({ ApiId, RouteKey, ...route, Target }),
    );
    this.routeIds.set(RouteKey, RouteId!);
    if (isTwoWay) await this.addRouteResponse(RouteKey);
  }

  async addRouteResponse(routeKey: string): Promise<void> {
    await this.control.send(
      new CreateRouteResponseCommand({
        ApiId: this.apiId,
        RouteId: this.routeIds.get(routeKey),
        RouteResponseKey: '$default',
      }),
    );
  }

  /**
   * Puts what was changed before clients, and waits until it is there.
   *
   * @param stage of the stage that is created by the first deployment
   */
  async deploy(stage: ApiSpec['stage'] = {}): Promise<void> {
    const { apiId: ApiId, target } = this;
    const { DeploymentId } = await this.control.send(
      new CreateDeploymentCommand({ ApiId, ...(this.#isServed && { StageName: target.stage }) }),
    );
    if (this.#isServed) {
      // nothing tells which deployment AWS serves by now
      await setTimeout(target.propagationMs);
      return;
    }
    await this.control.send(
      new CreateStageCommand({ ApiId, StageName: target.stage, DeploymentId, ...stage }),
    );
    this.#isServed = true;
    // a stage that is served knows a bad connection id from a bad stage, and asks no backend about it
    for (let inARow = 0; target.isAws && inARow < 3; await setTimeout(1_000)) {
      const { status } = await signedRequest(target, 'execute-api', this.connectionUrl('AAAAAAAAAAAAAAA='));
      inARow = status === 400 ? inARow + 1 : 0;
    }
  }

  /** A request to the stage's `@connections`, or to what stands in its place. */
  async callback(path: string, options?: RequestOptions): Promise<Response> {
    const url = `${this.target.callbackUrl(this.apiId, this.target.stage)}${path}`;
    return signedRequest(this.target, 'execute-api', url, options);
  }

  /** A request to the control plane as it is on the wire. */
  async controlRequest(method: string, path: string, body?: unknown): Promise<Response> {
    const endpoint = this.target.controlEndpoint ?? `https://apigateway.${this.target.region}.amazonaws.com`;
    return signedRequest(this.target, 'apigateway', `${endpoint}${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  }

  async post(ConnectionId: string, Data: string | Uint8Array) {
    return this.management.send(new PostToConnectionCommand({ ConnectionId, Data }));
  }

  async getConnection(ConnectionId: string) {
    return this.management.send(new GetConnectionCommand({ ConnectionId }));
  }

  async deleteConnection(ConnectionId: string) {
    return this.management.send(new DeleteConnectionCommand({ ConnectionId }));
  }

  /** The URI by which an integration or an authorizer names the case's function. */
  get functionUri(): string {
    const { region, functionArn } = this.target;
    return `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
  }

  /** The stand-in's clock and faults; AWS has neither. */
  get admin(): AdminClient {
    return new AdminClient(this.target.adminUrl.replace(/\/_gateway$/, ''));
  }

  async createVpcLink(): Promise<string> {
    const { id } = await this.rest.send(
      new CreateVpcLinkCommand({ name: 'conformance', targetArns: [this.target.loadBalancerArn] }),
    );
    return id!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.control.send(new DeleteApiCommand({ ApiId: this.apiId }));
    this.management.destroy();
    this.control.destroy();
    this.rest.destroy();
    await this.target[Symbol.asyncDispose]();
  }
}

const clientSettings = (target: Target) => ({
  region: target.region,
  credentials,
  ...(target.controlEndpoint !== undefined && { endpoint: target.controlEndpoint }),
});

/** The HTTP backend of a case, and its URL as the gateway reaches it. */
export async function startBackend(): Promise<HttpBackend & { readonly publicUrl: string }> {
  const backend = await HttpBackend.start(backendAddress.port);
  return Object.assign(backend, { publicUrl: backendAddress.publicUrl ?? backend.url });
}

/** The mapping without which no backend knows who speaks. */
export const CONNECTION_ID = { 'integration.request.header.ConnectionId': 'context.connectionId' };

/** What the mapping above brought. */
export const connectionIdOf = ({ headers }: Received) => String(headers['connectionid']);

/** Name and status of the error that an SDK throws. */
export async function errorOf(call: Promise<unknown>): Promise<readonly [string, number | undefined]> {
  const error: unknown = await call.then(
    () => new Error('the call succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof Error && '$metadata' in error) {
    const { $metadata } = error as ApiGatewayManagementApiServiceException;
    return [error.name, $metadata.httpStatusCode];
  }
  throw error;
}

/** The text frame with which the gateway reports an error, with its recorded spacing. */
export const errorFrame = (message: string) =>
  new RegExp(`^\\{"message": "${message}", "connectionId":"[\\w-]+={1,2}", "requestId":"[\\w-]+="\\}$`);
