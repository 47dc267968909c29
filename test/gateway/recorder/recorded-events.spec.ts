import { CreateAuthorizerCommand, UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { STILL_CONNECTING } from '../../../src/gateway/errors.js';
import { parseFunctionFlag } from '../../../src/gateway/lambda/function-source.js';
import { type GatewayEvent } from '../../../src/gateway/recorder/gateway-event.js';
import { AdminClient } from '../../support/admin-client.js';
import { CONNECTION_ID, type RouteSpec } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { EventReader, stepsOf } from '../../support/event-reader.js';
import { FunctionModule } from '../../support/function-module.js';
import { HttpBackend } from '../../support/http-backend.js';
import { refusedHandshake, WebSocketClient } from '../../support/web-socket-client.js';

const MB = 1024 * 1024;
const namesOf = ({ steps }: GatewayEvent) => steps.map(({ step }) => step);

async function start(
  routes: Record<string, RouteSpec>,
  options: Parameters<typeof DeployedGateway.start>[1] = {},
) {
  const gateway = await DeployedGateway.start(routes, { record: MB, ...options });
  return { gateway, events: new EventReader(gateway.gateway), admin: new AdminClient(gateway.gateway.url) };
}

it('says that a post came before the response of $connect', async () => {
  await using backend = await HttpBackend.start();
  const integration = { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID };
  const { gateway, events } = await start({ $connect: { integration } });
  await using _ = gateway;
  backend.answer = async ({ headers }) => {
    await gateway.post(String(headers['connectionid']), 'too early').catch(() => undefined);
    return { status: 200 };
  };
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  expect(await events.next('callback')).toMatchObject({
    connectionId: expect.any(String) as string,
    outcome: { result: 'refused', status: 410 },
    steps: [{}, { step: 'failure', reason: STILL_CONNECTING }, {}],
  });
  await client.close();
});

describe('a message', () => {
  it('is recorded from the frame to the dropped response of a one-way route', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 202, headers: { 'x-from': 'backend' }, body: 'ignored' });
    const RequestParameters = {
      ...CONNECTION_ID,
      'integration.request.header.Token': 'route.request.querystring.token',
      'integration.request.header.Channel': 'route.request.body.channel',
    };
    const { gateway, events } = await start({
      $default: { integration: { IntegrationUri: `${backend.url}/message`, RequestParameters } },
    });
    await using _ = gateway;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'join', n: 1 });

    const event = await events.next('message');
    expect(event).toMatchObject({
      type: 'message',
      apiId: gateway.apiId,
      stage: 'dev',
      routeKey: '$default',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      outcome: { result: 'dropped', status: 202, reason: 'the route is one-way' },
    });
    const connectionId = event.connectionId ?? '';
    expect(event.steps).toEqual([
      { step: 'frame', body: { bytes: 23, text: '{"action":"join","n":1}' } },
      { step: 'route', expression: '$request.body.action', value: 'join', routeKey: '$default' },
      {
        step: 'parameters',
        parameters: [
          {
            destination: 'integration.request.header.ConnectionId',
            source: 'context.connectionId',
            values: [connectionId],
          },
          {
            destination: 'integration.request.header.Channel',
            source: 'route.request.body.channel',
            values: [],
            whyEmpty: 'the body has no value at that path',
          },
          {
            destination: 'integration.request.header.Token',
            source: 'route.request.querystring.token',
            values: [],
            whyEmpty: 'only $connect has the headers and the query string of the client',
          },
        ],
      },
      {
        step: 'integration_request',
        kind: 'http',
        method: 'POST',
        url: `${backend.url}/message`,
        headers: expect.arrayContaining([['ConnectionId', connectionId]]) as unknown,
        body: { bytes: 23, text: '{"action":"join","n":1}' },
      },
      {
        step: 'integration_response',
        status: 202,
        headers: expect.arrayContaining([['x-from', 'backend']]) as unknown,
        body: { bytes: 7, text: 'ignored' },
        latencyMs: expect.any(Number) as number,
      },
    ]);
    const [request] = stepsOf(event, 'integration_request');
    const sent = request?.kind === 'http' ? request.headers.map((header) => header.join(': ')) : [];
    const { rawHeaders } = await backend.next();
    const received = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [],
    );
    // the HTTP client writes `host` itself, and adds these
    const ADDED = /^(host|connection|content-length):/i;
    expect(sent.filter((header) => !ADDED.test(header))).toEqual(
      received.filter((header) => !ADDED.test(header)),
    );
  });

  it('is recorded with its templates, the VPC link and the frame that the client receives', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 200, body: '{"n":2}' });
    const { gateway, events } = await start(
      { $default: {} },
      { targets: new Map([['nlb', backend.url.replace('http://', '')]]) },
    );
    await using _ = gateway;
    const link = await gateway.createVpcLink(
      'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/0123456789abcdef',
    );
    await gateway.createRoute('double', {
      integration: {
        IntegrationType: 'HTTP',
        IntegrationUri: 'http://nlb.example/double',
        ConnectionType: 'VPC_LINK',
        ConnectionId: link,
        RequestTemplates: { $default: '{"of": $input.json("$.n")}' },
        TemplateSelectionExpression: '\\$default',
      },
      integrationResponses: [{ ResponseTemplates: { $default: 'twice: $input.json("$.n")' } }],
      isTwoWay: true,
    });
    await gateway.deploy();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'double', n: 1 });
    expect(await client.nextText()).toBe('twice: 2');

    const event = await events.next('message');
    expect(event.outcome).toEqual({ result: 'replied', status: 200 });
    expect(stepsOf(event, 'template')).toEqual([
      { step: 'template', direction: 'request', key: '$default', output: { bytes: 9, text: '{"of": 1}' } },
      { step: 'template', direction: 'response', key: '$default', output: { bytes: 8, text: 'twice: 2' } },
    ]);
    expect(stepsOf(event, 'target')).toEqual([{ step: 'target', vpcLinkId: link, origin: backend.url }]);
    expect(stepsOf(event, 'integration_response_key')).toEqual([
      { step: 'integration_response_key', key: '$default' },
    ]);
    expect(event.steps.at(-1)).toEqual({ step: 'client_frame', body: { bytes: 8, text: 'twice: 2' } });
  });

  it('is recorded with the reason of its error frame', async () => {
    const { gateway, events } = await start({
      $default: { integration: { IntegrationUri: 'http://127.0.0.1:1/' } },
    });
    await using _ = gateway;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send('not JSON');
    await client.next();
    const event = await events.next('message');
    expect(event.outcome).toMatchObject({ result: 'error_frame', status: 502 });
    expect(stepsOf(event, 'failure')).toMatchObject([
      { reason: expect.stringContaining('sent no response') as string },
    ]);
    expect(namesOf(event)).toEqual([
      'frame',
      'route',
      'parameters',
      'integration_request',
      'failure',
      'client_frame',
    ]);
    expect(stepsOf(event, 'route')).toEqual([
      { step: 'route', expression: '$request.body.action', routeKey: '$default' },
    ]);
  });
});

describe('a handshake', () => {
  it('is recorded with its response, and why a parameter is not sent', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 200, headers: { 'sec-websocket-protocol': 'chat' } });
    const RequestParameters = { 'integration.request.header.Room': 'route.request.querystring.room' };
    const { gateway, events } = await start({
      $connect: { integration: { IntegrationUri: backend.url, RequestParameters } },
    });
    await using _ = gateway;
    using client = await WebSocketClient.open(`${gateway.webSocketUrl}?room=1`, { protocols: ['chat'] });
    expect(client.socket.protocol).toBe('chat');

    const event = await events.next('handshake');
    expect(event).toMatchObject({ routeKey: '$connect', outcome: { result: 'connected', status: 101 } });
    expect(stepsOf(event, 'client_request')).toMatchObject([{ method: 'GET', url: '/dev?room=1' }]);
    expect(stepsOf(event, 'parameters')[0]?.parameters).toEqual([
      {
        destination: 'integration.request.header.Room',
        source: 'route.request.querystring.room',
        values: [],
        whyEmpty: 'the route $connect does not declare it',
      },
    ]);
    expect(stepsOf(event, 'client_response')).toEqual([
      { step: 'client_response', status: 101, headers: [['Sec-WebSocket-Protocol', 'chat']] },
    ]);
  });

  it('is recorded when it is refused: by the integration, for its path, for its form', async () => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 401, body: 'no' });
    const { gateway, events } = await start({ $connect: { integration: { IntegrationUri: backend.url } } });
    await using _ = gateway;
    await refusedHandshake(gateway.webSocketUrl);
    const byIntegration = await events.next('handshake');
    expect(byIntegration.outcome).toEqual({
      result: 'refused',
      status: 401,
      reason: 'the integration of $connect responded with 401',
    });
    expect(stepsOf(byIntegration, 'client_response')).toMatchObject([{ body: { text: 'no' } }]);

    await refusedHandshake(`${gateway.webSocketUrl}/below`);
    expect(await events.next('handshake')).toMatchObject({
      outcome: { result: 'refused', status: 403, reason: 'the path continues after the stage dev' },
    });
    await refusedHandshake(gateway.webSocketUrl, { headers: { 'Sec-WebSocket-Protocol': 'a b' } });
    expect(await events.next('handshake')).toMatchObject({ stage: 'dev', outcome: { status: 400 } });
  });

  it('is recorded with the call of its Lambda authorizer', async () => {
    using module = new FunctionModule(`
      export const handler = async ({ methodArn: Resource }) => ({
        principalId: 'alice',
        policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource }] },
      });`);
    const { name, source } = parseFunctionFlag(`auth=${module.file}`);
    const { gateway, events } = await start({ $default: {} }, { functions: new Map([[name, source]]) });
    await using _ = gateway;
    const { AuthorizerId } = await gateway.control.send(
      new CreateAuthorizerCommand({
        ApiId: gateway.apiId,
        Name: 'auth',
        AuthorizerType: 'REQUEST',
        AuthorizerUri:
          'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:auth/invocations',
        IdentitySource: ['route.request.querystring.token'],
      }),
    );
    await gateway.createRoute('$connect', { AuthorizationType: 'CUSTOM', AuthorizerId });
    await gateway.deploy();
    using client = await WebSocketClient.open(`${gateway.webSocketUrl}?token=abcdefgh`);
    await client.close();
    const event = await events.next('handshake');
    expect(stepsOf(event, 'lambda_authorizer')).toMatchObject([
      {
        functionName: expect.stringContaining('auth') as string,
        identitySources: [{ source: 'route.request.querystring.token', values: ['***'] }],
        decision: 'allowed',
        request: { text: expect.stringContaining('"token":"***"') as string },
        response: { text: expect.stringContaining('"principalId":"alice"') as string },
      },
    ]);
  });
});

describe('a close', () => {
  it('is recorded with code, reason and the call of $disconnect', async () => {
    await using backend = await HttpBackend.start();
    const { gateway, events } = await start({
      $disconnect: { integration: { IntegrationUri: backend.url } },
    });
    await using _ = gateway;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await client.close(4000, 'bye');
    const event = await events.next('close');
    expect(event).toMatchObject({ routeKey: '$disconnect', outcome: { result: 'dropped', status: 200 } });
    expect(stepsOf(event, 'close')).toEqual([{ step: 'close', code: 4000, reason: 'bye' }]);
    expect(namesOf(event)).toContain('integration_response');
  });

  it('is recorded when $disconnect is not called', async () => {
    const { gateway, events, admin } = await start({ $default: {} });
    await using _ = gateway;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await client.close();
    expect((await events.next('close')).outcome).toMatchObject({ result: 'not_called' });
    await admin.setFaults({ disconnect: 'drop' });
    using next = await WebSocketClient.open(gateway.webSocketUrl);
    await next.close();
    const dropped = await events.next('close');
    expect(stepsOf(dropped, 'fault')).toEqual([{ step: 'fault', fault: 'disconnect: drop' }]);
  });
});

describe('other events', () => {
  it('records a post to @connections, with the injected fault that refuses it', async () => {
    const { gateway, events, admin } = await start({ $default: {} });
    await using _ = gateway;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    const { connectionId = '' } = await events.next('handshake');
    await gateway.post(connectionId, 'hello');
    const post = await events.next('callback');
    expect(post).toMatchObject({ connectionId, outcome: { result: 'done', status: 200 } });
    expect(stepsOf(post, 'client_request')).toMatchObject([
      { method: 'POST', body: { bytes: 5, text: 'hello' } },
    ]);
    expect(stepsOf(post, 'client_frame')).toEqual([
      { step: 'client_frame', body: { bytes: 5, text: 'hello' } },
    ]);
    expect(await client.nextText()).toBe('hello');

    await admin.setFaults({ throttle: { rate: 1 } });
    await fetch(`${gateway.gateway.url}/dev/@connections/${encodeURIComponent(connectionId)}`, {
      method: 'DELETE',
    });
    const refused = await events.next('callback');
    expect(refused.outcome).toEqual({ result: 'refused', status: 429, reason: 'LimitExceededException' });
    expect(stepsOf(refused, 'fault')).toEqual([{ step: 'fault', fault: 'throttle' }]);
  });

  it('records changes of clock and faults, and plain requests that have no destination', async () => {
    const { gateway, events, admin } = await start({ $default: {} });
    await using _ = gateway;
    const now = await admin.advanceClock('1s');
    expect((await events.next('clock')).steps).toEqual([
      { step: 'clock', advancedMs: 1_000, now: now.toISOString() },
    ]);
    await admin.setFaults({ seed: 1, throttle: { rate: 0.5 } });
    expect((await events.next('faults')).steps).toEqual([
      { step: 'faults', faults: { seed: 1, throttle: { rate: 0.5 } } },
    ]);
    await fetch(`${gateway.gateway.url}/nowhere/at/all`);
    expect(await events.next('request')).toMatchObject({ outcome: { result: 'refused', status: 403 } });
  });

  it('records changes of the control plane, and not what only reads', async () => {
    const { gateway, events } = await start({ $default: {} });
    await using _ = gateway;
    await fetch(`${gateway.gateway.url}/v2/apis/${gateway.apiId}`);
    const { items } = await events.page('type=control');
    const requests = items.map((item) => {
      const [request] = stepsOf(item, 'client_request');
      return `${request?.method} ${request?.url.replace(gateway.apiId, 'API')} ${item.outcome.status}`;
    });
    expect(requests).toEqual([
      'POST /v2/apis 201',
      'POST /v2/apis/API/routes 201',
      'POST /v2/apis/API/deployments 201',
      'POST /v2/apis/API/stages 201',
    ]);
    expect(items[1]).toMatchObject({ apiId: gateway.apiId });
  });
});

describe('secrets', () => {
  const secrets = async (options: { recordSecrets?: boolean }) => {
    await using backend = await HttpBackend.start();
    backend.answer = () => ({ status: 200, headers: { 'sec-websocket-protocol': 'chat' } });
    const RequestParameters = {
      'integration.request.header.X-User': 'route.request.querystring.token',
      'integration.request.header.GatewaySecret': "'literal-secret'",
    };
    const { gateway, events } = await start(
      {
        $connect: {
          integration: { IntegrationUri: backend.url, RequestParameters },
          RequestParameters: { 'route.request.querystring.token': { Required: false } },
        },
      },
      options,
    );
    await using _ = gateway;
    const headers = {
      Authorization: 'Bearer a-bearer-token',
      Cookie: 'sid=a-cookie-value',
      'X-Api-Key': 'an-api-key',
    };
    using client = await WebSocketClient.open(`${gateway.webSocketUrl}?token=query-token&room=1`, {
      headers,
      protocols: ['chat', 'token.sub-protocol'],
    });
    await client.close();
    await events.next('handshake');
    return JSON.stringify(await events.page());
  };
  const SECRETS = [
    'query-token',
    'literal-secret',
    'a-bearer-token',
    'a-cookie-value',
    'an-api-key',
    'token.sub-protocol',
  ];

  it('are masked wherever they occur', async () => {
    const text = await secrets({});
    expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).toContain('/dev?token=***&room=1');
    expect(text).toContain('["Sec-WebSocket-Protocol","chat, ***"]');
  });

  it('are shown with recordSecrets', async () => {
    const text = await secrets({ recordSecrets: true });
    expect(SECRETS.filter((secret) => !text.includes(secret))).toEqual([]);
  });
});

describe('a message whose template reads a secret', () => {
  it('is masked', async () => {
    await using backend = await HttpBackend.start();
    using module = new FunctionModule(`
      export const handler = async ({ methodArn: Resource }) => ({
        principalId: 'alice',
        policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource }] },
        context: { sessionToken: 'a-session-token' },
      });`);
    const { name, source } = parseFunctionFlag(`auth=${module.file}`);
    const { gateway, events } = await start(
      {
        $default: {
          integration: {
            IntegrationType: 'HTTP',
            IntegrationUri: backend.url,
            RequestTemplates: {
              $default:
                '$context.authorizer.sessionToken $stageVariables.dbPassword $context.authorizer.principalId',
            },
            TemplateSelectionExpression: '\\$default',
          },
        },
      },
      { functions: new Map([[name, source]]) },
    );
    await using _ = gateway;
    const { AuthorizerId } = await gateway.control.send(
      new CreateAuthorizerCommand({
        ApiId: gateway.apiId,
        Name: 'auth',
        AuthorizerType: 'REQUEST',
        AuthorizerUri:
          'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:auth/invocations',
        IdentitySource: [],
      }),
    );
    await gateway.createRoute('$connect', { AuthorizationType: 'CUSTOM', AuthorizerId });
    await gateway.control.send(
      new UpdateStageCommand({
        ApiId: gateway.apiId,
        StageName: 'dev',
        StageVariables: { dbPassword: 'a-password' },
      }),
    );
    await gateway.deploy();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send('1');
    expect((await backend.next()).body).toBe('a-session-token a-password alice');
    const event = await events.next('message');
    const text = { bytes: 32, text: '*** *** alice' };
    expect(stepsOf(event, 'template')).toMatchObject([{ output: text }]);
    expect(stepsOf(event, 'integration_request')).toMatchObject([{ body: text }]);
  });
});

describe('recording', () => {
  it('begins with the first reader', async () => {
    const { gateway, events, admin } = await start({ $default: {} }, { record: undefined });
    await using _ = gateway;
    await admin.advanceClock('1s');
    expect(await events.page()).toEqual({ items: [], after: 0, isComplete: true });
    await admin.advanceClock('2s');
    expect((await events.page()).items).toMatchObject([{ id: 1, type: 'clock' }]);
  });

  it('can be switched off for good', async () => {
    const { gateway, admin } = await start({ $default: {} }, { record: 'off' });
    await using _ = gateway;
    expect(await admin.request('GET', 'events')).toMatchObject({
      status: 409,
      body: { code: 'recording_off' },
    });
  });
});
