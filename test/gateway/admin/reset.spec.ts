import { expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { DeployedGateway, startGateway } from '../../support/deployed-gateway.js';
import { EventReader } from '../../support/event-reader.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

it('closes every connection, calls $disconnect, and resets faults, clock, throttles and records', async () => {
  await using backend = await HttpBackend.start();
  await using gateway = await DeployedGateway.start(
    { $disconnect: { integration: { IntegrationUri: backend.url } }, $default: {} },
    { record: 1024 * 1024, quotas: { requestsPerSecond: 0.001, requestBurst: 2 } },
  );
  const admin = new AdminClient(gateway.gateway.url);
  await admin.setFaults({ disconnect: 'drop' });
  await admin.advanceClock('1h');
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  // the second request; a third would be over the quota
  client.send('1');
  await client.next();

  const { status, body } = await admin.request('POST', 'reset');
  expect(status).toBe(200);
  expect(Math.abs(Date.parse((body as { now: string }).now) - Date.now())).toBeLessThan(60_000);
  expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  await backend.next();
  expect(await admin.get('faults')).toEqual({});
  expect(await admin.get('connections')).toEqual({ count: 0, items: [] });
  const events = new EventReader(gateway.gateway);
  expect((await events.page()).items).toEqual([]);

  using next = await WebSocketClient.open(gateway.webSocketUrl);
  next.send('1');
  expect(await next.next()).toMatchObject({ message: 'Internal server error' });
  const [event] = (await events.page()).items;
  expect(event?.id).toBeGreaterThan(1);
});

const TEMPLATE = JSON.stringify({
  Resources: {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Api' }, RouteKey: '$default' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', AutoDeploy: true },
    },
  },
});

it('keeps the APIs, or restores those of the templates', async () => {
  const gateway = await startGateway({ templates: [{ fileName: 'template.json', text: TEMPLATE }] });
  const admin = new AdminClient(gateway.url);
  const names = async () => {
    const response = await fetch(`${gateway.url}/v2/apis`);
    return ((await response.json()) as { items: { name: string }[] }).items
      .map(({ name }) => name)
      .toSorted();
  };
  await fetch(`${gateway.url}/v2/apis`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: 'other',
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.a',
    }),
  });
  expect(await names()).toEqual(['chat', 'other']);
  await admin.request('POST', 'reset', { apis: 'keep' });
  expect(await names()).toEqual(['chat', 'other']);
  await admin.request('POST', 'reset', { apis: 'start' });
  expect(await names()).toEqual(['chat']);
  using client = await WebSocketClient.open(`${gateway.url.replace('http', 'ws')}/dev`);
  await client.close();
  await gateway.stop();
});

it.each([
  [[], 'the body must be an object such as {"apis": "start"}'],
  [{ apis: 'none' }, 'apis must be "keep" or "start"'],
  [{ api: 'start' }, 'the body has no field api: it may have apis'],
])('refuses the body %j', async (body, detail) => {
  const gateway = await startGateway();
  const response = await new AdminClient(gateway.url).request('POST', 'reset', body);
  expect(response).toMatchObject({ status: 400, body: { code: 'bad_request', detail } });
  await gateway.stop();
});
