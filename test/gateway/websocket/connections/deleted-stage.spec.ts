import {
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteStageCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type Answer, HttpBackend } from '../../../support/http-backend.js';
import { CONNECTION_ID } from '../../../support/deployed-api.js';
import { DeployedGateway } from '../../../support/deployed-gateway.js';
import { LogLines } from '../../../support/log-lines.js';
import { rawHandshake, responseOf } from '../../../support/raw-handshake.js';
import { WebSocketClient } from '../../../support/web-socket-client.js';

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

const deleteApi = async ({ control, apiId: ApiId }: DeployedGateway) =>
  control.send(new DeleteApiCommand({ ApiId }));
const deleteStage = async ({ control, apiId: ApiId }: DeployedGateway) =>
  control.send(new DeleteStageCommand({ ApiId, StageName: 'dev' }));

describe.each([
  ['API', deleteApi],
  ['stage', deleteStage],
])('the %s of an open connection is deleted', (_, deleteIt) => {
  it('closes it with 1001 and calls $disconnect as the stage served it last', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    const { headers } = await backend.next();
    await deleteIt(gateway);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    const disconnect = await backend.next();
    expect(disconnect.url).toBe('/disconnect');
    expect(disconnect.headers).toMatchObject({ connectionid: headers.connectionid, code: '1001' });
  });

  it('passes the client’s reason to $disconnect if the client is closing', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(routes(backend));
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await backend.next();
    client.socket.close(4001);
    await Promise.all([deleteIt(gateway), client.closed]);
    // either may come first
    expect((await backend.next()).headers.code).toMatch(/^(4001|1001)$/);
  });

  it('refuses a client whose $connect is in flight, and calls $disconnect if the backend accepted it', async () => {
    await using backend = await HttpBackend.start();
    const logLines = new LogLines();
    await using gateway = await DeployedGateway.start(routes(backend), { log: logLines.log });
    const decided = Promise.withResolvers<Answer>();
    backend.answer = ({ url }) => (url === '/connect' ? decided.promise : { status: 200 });
    const response = responseOf(rawHandshake(gateway.gateway.url));
    await backend.next();
    await deleteIt(gateway);
    decided.resolve({ status: 200 });
    expect(await response).toMatchObject({ status: 403 });
    expect(await backend.next()).toMatchObject({ url: '/disconnect', headers: { code: '1006' } });
    expect(await logLines.next('handshake refused')).toMatchObject({
      reason: 'the stage dev was deleted while $connect ran',
    });
  });
});

it('keeps a connection of another stage open', async () => {
  await using backend = await HttpBackend.start();
  await using gateway = await DeployedGateway.start(routes(backend));
  const { apiId: ApiId, control } = gateway;
  const { DeploymentId } = await control.send(new CreateDeploymentCommand({ ApiId }));
  await control.send(new CreateStageCommand({ ApiId, StageName: 'other', DeploymentId }));
  using client = await WebSocketClient.open(gateway.webSocketUrl.replace('/dev', '/other'));
  await backend.next();
  await deleteStage(gateway);
  client.send('still here');
  expect(await backend.next()).toMatchObject({ url: '/message', body: 'still here' });
});

it('serves messages and $disconnect of an open connection by a new deployment', async () => {
  await using backend = await HttpBackend.start();
  await using gateway = await DeployedGateway.start(routes(backend));
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  await backend.next();
  for (const routeKey of ['$default', '$disconnect']) {
    await gateway.control.send(
      new UpdateIntegrationCommand({
        ApiId: gateway.apiId,
        IntegrationId: gateway.integrationIds.get(routeKey),
        IntegrationUri: `${backend.url}/new${routeKey}`,
      }),
    );
  }
  client.send('before');
  expect(await backend.next()).toMatchObject({ url: '/message', body: 'before' });
  await gateway.deploy();
  client.send('after');
  expect(await backend.next()).toMatchObject({ url: '/new$default', body: 'after' });
  await client.close();
  expect(await backend.next()).toMatchObject({ url: '/new$disconnect' });
});
