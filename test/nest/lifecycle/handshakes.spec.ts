import { expect, it } from 'vitest';
import { Store } from '../../../src/nest/store/store.js';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { startService } from '../../support/service-app.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';
import { TenantsModule } from '../extending/tenants.module.js';

it('decides about real handshakes by a header or a mapped query parameter, and learns the close code', async () => {
  await using service = await startService({}, { imports: [TenantsModule] });
  const route = (path: string, mapped: Record<string, string> = {}) => ({
    integration: {
      IntegrationUri: `${service.url}${path}`,
      RequestParameters: { ...CONNECTION_ID, ...mapped },
    },
  });
  const mapped = { 'integration.request.header.X-Tenant': 'route.request.querystring.tenant' };
  const declared = { 'route.request.querystring.tenant': { Required: false } };
  await using gateway = await DeployedGateway.start({
    $connect: { RequestParameters: declared, ...route('/connect', mapped) },
    $default: route('/message'),
    $disconnect: route('/disconnect', {
      'integration.request.header.DisconnectStatusCode': 'context.disconnectStatusCode',
    }),
  });
  const url = gateway.webSocketUrl;
  expect(await refusedHandshake(url)).toMatchObject({ status: 403 });

  using byQuery = await WebSocketClient.open(`${url}?tenant=red`);
  using byHeader = await WebSocketClient.open(url, { headers: { 'X-Tenant': 'blue' } });
  for (const client of [byQuery, byHeader]) client.send({ action: 'join', channel: 'news' });
  byQuery.send({ action: 'tenant' });
  const { posts } = service.endpoint;
  const received = () => posts.map(({ data }) => JSON.parse(data) as unknown);
  await expect.poll(received).toContainEqual({ type: 'tenant', tenant: 'red' });
  await expect
    .poll(() => received().filter((each) => JSON.stringify(each).includes('joined')))
    .toHaveLength(2);
  const { connections } = await service.app.get(Store).connections.connectionPage(10);
  const sessions = new Set(connections.map(({ session }) => session));
  expect(sessions).toEqual(new Set(['{"tenant":"red"}', '{"tenant":"blue"}']));

  await byHeader.close(4001);
  await expect
    .poll(received)
    .toContainEqual(
      expect.objectContaining({ type: 'message', channel: 'news', data: { tenant: 'blue', code: 4001 } }),
    );
});
