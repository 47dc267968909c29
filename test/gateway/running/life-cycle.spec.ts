import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

const routes = (backend: HttpBackend) => ({
  $connect: { integration: { IntegrationUri: `${backend.url}/connect`, RequestParameters: CONNECTION_ID } },
  $default: { integration: { IntegrationUri: `${backend.url}/message`, RequestParameters: CONNECTION_ID } },
  $disconnect: {
    integration: {
      IntegrationUri: `${backend.url}/disconnect`,
      RequestParameters: {
        ...CONNECTION_ID,
        'integration.request.header.Code': 'context.disconnectStatusCode',
        'integration.request.header.Reason': 'context.disconnectReason',
      },
    },
  },
});

describe('a handshake', () => {
  it('is refused with the headers of the response of $connect', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    backend.answer = () => ({ status: 403, headers: { 'x-why': 'because' }, body: 'no' });
    expect((await refusedHandshake(gateway.webSocketUrl)).headers).toMatchObject({ 'x-why': 'because' });
  });

  it('is refused with 502 in the form of an error frame when the backend cannot be reached', async () => {
    const backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    await backend[Symbol.asyncDispose]();
    const refused = await refusedHandshake(gateway.webSocketUrl);
    expect(refused.status).toBe(502);
    expect(refused.headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'x-amz-apigw-id': expect.stringMatching(/^[\w-]{15}=$/) as string,
    });
    expect(refused.body).toMatch(
      /^\{"message": "Internal server error", "connectionId":"[\w-]{18}==", "requestId":"[\w-]{15}="\}$/,
    );
  });

  it('is refused with 504 when $connect takes longer than its timeout', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $connect: { integration: { IntegrationUri: `${backend.url}/connect`, TimeoutInMillis: 50 } },
    });
    backend.answer = () => new Promise(() => undefined);
    expect(await refusedHandshake(gateway.webSocketUrl)).toMatchObject({
      status: 504,
      body: expect.stringContaining('Endpoint request timed out') as string,
    });
  });

  it('is refused with 400 when a parameter that the route requires is missing', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $connect: {
        integration: { IntegrationUri: `${backend.url}/connect` },
        RequestParameters: { 'route.request.querystring.stocks': { Required: true } },
      },
    });
    expect(await refusedHandshake(gateway.webSocketUrl)).toMatchObject({ status: 400 });
    using client = await WebSocketClient.open(`${gateway.webSocketUrl}?stocks=aapl`);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('that the client aborts during $connect is followed by $disconnect', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    const decided = Promise.withResolvers<{ status: number }>();
    backend.answer = ({ url }) => (url === '/connect' ? decided.promise : { status: 200 });
    const { hostname, port } = new URL(gateway.gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'GET /dev HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    const { headers } = await backend.next();
    socket.resetAndDestroy();
    await once(socket, 'close');
    decided.resolve({ status: 200 });
    const disconnect = await backend.next();
    expect(disconnect.url).toBe('/disconnect');
    expect(disconnect.headers).toMatchObject({ connectionid: headers.connectionid, code: '1006' });
  });

  it.each([
    ['no key', 'Sec-WebSocket-Version: 13\r\n'],
    ['an old version', 'Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'],
  ])('with %s is refused with 400, and $connect is not called', async (_, headers) => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    const { hostname, port } = new URL(gateway.gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET /dev HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`,
    );
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toMatch(/^HTTP\/1\.1 400 /);
    expect(backend.unexpected).toEqual([]);
  });
});

describe('$disconnect', () => {
  it.each<[string, [number?, string?], string, string]>([
    ['no code', [], '1005', 'Client-side close frame status not set'],
    ['a code and a reason', [1000, 'probe-complete'], '1000', 'probe-complete'],
    ['a code and no reason', [1001], '1001', ''],
    ['a code of its own', [4001, 'mine'], '4001', 'mine'],
  ])('receives a close of the client with %s', async (_, [clientCode, clientReason], code, reason) => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    const { headers } = await backend.next();
    await client.close(clientCode, clientReason);
    const disconnect = await backend.next();
    expect(disconnect).toMatchObject({ method: 'POST', url: '/disconnect', body: '' });
    expect(disconnect.headers).toMatchObject({ connectionid: headers.connectionid, code, reason });
  });

  it('receives 1006 for a lost connection', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await backend.next();
    client.socket.terminate();
    expect((await backend.next()).headers.code).toBe('1006');
  });

  it('is called once, also when both sides close', async () => {
    await using backend = await HttpBackend.start();
    {
      await using gateway = await DeployedGateway.start(routes(backend));
      using client = await WebSocketClient.open(gateway.webSocketUrl);
      const { headers } = await backend.next();
      // either may come first, and the other may fail
      await Promise.allSettled([client.close(1000), gateway.deleteConnection(String(headers.connectionid))]);
      await backend.next();
    }
    expect(backend.unexpected).toEqual([]);
  });

  it('is called for every connection when the gateway stops, and clients are closed with 1001', async () => {
    await using backend = await HttpBackend.start();
    const gateway = await DeployedGateway.start(routes(backend));
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await backend.next();
    await gateway[Symbol.asyncDispose]();
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    expect((await backend.next()).headers).toMatchObject({ code: '1001', reason: 'Going away' });
  });
});
