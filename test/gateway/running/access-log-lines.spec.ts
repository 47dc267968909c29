import { UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ID, type RouteSpec } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { Queue } from '../../support/queue.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

const DestinationArn = 'arn:aws:logs:us-east-1:000000000000:log-group:access';
const FORMAT = JSON.stringify(
  Object.fromEntries(
    [
      'requestId',
      'eventType',
      'routeKey',
      'status',
      'connectionId',
      'error.message',
      'integrationLatency',
    ].map((name) => [name, `$context.${name}`]),
  ),
);

/** A gateway with an access log, and its lines. */
async function loggingGateway(routes: Record<string, RouteSpec>) {
  const lines = new Queue<string>('a line of the access log');
  const gateway = await DeployedGateway.start(routes, { accessLog: (line) => lines.push(line) });
  await gateway.control.send(
    new UpdateStageCommand({
      ApiId: gateway.apiId,
      StageName: 'dev',
      AccessLogSettings: { DestinationArn, Format: FORMAT },
    }),
  );
  return { gateway, lines, next: async () => JSON.parse(await lines.next()) as Record<string, string> };
}

describe('the access log of a stage', () => {
  it('has a line for each event of a connection and each request to @connections', async () => {
    await using backend = await HttpBackend.start();
    const integration = { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID };
    const log = await loggingGateway({
      $connect: { integration },
      $disconnect: { integration },
      send: { integration },
    });
    await using gateway = log.gateway;

    using client = await WebSocketClient.open(gateway.webSocketUrl);
    const connectionId = (await backend.next()).headers.connectionid as string;
    const common = { connectionId, status: '200', requestId: expect.stringMatching(/^.{15}=$/) as string };
    const called = {
      ...common,
      'error.message': '-',
      integrationLatency: expect.stringMatching(/^\d+$/) as string,
    };
    expect(await log.next()).toEqual({ ...called, eventType: 'CONNECT', routeKey: '$connect' });

    client.send({ action: 'send' });
    expect(await log.next()).toEqual({ ...called, eventType: 'MESSAGE', routeKey: 'send' });

    client.send({ action: 'other' });
    expect(await log.next()).toMatchObject({
      eventType: 'MESSAGE',
      status: '403',
      'error.message': 'Forbidden',
    });

    await gateway.post(connectionId, 'hello');
    expect(await log.next()).toEqual({
      ...common,
      'error.message': '-',
      integrationLatency: '-',
      eventType: 'CONNECTION_API',
      routeKey: 'POST /@connections/{connectionId}',
    });

    await client.close();
    expect(await log.next()).toEqual({ ...called, eventType: 'DISCONNECT', routeKey: '$disconnect' });
  });

  it('has a refused handshake', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 401 });
    const log = await loggingGateway({ $connect: { integration: { IntegrationUri: backend.url } } });
    await using gateway = log.gateway;
    await refusedHandshake(gateway.webSocketUrl);
    expect(await log.next()).toMatchObject({ eventType: 'CONNECT', status: '401' });
  });

  it('has the closes of connections that were open when the gateway stopped', async () => {
    await using backend = await HttpBackend.start();
    const log = await loggingGateway({ $disconnect: { integration: { IntegrationUri: backend.url } } });
    {
      await using gateway = log.gateway;
      await WebSocketClient.open(gateway.webSocketUrl);
      await log.next();
    }
    expect(log.lines.pending.map((line) => (JSON.parse(line) as Record<string, string>).eventType)).toEqual([
      'DISCONNECT',
    ]);
  });
});
