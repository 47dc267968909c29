import { once } from 'node:events';
import { mkdtempDisposableSync } from 'node:fs';
import { request } from 'node:https';
import { type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Gateway } from '../../../src/gateway/gateway.js';
import { loadTls } from '../../../src/gateway/front/tls.js';

const template = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: MOCK
      RequestTemplates: { $default: '{"statusCode": 200}' }
      TemplateSelectionExpression: \\$default
  Response:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref Api
      IntegrationId: !Ref Integration
      IntegrationResponseKey: $default
      ResponseTemplates: { $default: '"$context.connectionId"' }
      TemplateSelectionExpression: \\$default
  Default:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/\${Integration}' }
  CallbackResponse:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: { ApiId: !Ref Api, RouteId: !Ref Default, RouteResponseKey: $default }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true }
`;

it('serves WebSockets and callbacks over TLS on one port', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'tls-'));
  const tls = await loadTls({ kind: 'self-signed', folder: folder.path, hosts: [] });
  const gateway = await Gateway.start({
    host: '127.0.0.1',
    port: 0,
    region: 'us-east-1',
    accountId: '000000000000',
    targets: new Map(),
    templates: [{ fileName: 'template.yaml', text: template }],
    log: pino({ level: 'silent' }),
    tls,
  });
  expect(gateway.url).toMatch(/^https:/);
  const client = new WebSocket(`${gateway.url.replace('https', 'wss')}/dev`, { ca: tls.cert });
  await once(client, 'open');
  client.send('who am I');
  const [frame] = (await once(client, 'message')) as [Buffer];
  const connectionId = JSON.parse(frame.toString('utf8')) as string;

  const delivered = once(client, 'message');
  const post = request(`${gateway.url}/dev/@connections/${encodeURIComponent(connectionId)}`, {
    method: 'POST',
    ca: tls.cert,
    agent: false,
  }).end('over TLS');
  const [response] = (await once(post, 'response')) as [IncomingMessage];
  expect([response.statusCode, await text(response)]).toEqual([200, '']);
  const [message] = (await delivered) as [Buffer];
  expect(message.toString('utf8')).toBe('over TLS');
  const closed = once(client, 'close');
  await gateway.stop();
  await closed;
});
