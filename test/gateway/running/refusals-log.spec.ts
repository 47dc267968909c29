import {
  CreateApiCommand,
  CreateDeploymentCommand,
  CreateModelCommand,
  CreateStageCommand,
  UpdateApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type RouteSpec } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { LogLines } from '../../support/log-lines.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

/** A gateway and its log. */
async function started(
  routes: Record<string, RouteSpec>,
  options: Parameters<typeof DeployedGateway.start>[1] = {},
) {
  const logLines = new LogLines();
  const gateway = await DeployedGateway.start(
    { $disconnect: {}, ...routes },
    { ...options, log: logLines.log },
  );
  return { gateway, logLines, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

/** No program listens there. */
const UNREACHABLE = 'http://127.0.0.1:9/connect';

describe('a refused handshake has one log line at info with the reason', () => {
  it.each([
    ['/dev/below', 403, 'the path continues after the stage dev'],
    ['/prod', 403, 'the API has no stage prod'],
    ['/', 403, 'the path names no stage'],
    ['/_apis', 403, 'the path /_apis names no API'],
    ['/_apis/nothing/dev', 403, 'there is no API nothing'],
    ['/%E0%A4', 403, 'the path cannot be decoded'],
  ])('at %s', async (path, status, reason) => {
    await using at = await started({});
    const url = `${at.gateway.gateway.url.replace('http', 'ws')}${path}?token=secret`;
    expect(await refusedHandshake(url)).toMatchObject({ status });
    const line = await at.logLines.next('handshake refused');
    expect(line).toMatchObject({ level: 30, status, reason, path, host: new URL(url).host });
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  it('without an API, with several, and with one that has only its domain names', async () => {
    await using at = await started({});
    const { control, apiId: ApiId, webSocketUrl } = at.gateway;
    await control.send(new UpdateApiCommand({ ApiId, DisableExecuteApiEndpoint: true }));
    await refusedHandshake(webSocketUrl);
    expect(await at.logLines.next('handshake refused')).toMatchObject({
      reason: `the API ${ApiId} has only its domain names (DisableExecuteApiEndpoint)`,
    });
    await control.send(
      new CreateApiCommand({ Name: 'two', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: 'x' }),
    );
    await refusedHandshake(webSocketUrl);
    expect(await at.logLines.next('handshake refused')).toMatchObject({
      reason: 'there are several APIs, and neither host, path nor --default-api names one',
    });
  });

  it('at a stage to which nothing is deployed', async () => {
    await using at = await started({});
    const { control, apiId: ApiId, webSocketUrl } = at.gateway;
    await control.send(new CreateStageCommand({ ApiId, StageName: 'empty' }));
    await refusedHandshake(webSocketUrl.replace('/dev', '/empty'));
    expect(await at.logLines.next('handshake refused')).toMatchObject({
      reason: 'nothing is deployed to the stage empty',
    });
  });

  it.each<[string, RouteSpec, number, string]>([
    [
      'a parameter is missing',
      { RequestParameters: { 'route.request.querystring.token': { Required: true } } },
      400,
      '$connect requires token',
    ],
    ['there is no API key', { ApiKeyRequired: true }, 403, 'no API key'],
    [
      'there is no signature',
      { AuthorizationType: 'AWS_IAM' },
      403,
      'AWS_IAM: MissingAuthenticationTokenException',
    ],
    [
      'the integration cannot be reached',
      { integration: { IntegrationUri: UNREACHABLE } },
      502,
      'the integration at http://127.0.0.1:9 sent no response: connect ECONNREFUSED 127.0.0.1:9',
    ],
  ])('when %s', async (_, route, status, reason) => {
    await using at = await started({ $connect: route });
    expect(await refusedHandshake(at.gateway.webSocketUrl)).toMatchObject({ status });
    expect(await at.logLines.next('handshake refused')).toMatchObject({
      level: 30,
      status,
      reason,
      routeKey: '$connect',
      connectionId: expect.any(String),
      requestId: expect.any(String),
    });
  });

  it('when the integration refuses', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 401 });
    await using at = await started({ $connect: { integration: { IntegrationUri: backend.url } } });
    await refusedHandshake(at.gateway.webSocketUrl);
    expect(await at.logLines.next('handshake refused')).toMatchObject({
      status: 401,
      reason: 'the integration of $connect responded with 401',
    });
  });

  it('when there are too many new connections', async () => {
    await using at = await started({}, { quotas: { newConnectionsPerSecond: 1 } });
    using _ = await WebSocketClient.open(at.gateway.webSocketUrl);
    await refusedHandshake(at.gateway.webSocketUrl);
    expect(await at.logLines.next('handshake refused')).toMatchObject({
      status: 429,
      reason: "over the account's new connections per second",
    });
  });
});

describe('an error frame has one log line at info with the reason', () => {
  const model = JSON.stringify({ type: 'object', required: ['action', 'text'] });

  it.each<[string, Record<string, RouteSpec>, string, string, string]>([
    [
      'no route matches',
      {},
      '{"action":"x"}',
      'Forbidden',
      'no route has the key that the route selection expression yields, and there is no route $default',
    ],
    [
      'the message is not JSON',
      {},
      'hello',
      'Forbidden',
      'the message is not JSON, and there is no route $default',
    ],
    [
      'the route has no integration',
      { x: {} },
      '{"action":"x"}',
      'Internal server error',
      'the route has no integration',
    ],
    [
      'the integration cannot be reached',
      { x: { integration: { IntegrationUri: UNREACHABLE } } },
      '{"action":"x"}',
      'Internal server error',
      'the integration at http://127.0.0.1:9 sent no response: connect ECONNREFUSED 127.0.0.1:9',
    ],
  ])('when %s', async (_, routes, text, message, reason) => {
    await using at = await started(routes);
    using client = await WebSocketClient.open(at.gateway.webSocketUrl);
    client.send(text);
    const { connectionId, requestId } = JSON.parse(await client.nextText()) as Record<string, string>;
    expect(await at.logLines.next('error frame sent')).toMatchObject({
      level: 30,
      connectionId,
      requestId,
      routeKey: routes.x ? 'x' : '',
      stage: 'dev',
      message,
      reason,
    });
  });

  it('when the integration times out', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => new Promise(() => undefined);
    const integration = { IntegrationUri: backend.url, TimeoutInMillis: 50 };
    await using at = await started({ $default: { integration } });
    using client = await WebSocketClient.open(at.gateway.webSocketUrl);
    client.send('hello');
    expect(await at.logLines.next('error frame sent')).toMatchObject({
      message: 'Endpoint request timed out',
      reason: 'the integration did not respond within 50 ms',
    });
  });

  it('when a model does not allow the message', async () => {
    await using at = await started({});
    const { control, apiId: ApiId, webSocketUrl } = at.gateway;
    await control.send(
      new CreateModelCommand({ ApiId, Name: 'm', Schema: model, ContentType: 'application/json' }),
    );
    await at.gateway.createRoute('x', {
      RequestModels: { $default: 'm' },
      ModelSelectionExpression: '\\$default',
    });
    await at.gateway.deploy();
    using client = await WebSocketClient.open(webSocketUrl);
    client.send('{"action":"x"}');
    expect(await at.logLines.next('error frame sent')).toMatchObject({
      message: 'Bad request body',
      reason: "the route's model: [message must have required property 'text']",
    });
  });

  it('when a route is throttled', async () => {
    await using at = await started({ $default: { integration: { IntegrationUri: UNREACHABLE } } });
    const { control, apiId: ApiId, webSocketUrl } = at.gateway;
    const RouteSettings = { $default: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 0 } };
    await control.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }));
    await control.send(new UpdateStageCommand({ ApiId, StageName: 'dev', RouteSettings }));
    using client = await WebSocketClient.open(webSocketUrl);
    client.send('hello');
    expect(await at.logLines.next('error frame sent')).toMatchObject({
      message: 'Too Many Requests',
      reason: `over the throttling settings of ${ApiId}/dev/$default`,
    });
  });
});

it.each([
  ['GET', '/dev', 426, 'not a WebSocket handshake: the header Upgrade is missing'],
  ['POST', '/dev', 403, 'a stage supports GET, not POST'],
  ['GET', '/dev/below', 403, 'the path continues after the stage dev'],
  ['GET', '/favicon.ico', 426, 'not a WebSocket handshake: the header Upgrade is missing'],
])('logs a refused plain request: %s %s', async (method, path, status, reason) => {
  await using at = await started({});
  const response = await fetch(`${at.gateway.gateway.url}${path}?token=secret`, { method });
  expect(response.status).toBe(status);
  const line = await at.logLines.next('request refused');
  expect(line).toMatchObject({ level: 30, status, reason, method, path });
  expect(JSON.stringify(line)).not.toContain('secret');
});
