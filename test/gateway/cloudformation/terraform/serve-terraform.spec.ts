import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { request } from 'undici';
import { startGateway } from '../../../../src/gateway/index.js';
import { HttpBackend, type Received } from '../../../support/http-backend.js';
import { HandshakeRefused, WebSocketClient } from '../../../support/web-socket-client.js';

const file = (name: string) => join(import.meta.dirname, 'topology', name);

/** What the plan does not know: the expressions of the configuration. */
const URIS = Object.fromEntries(
  ['connect', 'disconnect', 'default'].map((key) => [
    `module.chat.module.route["$${key}"].aws_apigatewayv2_integration.this.integration_uri`,
    `http://\${aws_lb.chat.dns_name}/${key === 'default' ? 'message' : key}`,
  ]),
);

interface Served {
  readonly requests: readonly object[];
  readonly results: readonly unknown[];
}

/** Uses every route of the topology, and returns what its backends received and its clients saw. */
async function use(name: string, parameters: Readonly<Record<string, string>> = {}): Promise<Served> {
  await using chat = await HttpBackend.start();
  await using books = await HttpBackend.start();
  await using orders = await HttpBackend.start();
  chat.answer = ({ url, body }) => ({ status: 200, body: url === '/message' ? `echo ${body}` : '' });
  books.answer = () => ({ status: 200, body: 'a book' });
  await using gateway = await startGateway({
    template: file(name),
    parameters,
    targets: { chat: chat.url, books: books.url, orders: orders.url },
    functions: {
      authorizer: ({ queryStringParameters, methodArn }: AuthorizerEvent) => ({
        principalId: 'user',
        policyDocument: {
          Statement: [
            {
              Action: 'execute-api:Invoke',
              Effect: queryStringParameters.token === 'good' ? 'Allow' : 'Deny',
              Resource: methodArn,
            },
          ],
        },
      }),
    },
  });
  const requests: object[] = [];
  const received = async (backend: HttpBackend) => requests.push(comparable(await backend.next()));
  const url = gateway.webSocketUrl('dev');
  const refused = await WebSocketClient.open(`${url}?token=bad`).catch(
    (error: HandshakeRefused) => error.status,
  );
  const client = await WebSocketClient.open(`${url}?token=good`);
  await received(chat);
  client.send({ action: 'hello' });
  await received(chat);
  const reply = await client.nextText();
  client.socket.close();
  await received(chat);

  const api = gateway.url('$default');
  const responses: unknown[] = [];
  for (const [method, path, backend] of [
    ['GET', '/books', books],
    ['GET', '/books/7?x=1', books],
    ['POST', '/orders', orders],
  ] as const) {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { Origin: 'https://books.example.com' },
      ...(method === 'POST' && { body: 'an order' }),
    });
    await received(backend);
    responses.push([
      response.status,
      response.headers.get('x-served-by'),
      response.headers.get('access-control-allow-origin'),
      await response.text(),
    ]);
  }
  const missing = await fetch(`${api}/none`);
  // fetch does not send another Host
  const mapped = await request(`${gateway.endpoint}/v1/books`, { headers: { host: 'books.example.com' } });
  await mapped.body.dump();
  return { requests, results: [refused, reply, ...responses, missing.status, mapped.statusCode] };
}

interface AuthorizerEvent {
  readonly queryStringParameters: { readonly token: string };
  readonly methodArn: string;
}

/** Without what differs from run to run, and from name to name. */
function comparable({ method, url, headers, body }: Received): object {
  const volatile =
    /^(host|date|connectionid|sec-websocket-key|x-amzn-trace-id|x-amzn-apigateway-api-id|forwarded|user-agent|via)$/;
  const others = Object.entries(headers).filter(([name]) => !volatile.test(name));
  return {
    method,
    url,
    body,
    headers: Object.fromEntries(others),
    hasId: 'connectionid' in headers,
  };
}

describe('what terraform show -json prints of a whole topology', () => {
  let twin: Served;
  beforeAll(async () => {
    twin = await use('template.yaml');
  });

  it('serves every route, so that the twin is one', () => {
    expect(twin.results).toEqual([
      403,
      'echo {"action":"hello"}',
      [200, 'books', 'https://books.example.com', 'a book'],
      [200, 'books', 'https://books.example.com', 'a book'],
      [200, null, 'https://books.example.com', ''],
      404,
      200,
    ]);
    expect(twin.requests).toHaveLength(6);
  });

  it('serves from a plan the same requests as its CloudFormation twin', async () => {
    expect(await use('plan.json', URIS)).toEqual(twin);
  });

  it('serves from a state the same requests, without any parameter', async () => {
    expect(await use('state.json')).toEqual(twin);
  });
});
