import { describe, expect, it } from 'vitest';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const everyRoute = (url: string) => ({
  $connect: { integration: { IntegrationUri: `${url}/connect` } },
  $default: { integration: { IntegrationUri: `${url}/message` } },
  $disconnect: { integration: { IntegrationUri: `${url}/disconnect` } },
});

describe('without a mapping an HTTP backend receives', () => {
  it("on $connect: a browser's own user agent", async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(everyRoute(backend.url));
    using _ = await WebSocketClient.open(gateway.webSocketUrl, { headers: { 'User-Agent': 'Mozilla/5.0' } });
    expect((await backend.next()).headers['user-agent']).toBe('Mozilla/5.0');
  });
});

describe('with mappings an HTTP backend receives', () => {
  it('on $connect only the headers and query parameters that the route declares', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $connect: {
        RequestParameters: {
          'route.request.querystring.token': { Required: false },
          'route.request.header.X-Tenant': { Required: false },
          'route.request.querystring.stocks': { Required: false },
        },
        integration: {
          IntegrationUri: `${backend.url}/connect`,
          RequestParameters: {
            'integration.request.header.Token': 'route.request.querystring.token',
            'integration.request.header.Tenant': 'route.request.header.X-Tenant',
            'integration.request.header.Undeclared': 'route.request.querystring.undeclared',
            'integration.request.querystring.stock': 'route.request.multivaluequerystring.stocks',
          },
        },
      },
    });
    using _ = await WebSocketClient.open(
      `${gateway.webSocketUrl}?token=demo&undeclared=x&stocks=aapl&stocks=goog`,
      {
        headers: { 'x-tenant': 'acme' },
      },
    );
    const { url, headers } = await backend.next();
    expect(url).toBe('/connect?stock=aapl&stock=goog');
    expect(headers).toMatchObject({ token: 'demo', tenant: 'acme' });
    expect(headers).not.toHaveProperty('undeclared');
  });

  it('only the mapped header if the client sends one with the same name', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $connect: { integration: { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID } },
    });
    using _ = await WebSocketClient.open(gateway.webSocketUrl, { headers: { connectionid: 'forged' } });
    const { headers } = await backend.next();
    expect(headers.connectionid).toMatch(/^[\w-]{18}==$/);
  });

  it('context, stage variables, parts of the body and literals on $default', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(
      {
        join: {
          integration: {
            IntegrationUri: `${backend.url}/\${stageVariables.path}`,
            RequestParameters: {
              'integration.request.header.RouteKey': 'context.routeKey',
              'integration.request.header.EventType': 'context.eventType',
              'integration.request.header.MessageId': 'context.messageId',
              'integration.request.header.Colour': 'stageVariables.colour',
              'integration.request.header.Channel': 'route.request.body.channel',
              'integration.request.querystring.fixed': "'static value'",
              'integration.request.header.UserId': 'context.authorizer.userId',
            },
          },
        },
      },
      { stageVariables: { colour: 'green', path: 'chat' } },
    );
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'join', channel: 'news' });
    const { url, headers } = await backend.next();
    expect(url).toBe('/chat?fixed=static%20value');
    expect(headers).toMatchObject({
      routekey: 'join',
      eventtype: 'MESSAGE',
      messageid: expect.stringMatching(/^[\w-]{18}==$/) as string,
      colour: 'green',
      channel: 'news',
    });
    expect(headers).not.toHaveProperty('userid');
  });
});

describe('through a VPC link', () => {
  const arn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/my-nlb/50dc6c495c0c9188';

  it('named by a stage variable a request is sent, and fails if the variable names none', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({ $connect: {} });
    const link = await gateway.createVpcLink(arn);
    for (const routeKey of ['good', 'bad']) {
      await gateway.createRoute(routeKey, {
        integration: {
          IntegrationUri: backend.url,
          ConnectionType: 'VPC_LINK',
          ConnectionId: `\${stageVariables.${routeKey}}`,
        },
      });
    }
    await gateway.setStageVariables({ good: link });
    await gateway.deploy();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'good' });
    await backend.next();
    client.send({ action: 'bad' });
    expect(await client.next()).toMatchObject({ message: 'Internal server error' });
  });
});

describe('a client receives', () => {
  const frame = (message: string) =>
    new RegExp(`^\\{"message": "${message}", "connectionId":"[\\w-]{18}==", "requestId":"[\\w-]{15}="\\}$`);

  it('Internal server error when a mapped value would break the request', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $default: {
        integration: {
          IntegrationUri: backend.url,
          RequestParameters: { 'integration.request.header.Channel': 'route.request.body.channel' },
        },
      },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ channel: 'x\r\nConnectionId: forged' });
    expect(await client.nextText()).toMatch(frame('Internal server error'));
    expect(backend.unexpected).toEqual([]);
  });

  it('Internal server error when a message is nested too deeply', async () => {
    await using gateway = await DeployedGateway.start({ join: {} });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send(`{"action":${'['.repeat(60_000)}${']'.repeat(60_000)}}`);
    expect(await client.nextText()).toMatch(frame('Internal server error'));
  });

  it('Endpoint request timed out, not before the timeout', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $default: { integration: { IntegrationUri: backend.url, TimeoutInMillis: 200 } },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    backend.answer = () => new Promise(() => undefined);
    const sentAt = performance.now();
    client.send('hello');
    expect(await client.nextText()).toMatch(frame('Endpoint request timed out'));
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(199);
  });
});
