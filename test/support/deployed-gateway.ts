import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { ApiGatewayV2Client, CreateStageCommand, UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { pino } from 'pino';
import { Gateway } from '../../src/gateway/gateway.js';
import { type GatewayOptions } from '../../src/gateway/gateway-options.js';
import { type ApiClients, createApi, DeployedApi, type RouteSpec } from './deployed-api.js';

const STAGE = 'dev';

/** Starts a gateway on a free port that logs nothing. */
export async function startGateway(options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  return Gateway.start({
    host: '127.0.0.1',
    port: 0,
    region: 'us-east-1',
    accountId: '000000000000',
    targets: new Map(),
    log: pino({ level: 'silent' }),
    ...options,
  });
}

/** A gateway in this process with one API, served by the stage `dev`. */
export class DeployedGateway extends DeployedApi implements AsyncDisposable {
  private constructor(
    readonly gateway: Gateway,
    clients: ApiClients,
    apiId: string,
  ) {
    super(clients, apiId);
  }

  /** @param routes by route key */
  static async start(
    routes: Readonly<Record<string, RouteSpec>>,
    options: Partial<GatewayOptions> & { stageVariables?: Record<string, string>; selection?: string } = {},
  ): Promise<DeployedGateway> {
    const gateway = await startGateway(options);
    const clients = clientsOf(gateway);
    const apiId = await createApi(clients.control, {
      ...(options.selection !== undefined && { RouteSelectionExpression: options.selection }),
    });
    const deployed = new DeployedGateway(gateway, clients, apiId);
    await deployed.createRoutes(routes);
    await clients.control.send(
      new CreateStageCommand({
        ApiId: apiId,
        StageName: STAGE,
        DeploymentId: await deployed.createDeployment(),
        StageVariables: options.stageVariables ?? {},
      }),
    );
    return deployed;
  }

  get webSocketUrl(): string {
    return `${this.gateway.url.replace('http', 'ws')}/${STAGE}`;
  }

  /** Has the stage serve what was changed. */
  async deploy(): Promise<void> {
    await this.createDeployment(STAGE);
  }

  async setStageVariables(StageVariables: Record<string, string>): Promise<void> {
    await this.control.send(new UpdateStageCommand({ ApiId: this.apiId, StageName: STAGE, StageVariables }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroyClients();
    await this.gateway.stop();
  }
}

function clientsOf({ url }: Gateway): ApiClients {
  const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  return {
    control: new ApiGatewayV2Client({ ...settings, endpoint: url }),
    rest: new APIGatewayClient({ ...settings, endpoint: url }),
    management: new ApiGatewayManagementApiClient({ ...settings, endpoint: `${url}/${STAGE}` }),
  };
}
