import { describe, expect, it } from 'vitest';
import { AdminClient } from '../../../support/admin-client.js';
import { CONNECTION_ID } from '../../../support/deployed-api.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { HttpBackend } from '../../../support/http-backend.js';
import { WebSocketClient } from '../../../support/web-socket-client.js';

const GOING_AWAY = { code: 1001, reason: 'Going away' };

const routes = (backend: HttpBackend) => ({
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

/** A gateway with a client that has sent one message, and its connection's id. */
async function connected() {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await HttpBackend.start());
  const gateway = stack.use(await DeployedGateway.start(routes(backend)));
  const client = stack.use(await WebSocketClient.open(gateway.webSocketUrl));
  client.send('who am I');
  const { headers } = await backend.next();
  const kept = stack.move();
  return {
    backend,
    gateway,
    client,
    admin: new AdminClient(gateway.gateway.url),
    connectionId: headers.connectionid as string,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

describe('an idle connection', () => {
  it('is closed after 10 minutes with 1001, and $disconnect is called once', async () => {
    await using at = await connected();
    await at.admin.advanceClock('599s');
    expect(at.client.socket.readyState).toBe(at.client.socket.OPEN);
    await at.admin.advanceClock('1s');
    expect(await at.client.closed).toEqual(GOING_AWAY);

    const { url, headers } = await at.backend.next();
    expect(url).toBe('/disconnect');
    expect(headers).toMatchObject({ connectionid: at.connectionId, code: '1001', reason: 'Going away' });
    await at.admin.advanceClock('2h');
    expect(at.backend.unexpected).toEqual([]);
  });

  it('is gone for @connections as soon as it is closed', async () => {
    await using at = await connected();
    at.client.socket.pause();
    await at.admin.advanceClock('10m');
    await expect(at.gateway.post(at.connectionId, 'still there?')).rejects.toMatchObject({
      name: 'GoneException',
    });
  });

  it.each([
    [
      'a message from the client',
      async ({ client, backend }: Awaited<ReturnType<typeof connected>>) => {
        client.send('still here');
        await backend.next();
      },
    ],
    [
      'a message to the client',
      async ({ client, gateway, connectionId }: Awaited<ReturnType<typeof connected>>) => {
        await gateway.post(connectionId, 'still there?');
        await client.nextText();
      },
    ],
  ])('stays open for 10 more minutes after %s', async (_, beActive) => {
    await using at = await connected();
    await at.admin.advanceClock('9m');
    await beActive(at);
    await at.admin.advanceClock('9m');
    expect(at.client.socket.readyState).toBe(at.client.socket.OPEN);
    await at.admin.advanceClock('1m');
    expect(await at.client.closed).toEqual(GOING_AWAY);
  });

  it('is closed in spite of a ping or a GET', async () => {
    await using at = await connected();
    await at.admin.advanceClock('9m');
    const ponged = new Promise((resolve) => {
      at.client.socket.once('pong', resolve);
    });
    at.client.socket.ping();
    await ponged;
    await at.gateway.getConnection(at.connectionId);
    await at.admin.advanceClock('1m');
    expect(await at.client.closed).toEqual(GOING_AWAY);
  });
});

it('closes a busy connection after 2 hours with 1001', async () => {
  await using at = await connected();
  for (let minutes = 9; minutes < 120; minutes += 9) {
    await at.admin.advanceClock('9m');
    await at.gateway.post(at.connectionId, 'tick');
    await at.client.nextText();
  }
  await at.admin.advanceClock('3m');
  expect(await at.client.closed).toEqual(GOING_AWAY);
  expect((await at.backend.next()).headers).toMatchObject({ code: '1001', reason: 'Going away' });
});

describe('$disconnect', () => {
  it('is called twice with the fault duplicate', async () => {
    await using at = await connected();
    await at.admin.setFaults({ disconnect: 'duplicate' });
    await at.client.close(1000, 'done');
    const disconnects = [await at.backend.next(), await at.backend.next()];
    expect(disconnects.map(({ url, headers }) => [url, headers.reason])).toEqual([
      ['/disconnect', 'done'],
      ['/disconnect', 'done'],
    ]);
  });

  it('is not called with the fault drop', async () => {
    await using backend = await HttpBackend.start();
    {
      await using gateway = await DeployedGateway.start(routes(backend));
      await new AdminClient(gateway.gateway.url).setFaults({ disconnect: 'drop' });
      using client = await WebSocketClient.open(gateway.webSocketUrl);
      await client.close();
    }
    expect(backend.unexpected).toEqual([]);
  });
});
