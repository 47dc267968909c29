import { setTimeout } from 'node:timers/promises';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  type CreateApiCommandInput,
  CreateAuthorizerCommand,
  type CreateAuthorizerCommandInput,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  type CreateIntegrationCommandInput,
  CreateRouteCommand,
  type CreateRouteCommandInput,
  CreateStageCommand,
  type CreateStageCommandInput,
  CreateVpcLinkCommand,
  DeleteApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { HttpBackend, type Received } from '../support/http-backend.js';
import { backendAddress, credentials, openTarget, type StandInOptions, type Target } from './target.js';

export type IntegrationSpec = Partial<Omit<CreateIntegrationCommandInput, 'ApiId'>>;

/** The authorization of a route; by default none. */
type AuthorizationSpec = Partial<
  Pick<CreateRouteCommandInput, 'AuthorizationType' | 'AuthorizerId' | 'AuthorizationScopes'>
>;

/** A stage, and where it differs from one without settings. */
type StageSpec = Partial<Omit<CreateStageCommandInput, 'ApiId' | 'StageName'>>;

interface HttpApiSpec {
  /** By route key: an `HTTP_PROXY` integration, unless it says otherwise; `null` for none. */
  readonly routes: Readonly<Record<string, IntegrationSpec | null>>;
  /** By name; by default `$default`. */
  readonly stages?: Readonly<Record<string, StageSpec>>;
  readonly api?: Partial<CreateApiCommandInput>;
  readonly standIn?: StandInOptions;
}

/** An HTTP API of a case's own in the target, created through the control plane and called by its URL. */
export class HttpApiInTarget implements AsyncDisposable {
  private constructor(
    readonly target: Target,
    readonly control: ApiGatewayV2Client,
    readonly apiId: string,
  ) {}

  static async deployed({
    routes,
    stages = { $default: {} },
    api,
    standIn,
  }: HttpApiSpec): Promise<HttpApiInTarget> {
    const target = await openTarget(standIn);
    const control = new ApiGatewayV2Client({
      region: target.region,
      credentials,
      ...(target.controlEndpoint !== undefined && { endpoint: target.controlEndpoint }),
    });
    const { ApiId = '' } = await control.send(
      new CreateApiCommand({ Name: 'conformance', ProtocolType: 'HTTP', ...api }),
    );
    const created = new HttpApiInTarget(target, control, ApiId);
    for (const [routeKey, integration] of Object.entries(routes)) {
      await created.createRoute(routeKey, integration);
    }
    for (const [StageName, stage] of Object.entries(stages)) {
      await created.createStage(StageName, stage);
    }
    return created;
  }

  async createRoute(
    routeKey: string,
    integration: IntegrationSpec | null,
    authorization: AuthorizationSpec = {},
  ): Promise<void> {
    const { apiId: ApiId, control } = this;
    const created =
      integration &&
      (await control.send(
        new CreateIntegrationCommand({
          ApiId,
          IntegrationType: 'HTTP_PROXY',
          ...(integration.IntegrationType !== 'AWS_PROXY' && { IntegrationMethod: 'ANY' }),
          PayloadFormatVersion: '1.0',
          ...integration,
        }),
      ));
    await control.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: routeKey,
        AuthorizationType: 'NONE',
        ...authorization,
        ...(created && { Target: `integrations/${created.IntegrationId}` }),
      }),
    );
  }

  /** Creates a stage that serves what there is. */
  async createStage(StageName: string, stage: StageSpec = {}): Promise<void> {
    await this.createUndeployedStage(StageName, stage);
    await this.deploy(StageName);
  }

  async createUndeployedStage(StageName: string, stage: StageSpec = {}): Promise<void> {
    await this.control.send(new CreateStageCommand({ ApiId: this.apiId, StageName, ...stage }));
  }

  /** Changes settings that act without a deployment. */
  async updateStage(StageName: string, stage: StageSpec): Promise<void> {
    await this.control.send(new UpdateStageCommand({ ApiId: this.apiId, StageName, ...stage }));
    await setTimeout(this.target.propagationMs);
  }

  /** Has the stage serve what was changed. */
  async deploy(StageName: string): Promise<void> {
    const { apiId: ApiId } = this;
    const { DeploymentId } = await this.control.send(new CreateDeploymentCommand({ ApiId }));
    await this.control.send(new UpdateStageCommand({ ApiId, StageName, DeploymentId }));
    await setTimeout(this.target.propagationMs);
  }

  /** @returns the authorizer's id */
  async createAuthorizer(authorizer: Omit<CreateAuthorizerCommandInput, 'ApiId'>): Promise<string> {
    const { AuthorizerId = '' } = await this.control.send(
      new CreateAuthorizerCommand({ ApiId: this.apiId, ...authorizer }),
    );
    return AuthorizerId;
  }

  /** @returns the id of a v2 VPC link */
  async createVpcLink(): Promise<string> {
    const { VpcLinkId = '' } = await this.control.send(
      new CreateVpcLinkCommand({ Name: 'conformance', SubnetIds: ['subnet-0123456789abcdef0'] }),
    );
    return VpcLinkId;
  }

  /** The API's root, without a slash at the end. */
  get url(): string {
    return this.target.callbackUrl(this.apiId, '').replace(/\/$/, '');
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { redirect: 'manual', ...init });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.control.send(new DeleteApiCommand({ ApiId: this.apiId }));
    this.control.destroy();
    await this.target[Symbol.asyncDispose]();
  }
}

/** An API with an HTTP backend behind all routes, and the function that sends a request and returns what arrived. */
export async function proxiedApi(
  routeKeys: readonly string[],
  spec: Omit<HttpApiSpec, 'routes'> & { readonly integration?: (url: string) => IntegrationSpec } = {},
) {
  const backend = await HttpBackend.start(backendAddress.port);
  const publicUrl = backendAddress.publicUrl ?? backend.url;
  const integration = spec.integration?.(publicUrl) ?? { IntegrationUri: publicUrl };
  const routes = Object.fromEntries(routeKeys.map((key) => [key, integration]));
  const api = await HttpApiInTarget.deployed({ ...spec, routes });
  return {
    api,
    backend,
    publicUrl,
    received: async (path: string, init?: RequestInit): Promise<Received> => {
      await api.request(path, init);
      return backend.next();
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}
