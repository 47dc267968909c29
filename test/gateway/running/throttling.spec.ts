import { UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

/** Two requests in a burst, and one more each hour. */
const TWO = { ThrottlingRateLimit: 1 / 3600, ThrottlingBurstLimit: 2 };

async function limitRoutes(
  gateway: DeployedGateway,
  RouteSettings: Record<string, typeof TWO>,
): Promise<void> {
  await gateway.control.send(
    new UpdateStageCommand({ ApiId: gateway.apiId, StageName: 'dev', RouteSettings }),
  );
}

describe("a route's limits", () => {
  it('refuse a handshake with 429 until a token is available', async () => {
    await using gateway = await DeployedGateway.start({ $connect: {} });
    await limitRoutes(gateway, { $connect: TWO });
    for (let open = 0; open < 2; open += 1) {
      using _ = await WebSocketClient.open(gateway.webSocketUrl);
    }
    const refused = await refusedHandshake(gateway.webSocketUrl);
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body)).toMatchObject({ message: 'Too Many Requests' });

    await new AdminClient(gateway.gateway.url).advanceClock('1h');
    using _ = await WebSocketClient.open(gateway.webSocketUrl);
    await refusedHandshake(gateway.webSocketUrl);
  });

  it('send an error frame for a message, without calling the integration', async () => {
    await using backend = await HttpBackend.start();
    const integration = { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID };
    await using gateway = await DeployedGateway.start({ send: { integration }, other: { integration } });
    await limitRoutes(gateway, { send: TWO });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    for (const action of ['send', 'send', 'send']) client.send({ action });
    expect(await client.next()).toMatchObject({ message: 'Too Many Requests' });
    client.send({ action: 'other' });
    const bodies = [await backend.next(), await backend.next(), await backend.next()].map(({ body }) => body);
    expect(bodies.toSorted()).toEqual(['{"action":"other"}', '{"action":"send"}', '{"action":"send"}']);
    expect(backend.unexpected).toEqual([]);
  });

  it('follow the stage’s settings without a deployment', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $default: { integration: { IntegrationUri: backend.url } },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await limitRoutes(gateway, { $default: { ...TWO, ThrottlingBurstLimit: 0 } });
    client.send('one');
    expect(await client.next()).toMatchObject({ message: 'Too Many Requests' });
    await limitRoutes(gateway, { $default: TWO });
    client.send('two');
    expect((await backend.next()).body).toBe('two');
  });
});
