import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SpawnedProgram } from '../../support/spawned-program.js';
import { TlsBackend } from '../../support/tls-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const HOST = 'nlb.internal.example';
const template = `
Resources:
  Link:
    Type: AWS::ApiGateway::VpcLink
    Properties:
      Name: link
      TargetArns: [arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/my-nlb/50dc6c495c0c9188]
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: https://${HOST}/message
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
  Default:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/\${Integration}' }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true }
`;

/** A backend with a certificate for this name, and a gateway that trusts it and reaches it through a VPC link. */
async function behindTls(certifiedHost: string) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'https-'));
  const backend = await TlsBackend.start(certifiedHost);
  const [templateFile, certFile] = [join(folder.path, 'template.yaml'), join(folder.path, 'cert.pem')];
  writeFileSync(templateFile, template);
  writeFileSync(certFile, backend.certificate);
  const { program, url } = await SpawnedProgram.listening(
    'gateway/main.js',
    ['--port=0', `--template=${templateFile}`, `--target=my-nlb=${backend.address}`],
    { NODE_EXTRA_CA_CERTS: certFile },
  );
  return {
    backend,
    webSocketUrl: `${url.replace('http', 'ws')}/dev`,
    async [Symbol.asyncDispose]() {
      await program.kill('SIGTERM');
      await backend[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

it("reaches an https backend under the URI's host, in SNI and in the Host header, for any target", async () => {
  await using api = await behindTls(HOST);
  using client = await WebSocketClient.open(api.webSocketUrl);
  client.send('hello');
  expect(await api.backend.received.next()).toEqual({ serverName: HOST, host: HOST });
});

it("sends Internal server error when the certificate is not for the URI's host", async () => {
  await using api = await behindTls('other.example');
  using client = await WebSocketClient.open(api.webSocketUrl);
  client.send('hello');
  expect(await client.next()).toMatchObject({ message: 'Internal server error' });
  expect(api.backend.received.pending).toEqual([]);
});
