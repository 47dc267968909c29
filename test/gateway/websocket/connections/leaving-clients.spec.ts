import { once } from 'node:events';
import { type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Answer, HttpBackend } from '../../../support/http-backend.js';
import { CONNECTION_ID } from '../../../support/deployed-api.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { LogLines } from '../../../support/log-lines.js';
import { rawHandshake, responseOf } from '../../../support/raw-handshake.js';
import { frame, OPCODES, RawWebSocket } from '../../../support/raw-web-socket.js';

const routes = (backend: HttpBackend) => ({
  $connect: { integration: { IntegrationUri: `${backend.url}/connect`, RequestParameters: CONNECTION_ID } },
  $default: { integration: { IntegrationUri: `${backend.url}/message`, RequestParameters: CONNECTION_ID } },
  $disconnect: {
    integration: {
      IntegrationUri: `${backend.url}/disconnect`,
      RequestParameters: {
        ...CONNECTION_ID,
        'integration.request.header.Code': 'context.disconnectStatusCode',
      },
    },
  },
});

/** A gateway whose `$connect` responds when the test decides. */
async function started() {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await HttpBackend.start());
  const logLines = new LogLines();
  const gateway = stack.use(await DeployedGateway.start(routes(backend), { log: logLines.log }));
  const decided = Promise.withResolvers<Answer>();
  backend.answer = ({ url }) => (url === '/connect' ? decided.promise : { status: 200 });
  const kept = stack.move();
  return {
    backend,
    gateway,
    logLines,
    url: gateway.gateway.url,
    decide: (status: number) => decided.resolve({ status }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Waits until the server has processed it: it serves a later connection. */
async function roundTrip(url: string): Promise<void> {
  await fetch(`${url}/_gateway/health`);
}

/** Ignores errors that the test causes. */
async function closeOf(client: WebSocket): Promise<void> {
  client.on('error', () => undefined);
  return new Promise((resolve) => {
    client.once('close', () => resolve());
  });
}

describe('a client that leaves while $connect runs', () => {
  it.each<[string, (socket: Socket) => unknown]>([
    ['sends FIN and leaves', (socket) => socket.destroy()],
    ['closes only its half', (socket) => socket.end()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
  ])('and %s is followed by $disconnect with 1006 and a log line', async (_, leave) => {
    await using at = await started();
    const socket = rawHandshake(at.url);
    const { headers } = await at.backend.next();
    const closed = once(socket, 'close');
    leave(socket);
    await roundTrip(at.url);
    at.decide(200);

    const disconnect = await at.backend.next();
    expect(disconnect.url).toBe('/disconnect');
    expect(disconnect.headers).toMatchObject({ connectionid: headers.connectionid, code: '1006' });
    expect(await at.logLines.next('disconnected')).toMatchObject({
      connectionId: headers.connectionid,
      closeCode: 1006,
      cause: 'the client left while $connect ran',
    });
    socket.resume();
    await closed;
  });

  it.each<[string, (client: WebSocket) => unknown]>([
    ['terminate()', (client) => client.terminate()],
    ['close() before it is open', (client) => client.close()],
  ])('by %s is followed by $disconnect with 1006', async (_, leave) => {
    await using at = await started();
    const client = new WebSocket(at.gateway.webSocketUrl);
    const closed = closeOf(client);
    const { headers } = await at.backend.next();
    leave(client);
    await closed;
    await roundTrip(at.url);
    at.decide(200);
    expect((await at.backend.next()).headers).toMatchObject({
      connectionid: headers.connectionid,
      code: '1006',
    });
  });

  it('by its own timeout is followed by $disconnect with 1006', async () => {
    await using at = await started();
    const client = new WebSocket(at.gateway.webSocketUrl, { handshakeTimeout: 1_000 });
    await Promise.all([closeOf(client), at.backend.next()]);
    await roundTrip(at.url);
    at.decide(200);
    expect((await at.backend.next()).headers).toMatchObject({ code: '1006' });
  });

  it('after it has sent a message is followed by $disconnect with 1006', async () => {
    await using at = await started();
    const socket = rawHandshake(at.url);
    await at.backend.next();
    socket.end(frame(OPCODES.text, 'early'));
    await roundTrip(at.url);
    at.decide(200);
    // the order of the two is not defined
    const next = [await at.backend.next(), await at.backend.next()];
    expect(next.map(({ url }) => url).toSorted()).toEqual(['/disconnect', '/message']);
    expect(next.find(({ url }) => url === '/disconnect')?.headers).toMatchObject({ code: '1006' });
  });

  it('and is refused by the backend is not followed by $disconnect', async () => {
    await using at = await started();
    const socket = rawHandshake(at.url);
    await at.backend.next();
    socket.destroy();
    await roundTrip(at.url);
    at.decide(403);
    expect(await at.logLines.next('handshake refused')).toMatchObject({ status: 403 });
    await at.gateway.gateway.stop();
    expect(at.backend.unexpected).toEqual([]);
  });
});

describe('a client that stays', () => {
  it('is served messages that it sends before the 101', async () => {
    await using at = await started();
    const socket = rawHandshake(at.url, { frames: frame(OPCODES.text, 'early') });
    await at.backend.next();
    at.decide(200);
    expect(await at.backend.next()).toMatchObject({ url: '/message', body: 'early' });
    socket.destroy();
  });

  it('and never reads the 101 is connected until it leaves', async () => {
    await using at = await started();
    const socket = rawHandshake(at.url);
    await at.backend.next();
    at.decide(200);
    await at.logLines.next('connected');
    socket.destroy();
    expect((await at.backend.next()).headers).toMatchObject({ code: '1006' });
  });

  it('and closes its half later is followed by $disconnect with 1006', async () => {
    await using at = await started();
    at.decide(200);
    using client = await RawWebSocket.open(at.gateway.webSocketUrl);
    await at.backend.next();
    client.socket.end();
    expect((await at.backend.next()).headers).toMatchObject({ code: '1006' });
    await client.ended;
  });

  it('until its message is in flight, and then leaves, is followed by $disconnect once', async () => {
    await using backend = await HttpBackend.start();
    {
      await using gateway = await DeployedGateway.start(routes(backend));
      const response = Promise.withResolvers<Answer>();
      using client = await RawWebSocket.open(gateway.webSocketUrl);
      await backend.next();
      backend.answer = ({ url }) => (url === '/message' ? response.promise : { status: 200 });
      client.write(frame(OPCODES.text, 'hello'));
      await backend.next();
      client.socket.destroy();
      expect(await backend.next()).toMatchObject({ url: '/disconnect' });
      response.resolve({ status: 500 });
    }
    expect(backend.unexpected).toEqual([]);
  });
});

it('a $connect response that cannot be mapped is followed by $disconnect, as the backend has accepted', async () => {
  await using backend = await HttpBackend.start();
  const logLines = new LogLines();
  const { $connect, $disconnect } = routes(backend);
  await using gateway = await DeployedGateway.start(
    {
      $connect: { integration: { ...$connect.integration, IntegrationType: 'HTTP' } },
      $disconnect,
    },
    { log: logLines.log },
  );
  await gateway.createIntegrationResponse('$connect', {
    IntegrationResponseKey: '/404/',
  });
  await gateway.deploy();
  const { status } = await responseOf(rawHandshake(gateway.gateway.url));
  const { headers } = await backend.next();
  expect(status).toBe(500);
  expect((await backend.next()).headers).toMatchObject({
    connectionid: headers.connectionid,
    code: '1006',
  });
  expect(await logLines.next('handshake refused')).toMatchObject({
    status: 500,
    connectionId: headers.connectionid,
    reason: expect.any(String),
  });
});

describe('a gateway that stops', () => {
  it('refuses handshakes in flight with 503, and calls $disconnect if the backend accepted', async () => {
    await using at = await started();
    const socket = rawHandshake(at.url);
    await at.backend.next();
    const stopped = at.gateway.gateway.stop();
    at.decide(200);
    expect(await responseOf(socket)).toMatchObject({ status: 503 });
    expect((await at.backend.next()).headers).toMatchObject({ code: '1006' });
    await stopped;
  });

  it('does not wait for a $connect that does not respond, nor for a client that does not close', async () => {
    await using at = await started();
    const socket = rawHandshake(at.url);
    await at.backend.next();
    await at.gateway.gateway.stop();
    expect(await at.logLines.next('handshake refused')).toMatchObject({
      status: 503,
      reason: 'the gateway is stopping',
    });
    socket.destroy();
  });

  it('calls $disconnect also for a client that does not send its close frame', async () => {
    await using at = await started();
    at.decide(200);
    using client = await RawWebSocket.open(at.gateway.webSocketUrl);
    await at.backend.next();
    client.socket.pause();
    await at.gateway.gateway.stop();
    expect((await at.backend.next()).headers).toMatchObject({ code: '1001' });
  });
});
