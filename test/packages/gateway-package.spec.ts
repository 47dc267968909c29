import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';
import { installNode, NODE_VERSIONS } from './node-versions.js';

const TEMPLATE = `
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: echo, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action }
  Link:
    Type: AWS::ApiGateway::VpcLink
    Properties:
      Name: backend
      TargetArns: [arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/backend/0123456789abcdef]
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: HTTP_PROXY
      IntegrationMethod: POST
      IntegrationUri: http://backend.example/message
      ConnectionType: VPC_LINK
      ConnectionId: !Ref Link
      RequestParameters: { integration.request.header.ConnectionId: context.connectionId }
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/\${Integration}' }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    DependsOn: Route
    Properties: { ApiId: !Ref Api, StageName: dev, AutoDeploy: true }
`;

/** A team's test: its backend posts back what a client sends; the clock ends the connection. It prints what happened. */
const PROGRAM = `
import { once } from 'node:events';
import { createServer } from 'node:http';
import { startGateway } from 'backchannel-gateway';

const backend = createServer((request, response) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const connectionId = encodeURIComponent(String(request.headers['connectionid']));
    await fetch(gateway.managementEndpoint('dev') + '/@connections/' + connectionId, { method: 'POST', body: Buffer.concat(chunks) });
    response.end();
  })();
}).listen(0, '127.0.0.1');
await once(backend, 'listening');
const gateway = await startGateway({ template: 'template.yaml', targets: { backend } });

const socket = new WebSocket(gateway.webSocketUrl('dev'));
await new Promise((resolve) => socket.addEventListener('open', resolve));
const received = new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)));
socket.send('hello');
const echo = await received;
const closed = new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
gateway.clock.advance('2h');
console.log(JSON.stringify({ echo, closed: await closed, events: gateway.events().map(({ type }) => type) }));
await gateway.close();
backend.close();
`;

describe('backchannel-gateway, installed in an empty project', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.install(['backchannel-gateway']);
    consumer.write('template.yaml', TEMPLATE);
    consumer.write('program.ts', PROGRAM);
  });
  afterAll(() => consumer[Symbol.dispose]());

  const gateway = (...args: string[]) =>
    consumer.run('npx', ['--no-install', 'backchannel-gateway', ...args]);

  it('has at most 30 MB with everything that it needs', () => {
    expect(consumer.installedMegabytes).toBeLessThan(30);
  });

  it('has the commands that its help lists', async () => {
    expect(await gateway('--version')).toMatch(/\d+\.\d+\.\d+/);
    expect(await gateway('--help')).toContain('lint');
    expect(await gateway('lint', 'template.yaml')).toContain('0 errors');
    expect(await gateway('explain', 'template.yaml', '--body', '{}')).toContain('ConnectionId');
  });

  it.each([
    [['--tls', 'self-signed'], 'selfsigned'],
    [['--use-machine-credentials', '--template', 'template.yaml'], '@aws-sdk/credential-provider-node'],
  ])('says which package to install for %j', async (flags, name) => {
    await expect(gateway('--port', '0', ...flags)).rejects.toThrow(`npm install ${name}`);
  });

  it('compiles a program that starts it, with the declarations of its packages checked', async () => {
    const installed = consumer.run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--silent',
      '@types/node@24',
    ]);
    await expect(installed.then(() => consumer.compile())).resolves.toBeUndefined();
  });

  it.each(NODE_VERSIONS)('runs that program on Node.js %s', async (version) => {
    using node = await installNode(version);
    const { echo, closed, events } = JSON.parse(await consumer.run(node.path, ['out/program.js'])) as {
      echo: string;
      closed: number;
      events: string[];
    };
    expect({ echo, closed }).toEqual({ echo: 'hello', closed: 1001 });
    expect(events).toEqual(expect.arrayContaining(['handshake', 'message', 'callback', 'clock']));
  });
});
