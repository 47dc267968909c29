import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';

const ROOT = join(import.meta.dirname, '..');

/** A gateway with a chat (WebSocket) and a bookshop (HTTP), whose backend is in this process. */
export interface DemoGateway {
  readonly url: string;
  /** Of the chat; its routes are `join`, `ask` (two-way), `history` and `$default`. */
  readonly webSocketUrl: string;
  close(): Promise<void>;
}

/** Starts the built gateway with a backend that responds at once. */
export async function startDemoGateway(flags: readonly string[] = []): Promise<DemoGateway> {
  const demo = { url: '' };
  const backend = createServer((request, response) => void serve(request, response, demo.url));
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  const template = join(folder, 'template.json');
  const { port } = backend.address() as AddressInfo;
  await writeFile(template, JSON.stringify(templateOf(`http://127.0.0.1:${port}`)));
  const args = ['dist/gateway/main.js', '--port=0', `--template=${template}`, '--log-format=json', ...flags];
  const gateway = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: gateway.stdout })) {
    const { msg, url } = JSON.parse(line) as { readonly msg: string; readonly url?: string };
    if (msg === 'listening' && url !== undefined) {
      demo.url = url;
      break;
    }
  }
  if (demo.url === '') throw new Error(`the gateway ended before it listened: node ${args.join(' ')}`);
  gateway.stdout.resume();
  return {
    url: demo.url,
    webSocketUrl: `${demo.url.replace('http', 'ws')}/prod`,
    async close() {
      const ended = once(gateway, 'exit');
      gateway.kill('SIGTERM');
      await ended;
      backend.closeAllConnections();
      backend.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The chat's backend posts to the client that joins; the bookshop has one book. */
async function serve(request: IncomingMessage, response: ServerResponse, gatewayUrl: string): Promise<void> {
  const send = (status: number, body: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  if (request.url?.startsWith('/books') === true) {
    send(200, { books: [{ id: 1, title: 'Emma', author: 'Jane Austen' }] });
    return;
  }
  const connectionId = request.headers['connectionid'];
  const message = request.url === '/message' ? ((await json(request)) as { action?: string }) : {};
  if (message.action === 'join' && typeof connectionId === 'string') {
    await fetch(`${gatewayUrl}/prod/@connections/${encodeURIComponent(connectionId)}`, {
      method: 'POST',
      body: JSON.stringify({ type: 'joined', channel: 'news', members: 3 }),
    });
    response.writeHead(204).end();
  } else if (message.action === 'history') send(503, { code: 'store_unavailable' });
  else send(200, { type: 'pong' });
}

const resource = (type: string, Properties: object, DependsOn: readonly string[] = []) => ({
  Type: `AWS::ApiGatewayV2::${type}`,
  Properties,
  ...(DependsOn.length > 0 && { DependsOn }),
});

const CHAT = { ApiId: { Ref: 'Chat' } };
const BOOKS = { ApiId: { Ref: 'Books' } };
const HEADERS = { 'integration.request.header.ConnectionId': 'context.connectionId' };

const chatIntegration = (IntegrationUri: string, RequestParameters: Readonly<Record<string, string>>) =>
  resource('Integration', {
    ...CHAT,
    IntegrationType: 'HTTP_PROXY',
    IntegrationMethod: 'POST',
    IntegrationUri,
    RequestParameters,
  });

const chatRoute = (RouteKey: string, integration: string, others: object = {}) =>
  resource('Route', {
    ...CHAT,
    RouteKey,
    Target: { 'Fn::Sub': `integrations/\${${integration}}` },
    ...others,
  });

const templateOf = (backend: string) => ({
  Resources: {
    Chat: resource('Api', {
      Name: 'chat',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    }),
    Message: chatIntegration(`${backend}/message`, HEADERS),
    // a usual mistake: only $connect has the query string
    History: chatIntegration(`${backend}/message`, {
      ...HEADERS,
      'integration.request.header.Token': 'route.request.querystring.token',
    }),
    Connect: chatIntegration(`${backend}/connect`, HEADERS),
    Disconnect: chatIntegration(`${backend}/disconnect`, HEADERS),
    ConnectRoute: chatRoute('$connect', 'Connect'),
    DisconnectRoute: chatRoute('$disconnect', 'Disconnect'),
    DefaultRoute: chatRoute('$default', 'Message'),
    JoinRoute: chatRoute('join', 'Message'),
    HistoryRoute: chatRoute('history', 'History'),
    AskRoute: chatRoute('ask', 'Message', { RouteResponseSelectionExpression: '$default' }),
    AskResponse: resource('RouteResponse', {
      ...CHAT,
      RouteId: { Ref: 'AskRoute' },
      RouteResponseKey: '$default',
    }),
    ChatStage: resource('Stage', { ...CHAT, StageName: 'prod', AutoDeploy: true }, [
      'ConnectRoute',
      'DisconnectRoute',
      'DefaultRoute',
      'JoinRoute',
      'HistoryRoute',
      'AskResponse',
    ]),
    Books: resource('Api', { Name: 'books', ProtocolType: 'HTTP' }),
    BooksIntegration: resource('Integration', {
      ...BOOKS,
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: `${backend}/books`,
      PayloadFormatVersion: '1.0',
    }),
    BooksRoute: resource('Route', {
      ...BOOKS,
      RouteKey: 'GET /books',
      Target: { 'Fn::Sub': 'integrations/${BooksIntegration}' },
    }),
    BooksStage: resource('Stage', { ...BOOKS, StageName: '$default', AutoDeploy: true }, ['BooksRoute']),
  },
});
