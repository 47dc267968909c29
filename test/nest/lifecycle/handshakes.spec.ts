import { BadRequestException, HttpException, Injectable, Module } from '@nestjs/common';
import { expect, it } from 'vitest';
import { CloseCode, ConnectHeader, LeftChannels, OnConnect, OnDisconnect } from '../../../src/nest/index.js';
import { Store } from '../../../src/nest/store/store.js';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { Queue } from '../../support/queue.js';
import { startService } from '../../support/service-app.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

const ended = new Queue<unknown>('the end of a connection');

@Injectable()
class Tenants {
  @OnConnect()
  admit(@ConnectHeader('x-tenant') tenant: string | undefined, @ConnectHeader('x-plan') plan: string) {
    if (tenant === undefined) throw new BadRequestException('which tenant?');
    if (/^\d+$/.test(plan)) throw new HttpException('not with this plan', Number(plan));
    return { tenant, plan };
  }

  @OnDisconnect()
  left(@CloseCode() code: number, @LeftChannels() channels: readonly string[]) {
    ended.push({ code, channels });
  }
}

@Module({ providers: [Tenants] })
class TenantsModule {}

it('decides about real handshakes by a header and a mapped query parameter, and learns the close code', async () => {
  await using service = await startService({}, { imports: [TenantsModule] });
  const route = (path: string, mapped: Record<string, string> = {}) => ({
    integration: {
      IntegrationUri: `${service.url}${path}`,
      RequestParameters: { ...CONNECTION_ID, ...mapped },
    },
  });
  await using gateway = await DeployedGateway.start({
    $connect: {
      RequestParameters: { 'route.request.querystring.tenant': { Required: false } },
      ...route('/connect', { 'integration.request.header.X-Tenant': 'route.request.querystring.tenant' }),
    },
    $default: route('/message'),
    $disconnect: route('/disconnect', {
      'integration.request.header.DisconnectStatusCode': 'context.disconnectStatusCode',
    }),
  });
  const url = gateway.webSocketUrl;

  for (const status of [401, 402, 403, 429, 503]) {
    const headers = { 'X-Plan': String(status) };
    expect(await refusedHandshake(`${url}?tenant=red`, { headers })).toMatchObject({ status });
  }
  expect(await refusedHandshake(url)).toMatchObject({ status: 400 });

  const headers = { 'X-Plan': 'gold' };
  using client = await WebSocketClient.open(`${url}?tenant=red`, { headers });
  const { connections } = service.app.get(Store);
  const open = await connections.connectionPage(10);
  expect(open.connections.map(({ session }) => session)).toEqual(['{"tenant":"red","plan":"gold"}']);
  await client.close(4001);
  expect(await ended.next()).toEqual({ code: 4001, channels: [] });
});
