import { APIGatewayClient, CreateVpcLinkCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { type Gateway } from '../../src/gateway/gateway.js';
import { type GatewayOptions } from '../../src/gateway/gateway-options.js';
import { type Resolve, runDoctor } from '../../src/doctor/index.js';
import { AwsEndpoint } from '../support/aws/aws-endpoint.js';
import { type BackendSetUp } from '../support/aws/backend-set-up.js';
import { createApi, DeployedApi, type RouteSpec } from '../support/deployed-api.js';
import { startGateway } from '../support/deployed-gateway.js';

export const STAGE = 'prod';
const SECRET = "'4f8d1c0b9a7e6d5c4b3a29181706f5e4'";

/** What a run of the doctor gave. */
export interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** A WebSocket API with its backend: healthy, until a test plants a fault. */
export class LiveSetUp implements AsyncDisposable {
  /** What this machine's resolver knows; API Gateway's own names are public. */
  readonly dns = new Map<string, readonly string[] | undefined>();
  readonly #restore: NodeJS.ProcessEnv;

  private constructor(
    readonly gateway: Gateway,
    readonly aws: AwsEndpoint,
    readonly api: DeployedApi,
    readonly vpcLinkId: string,
  ) {
    aws.api = { id: api.apiId, stage: STAGE };
    this.#restore = Object.fromEntries(Object.keys(this.#env).map((name) => [name, process.env[name]]));
    Object.assign(process.env, this.#env);
  }

  static async start(options: Partial<GatewayOptions> = {}): Promise<LiveSetUp> {
    const gateway = await startGateway({
      region: 'eu-central-1',
      accountId: '111122223333',
      accessLog: () => undefined,
      ...options,
    });
    const settings = {
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      endpoint: gateway.url,
    };
    const control = new ApiGatewayV2Client(settings);
    const rest = new APIGatewayClient(settings);
    const management = new ApiGatewayManagementApiClient(settings);
    const aws = await AwsEndpoint.start(gateway.url);
    const { id: vpcLinkId = '' } = await rest.send(
      new CreateVpcLinkCommand({ name: 'chat', targetArns: [aws.setUp.loadBalancerArn] }),
    );
    const api = new DeployedApi({ control, rest, management }, await createApi(control, { Name: 'chat' }));
    await api.createRoutes({
      $connect: {
        RequestParameters: { 'route.request.querystring.token': { Required: false } },
        integration: integration(vpcLinkId, {
          'integration.request.header.Token': 'route.request.querystring.token',
          'integration.request.header.Sec-WebSocket-Version': "'0'",
        }),
      },
      $disconnect: { integration: integration(vpcLinkId) },
      $default: { integration: integration(vpcLinkId) },
    });
    await control.send(
      new CreateStageCommand({
        ApiId: api.apiId,
        StageName: STAGE,
        DeploymentId: await api.createDeployment(),
        DefaultRouteSettings: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 500 },
        AccessLogSettings: {
          DestinationArn: 'arn:aws:logs:eu-central-1:111122223333:log-group:chat',
          Format:
            '$context.requestId $context.routeKey $context.status $context.connectionId $context.error.message',
        },
      }),
    );
    await control.send(
      new CreateDomainNameCommand({
        DomainName: 'ws.example.com',
        DomainNameConfigurations: [
          { CertificateArn: aws.setUp.certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
        ],
      }),
    );
    await control.send(
      new CreateApiMappingCommand({ DomainName: 'ws.example.com', ApiId: api.apiId, Stage: STAGE }),
    );
    const setUp = new LiveSetUp(gateway, aws, api, vpcLinkId);
    setUp.backend.container.environment['WS_API_ENDPOINT'] = setUp.endpoint;
    return setUp;
  }

  get backend(): BackendSetUp {
    return this.aws.setUp;
  }

  /** That of `@connections`. */
  get endpoint(): string {
    return `https://${this.api.apiId}.execute-api.eu-central-1.amazonaws.com/${STAGE}`;
  }

  /** Runs `doctor` in this process, for the API unless the arguments say otherwise. */
  async doctor(...args: string[]): Promise<Run> {
    const output: string[] = [];
    const errors: string[] = [];
    const exitCode = await runDoctor(
      args.some((arg) => ['--api', '--stack', '--help'].includes(arg))
        ? args
        : ['--api', this.api.apiId, '--stage', STAGE, ...args],
      {
        write: (text) => void output.push(text),
        writeError: (text) => void errors.push(text),
        resolve: this.#resolve,
      },
    );
    return { exitCode, output: output.join(''), errors: errors.join('') };
  }

  /** A route with the integration that the others have, as an argument of `createRoute`. */
  route(parameters: Readonly<Record<string, string>> = {}): RouteSpec {
    return { integration: integration(this.vpcLinkId, parameters) };
  }

  readonly #resolve: Resolve = async (host) => {
    if (this.dns.has(host)) return this.dns.get(host);
    const isPublic = host.endsWith('.amazonaws.com') || host === 'ws.example.com';
    return isPublic ? ['3.120.1.2'] : undefined;
  };

  get #env(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.aws.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [name, value] of Object.entries(this.#restore)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    this.api.destroyClients();
    await this.aws[Symbol.asyncDispose]();
    await this.gateway.stop();
  }
}

const integration = (vpcLinkId: string, parameters: Readonly<Record<string, string>> = {}) => ({
  IntegrationUri: 'http://nlb.example.com/chat',
  ConnectionType: 'VPC_LINK' as const,
  ConnectionId: vpcLinkId,
  RequestParameters: {
    'integration.request.header.ConnectionId': 'context.connectionId',
    'integration.request.header.GatewaySecret': SECRET,
    ...parameters,
  },
});
