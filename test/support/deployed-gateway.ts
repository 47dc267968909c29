import { APIGatewayClient, CreateVpcLinkCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateIntegrationResponseCommand,
  type CreateIntegrationResponseCommandInput,
  type CreateIntegrationCommandInput,
  CreateRouteCommand,
  type CreateRouteCommandInput,
  CreateStageCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { pino } from 'pino';
import { Gateway, type GatewayOptions } from '../../src/gateway/gateway.js';

/** A route and where it leads; no integration, no target. */
export interface RouteSpec extends Partial<Omit<CreateRouteCommandInput, 'ApiId' | 'Target'>> {
  readonly integration?: Partial<Omit<CreateIntegrationCommandInput, 'ApiId'>>;
}

/** A gateway on a free port, an API created in it with the AWS SDK, and the clients to work with both. */
export class DeployedGateway implements AsyncDisposable {
  readonly control: ApiGatewayV2Client;
  readonly rest: APIGatewayClient;
  readonly management: ApiGatewayManagementApiClient;
  readonly integrationIds = new Map<string, string>();
  readonly routeIds = new Map<string, string>();
  apiId = '';

  private constructor(readonly gateway: Gateway) {
    const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    this.control = new ApiGatewayV2Client({ ...settings, endpoint: gateway.url });
    this.rest = new APIGatewayClient({ ...settings, endpoint: gateway.url });
    this.management = new ApiGatewayManagementApiClient({ ...settings, endpoint: `${gateway.url}/dev` });
  }

  /** @param routes by route key */
  static async start(
    routes: Record<string, RouteSpec>,
    options: Partial<GatewayOptions> & { stageVariables?: Record<string, string>; selection?: string } = {},
  ): Promise<DeployedGateway> {
    const gateway = await Gateway.start({
      host: '127.0.0.1',
      port: 0,
      region: 'us-east-1',
      accountId: '000000000000',
      targets: new Map(),
      log: pino({ level: 'silent' }),
      ...options,
    });
    const deployed = new DeployedGateway(gateway);
    await deployed.#create(routes, options.selection ?? '$request.body.action', options.stageVariables ?? {});
    return deployed;
  }

  get webSocketUrl(): string {
    return `${this.gateway.url.replace('http', 'ws')}/dev`;
  }

  async createRoute(RouteKey: string, { integration, ...route }: RouteSpec): Promise<void> {
    const ApiId = this.apiId;
    let Target: string | undefined;
    if (integration) {
      const { IntegrationId } = await this.control.send(
        new CreateIntegrationCommand({
          ApiId,
          IntegrationType: 'HTTP_PROXY',
          IntegrationMethod: 'POST',
          ...integration,
        }),
      );
      this.integrationIds.set(RouteKey, IntegrationId!);
      Target = `integrations/${IntegrationId}`;
    }
    const { RouteId } = await this.control.send(
      new CreateRouteCommand({ ApiId, RouteKey, ...route, Target }),
    );
    this.routeIds.set(RouteKey, RouteId!);
  }

  async createIntegrationResponse(
    routeKey: string,
    response: Omit<CreateIntegrationResponseCommandInput, 'ApiId' | 'IntegrationId'>,
  ): Promise<void> {
    const IntegrationId = this.integrationIds.get(routeKey);
    await this.control.send(
      new CreateIntegrationResponseCommand({ ApiId: this.apiId, IntegrationId, ...response }),
    );
  }

  /** Puts what was changed before clients. */
  async deploy(): Promise<void> {
    await this.control.send(new CreateDeploymentCommand({ ApiId: this.apiId, StageName: 'dev' }));
  }

  async setStageVariables(StageVariables: Record<string, string>): Promise<void> {
    await this.control.send(new UpdateStageCommand({ ApiId: this.apiId, StageName: 'dev', StageVariables }));
  }

  async createVpcLink(targetArn: string): Promise<string> {
    const { id } = await this.rest.send(new CreateVpcLinkCommand({ name: 'link', targetArns: [targetArn] }));
    return id!;
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.management.destroy();
    this.control.destroy();
    this.rest.destroy();
    await this.gateway.stop();
  }

  async #create(
    routes: Record<string, RouteSpec>,
    RouteSelectionExpression: string,
    StageVariables: Record<string, string>,
  ): Promise<void> {
    const { ApiId } = await this.control.send(
      new CreateApiCommand({ Name: 'test', ProtocolType: 'WEBSOCKET', RouteSelectionExpression }),
    );
    this.apiId = ApiId!;
    for (const [routeKey, spec] of Object.entries(routes)) await this.createRoute(routeKey, spec);
    const { DeploymentId } = await this.control.send(new CreateDeploymentCommand({ ApiId: this.apiId }));
    await this.control.send(
      new CreateStageCommand({ ApiId: this.apiId, StageName: 'dev', DeploymentId, StageVariables }),
    );
  }
}

/** The mapping without which no backend knows who speaks. */
export const CONNECTION_ID = { 'integration.request.header.ConnectionId': 'context.connectionId' };
