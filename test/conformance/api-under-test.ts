import { setTimeout } from 'node:timers/promises';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayManagementApiClient,
  type ApiGatewayManagementApiServiceException,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  ApiGatewayV2Client,
  type CreateApiCommandInput,
  CreateStageCommand,
  type CreateStageCommandInput,
  DeleteApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import { AdminClient } from '../support/admin-client.js';
import { createApi, DeployedApi, type RouteSpec } from '../support/deployed-api.js';
import { HttpBackend, type Received } from '../support/http-backend.js';
import { type ClientOptions, WebSocketClient } from '../support/web-socket-client.js';
import { type RequestOptions, signedRequest } from './signed-request.js';
import { backendAddress, credentials, openTarget, type StandInOptions, type Target } from './target.js';

export interface ApiSpec {
  readonly api?: Partial<CreateApiCommandInput>;
  readonly stage?: Partial<Omit<CreateStageCommandInput, 'ApiId' | 'StageName'>>;
  readonly standIn?: StandInOptions;
}

/** An API of a case's own in the target, and what is needed to use it. */
export class ApiUnderTest extends DeployedApi implements AsyncDisposable {
  #isServed = false;

  private constructor(
    readonly target: Target,
    control: ApiGatewayV2Client,
    apiId: string,
  ) {
    const rest = new APIGatewayClient(clientSettings(target));
    const management = new ApiGatewayManagementApiClient({
      ...clientSettings(target),
      endpoint: target.callbackUrl(apiId, target.stage),
      maxAttempts: 1,
    });
    super({ control, rest, management }, apiId);
  }

  /** An API without routes or a stage. */
  static async create({ api, standIn }: Omit<ApiSpec, 'stage'> = {}): Promise<ApiUnderTest> {
    const target = await openTarget(standIn);
    const control = new ApiGatewayV2Client(clientSettings(target));
    return new ApiUnderTest(target, control, await createApi(control, { Name: 'conformance', ...api }));
  }

  /** An API with these routes, by route key, that a stage serves. */
  static async deployed(
    routes: Readonly<Record<string, RouteSpec>>,
    spec: ApiSpec = {},
  ): Promise<ApiUnderTest> {
    const api = await ApiUnderTest.create(spec);
    await api.createRoutes(routes);
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

  /**
   * Has the stage serve what was changed, and waits until it does.
   *
   * @param stage settings of the stage, which the first deployment creates
   */
  async deploy(stage: ApiSpec['stage'] = {}): Promise<void> {
    const { apiId: ApiId, target } = this;
    const DeploymentId = await this.createDeployment(this.#isServed ? target.stage : undefined);
    if (this.#isServed) {
      // AWS does not report which deployment it serves by now
      await setTimeout(target.propagationMs);
      return;
    }
    await this.control.send(
      new CreateStageCommand({ ApiId, StageName: target.stage, DeploymentId, ...stage }),
    );
    this.#isServed = true;
    // a stage that is served responds with 400 to a bad connection id, and calls no backend
    for (let inARow = 0; target.isAws && inARow < 3; await setTimeout(1_000)) {
      const { status } = await signedRequest(target, 'execute-api', this.connectionUrl('AAAAAAAAAAAAAAA='));
      inARow = status === 400 ? inARow + 1 : 0;
    }
  }

  /** A request to the stage's `@connections`, or to another path there. */
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

  /** The URI by which an integration or an authorizer names the case's function. */
  get functionUri(): string {
    const { region, functionArn } = this.target;
    return `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
  }

  /** The stand-in's clock and faults; AWS has neither. */
  get admin(): AdminClient {
    return new AdminClient(this.target.adminUrl.replace(/\/_gateway$/, ''));
  }

  /** A VPC link to the target's load balancer. @returns its id */
  async createVpcLinkToBackend(): Promise<string> {
    return this.createVpcLink(this.target.loadBalancerArn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.control.send(new DeleteApiCommand({ ApiId: this.apiId }));
    this.destroyClients();
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

/** The connection id that the request parameter `CONNECTION_ID` adds. */
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
