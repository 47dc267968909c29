import { type APIGatewayClient, CreateVpcLinkCommand } from '@aws-sdk/client-api-gateway';
import {
  type ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  type ApiGatewayV2Client,
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
} from '@aws-sdk/client-apigatewayv2';

/** A route and its integration; a route without an integration has no target. */
export interface RouteSpec extends Partial<Omit<CreateRouteCommandInput, 'ApiId' | 'Target'>> {
  readonly integration?: IntegrationSpec;
  readonly integrationResponses?: readonly IntegrationResponseSpec[];
  /** Whether the route has the route response `$default`. */
  readonly isTwoWay?: boolean;
}

type IntegrationSpec = Partial<Omit<CreateIntegrationCommandInput, 'ApiId'>>;

type IntegrationResponseSpec = Partial<
  Omit<CreateIntegrationResponseCommandInput, 'ApiId' | 'IntegrationId'>
>;

/** AWS's clients for one gateway. */
export interface ApiClients {
  readonly control: ApiGatewayV2Client;
  readonly rest: APIGatewayClient;
  readonly management: ApiGatewayManagementApiClient;
}

/** Creates a WebSocket API. @returns its id */
export async function createApi(
  control: ApiGatewayV2Client,
  settings: Partial<CreateApiCommandInput> = {},
): Promise<string> {
  const { ApiId } = await control.send(
    new CreateApiCommand({
      Name: 'test',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
      ...settings,
    }),
  );
  return ApiId!;
}

/** Creates an integration, `HTTP_PROXY` by default. @returns its id */
export async function createIntegration(
  control: ApiGatewayV2Client,
  ApiId: string,
  settings: IntegrationSpec,
): Promise<string> {
  const { IntegrationId } = await control.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'HTTP_PROXY',
      ...(settings.IntegrationType !== 'MOCK' && { IntegrationMethod: 'POST' }),
      ...settings,
    }),
  );
  return IntegrationId!;
}

/** An API, what a test creates in it with AWS's clients, and the `@connections` of its stage. */
export class DeployedApi implements ApiClients {
  readonly control: ApiGatewayV2Client;
  readonly rest: APIGatewayClient;
  readonly management: ApiGatewayManagementApiClient;
  /** By route key. */
  readonly integrationIds = new Map<string, string>();
  /** By route key. */
  readonly routeIds = new Map<string, string>();

  constructor(
    clients: ApiClients,
    readonly apiId: string,
  ) {
    this.control = clients.control;
    this.rest = clients.rest;
    this.management = clients.management;
  }

  async createRoutes(routes: Readonly<Record<string, RouteSpec>>): Promise<void> {
    for (const [routeKey, spec] of Object.entries(routes)) await this.createRoute(routeKey, spec);
  }

  async createRoute(RouteKey: string, spec: RouteSpec): Promise<void> {
    const { integration, integrationResponses = [], isTwoWay = false, ...route } = spec;
    const { apiId: ApiId, control } = this;
    let Target: string | undefined;
    if (integration) {
      const integrationId = await createIntegration(control, ApiId, integration);
      this.integrationIds.set(RouteKey, integrationId);
      for (const response of integrationResponses) await this.createIntegrationResponse(RouteKey, response);
      Target = `integrations/${integrationId}`;
    }
    const { RouteId } = await control.send(new CreateRouteCommand({ ApiId, RouteKey, ...route, Target }));
    this.routeIds.set(RouteKey, RouteId!);
    if (isTwoWay) await this.createRouteResponse(RouteKey);
  }

  async createIntegrationResponse(routeKey: string, settings: IntegrationResponseSpec): Promise<void> {
    await this.control.send(
      new CreateIntegrationResponseCommand({
        ApiId: this.apiId,
        IntegrationId: this.integrationIds.get(routeKey),
        IntegrationResponseKey: '$default',
        ...settings,
      }),
    );
  }

  async createRouteResponse(routeKey: string): Promise<void> {
    const RouteId = this.routeIds.get(routeKey);
    await this.control.send(
      new CreateRouteResponseCommand({ ApiId: this.apiId, RouteId, RouteResponseKey: '$default' }),
    );
  }

  /** @param stageName a stage to serve the deployment from now on @returns the deployment's id */
  async createDeployment(stageName?: string): Promise<string> {
    const { DeploymentId } = await this.control.send(
      new CreateDeploymentCommand({ ApiId: this.apiId, StageName: stageName }),
    );
    return DeploymentId!;
  }

  /** @param targetArn of a network load balancer @returns the link's id */
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

  destroyClients(): void {
    this.management.destroy();
    this.control.destroy();
    this.rest.destroy();
  }
}

/** The request parameter by which a backend learns the id of the connection. */
export const CONNECTION_ID = { 'integration.request.header.ConnectionId': 'context.connectionId' };
