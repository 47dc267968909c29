import { SpawnedProgram } from '../support/spawned-program.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The gateway as a program, with a WebSocket API, whose route `$default` goes one-way to a backend and `ask` two-way, and an
 * HTTP API.
 */
export class ServedGateway implements AsyncDisposable {
  private constructor(
    private readonly program: SpawnedProgram,
    readonly url: string,
    private readonly folder: string,
  ) {}

  static async start(backendUrl: string, flags: readonly string[] = []): Promise<ServedGateway> {
    const folder = mkdtempSync(join(tmpdir(), 'inspector-'));
    const template = join(folder, 'template.json');
    writeFileSync(template, JSON.stringify(templateOf(backendUrl)));
    const args = ['--port=0', `--template=${template}`, ...flags];
    const { program, url } = await SpawnedProgram.listening('gateway/main.js', args);
    return new ServedGateway(program, url, folder);
  }

  get webSocketUrl(): string {
    return `${this.url.replace('http', 'ws')}/dev`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program.kill('SIGTERM');
    rmSync(this.folder, { recursive: true });
  }
}

const templateOf = (backendUrl: string) => ({
  Resources: {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: `${backendUrl}/message`,
        RequestParameters: { 'integration.request.header.ConnectionId': 'context.connectionId' },
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: '$default',
        Target: { 'Fn::Sub': 'integrations/${Integration}' },
      },
    },
    AskRoute: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'ask',
        Target: { 'Fn::Sub': 'integrations/${Integration}' },
        RouteResponseSelectionExpression: '$default',
      },
    },
    AskResponse: {
      Type: 'AWS::ApiGatewayV2::RouteResponse',
      Properties: { ApiId: { Ref: 'Api' }, RouteId: { Ref: 'AskRoute' }, RouteResponseKey: '$default' },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      DependsOn: ['Route', 'AskResponse'],
      Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', AutoDeploy: true },
    },
    ...httpApi(backendUrl),
  },
});

/** Requests to `/books` go to the backend. */
const httpApi = (backendUrl: string) => ({
  HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'books', ProtocolType: 'HTTP' } },
  HttpIntegration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: `${backendUrl}/books`,
      PayloadFormatVersion: '1.0',
    },
  },
  HttpRoute: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      RouteKey: 'ANY /books',
      Target: { 'Fn::Sub': 'integrations/${HttpIntegration}' },
    },
  },
  HttpStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    DependsOn: 'HttpRoute',
    Properties: { ApiId: { Ref: 'HttpApi' }, StageName: '$default', AutoDeploy: true },
  },
});
