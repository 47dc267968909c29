import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ID } from '../../../support/deployed-api.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { HttpBackend } from '../../../support/http-backend.js';
import { LogLines } from '../../../support/log-lines.js';
import { rawHandshake, responseOf } from '../../../support/raw-handshake.js';

/** A gateway whose `$connect` has one backend, and whose `$disconnect` has another. */
async function started(connectUri: string, TimeoutInMillis = 29_000) {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await HttpBackend.start());
  const logLines = new LogLines();
  const routes = {
    $connect: { integration: { IntegrationUri: connectUri, TimeoutInMillis } },
    $disconnect: {
      integration: {
        IntegrationUri: backend.url,
        RequestParameters: {
          ...CONNECTION_ID,
          'integration.request.header.Code': 'context.disconnectStatusCode',
        },
      },
    },
  };
  const { gateway } = stack.use(await DeployedGateway.start(routes, { log: logLines.log }));
  const kept = stack.move();
  return { backend, logLines, gateway, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A TCP server that treats each connection as given once its request has arrived. */
async function rawBackend(respond: (socket: Socket) => unknown) {
  const sockets = new Set<Socket>();
  const requested = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      requested.resolve();
      respond(socket);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requested: requested.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a $connect whose outcome is unknown is followed by $disconnect with 1006', () => {
  it.each<[string, number, (socket: Socket) => unknown]>([
    ['times out', 504, () => undefined],
    ['breaks the connection', 502, (socket) => socket.resetAndDestroy()],
    ['ends without a response', 502, (socket) => socket.end()],
    [
      'breaks the connection within a 200',
      502,
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'),
    ],
  ])('if it %s', async (_, status, respond) => {
    await using connect = await rawBackend(respond);
    await using at = await started(connect.url, 200);
    expect(await responseOf(rawHandshake(at.gateway.url))).toMatchObject({ status });
    const { connectionId, cause } = await at.logLines.next('disconnected');
    expect(cause).toEqual(expect.stringContaining('the integration'));
    expect((await at.backend.next()).headers).toMatchObject({ connectionid: connectionId, code: '1006' });
  });

  it('if it hangs while the gateway stops, once', async () => {
    await using connect = await rawBackend(() => undefined);
    await using at = await started(connect.url);
    const socket = rawHandshake(at.gateway.url);
    await connect.requested;
    await at.gateway.stop();
    expect((await at.backend.next()).headers).toMatchObject({ code: '1006' });
    expect(at.backend.unexpected).toEqual([]);
    socket.destroy();
  }, 15_000);
});

describe('a $connect that the backend has not accepted is not followed by $disconnect', () => {
  it.each<[string, (socket: Socket) => unknown]>([
    ['it responds with 403', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')],
    [
      'it breaks the connection within a 403',
      (socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nx'),
    ],
  ])('because %s', async (_, respond) => {
    await using connect = await rawBackend(respond);
    await using at = await started(connect.url);
    await responseOf(rawHandshake(at.gateway.url));
    await at.gateway.stop();
    expect(at.backend.unexpected).toEqual([]);
  });

  it('because nothing was sent', async () => {
    await using at = await started('http://127.0.0.1:9/connect');
    expect(await responseOf(rawHandshake(at.gateway.url))).toMatchObject({ status: 502 });
    await at.gateway.stop();
    expect(at.backend.unexpected).toEqual([]);
  });
});
