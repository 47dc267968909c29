import { describe, expect, it } from 'vitest';
import { CONNECTION_ID, DeployedGateway } from '../support/deployed-gateway.js';
import { HttpBackend } from '../support/http-backend.js';
import { WebSocketClient } from '../support/web-socket-client.js';

const everyRoute = (url: string) => ({
  $connect: { integration: { IntegrationUri: `${url}/connect` } },
  $default: { integration: { IntegrationUri: `${url}/message` } },
  $disconnect: { integration: { IntegrationUri: `${url}/disconnect` } },
});

// undici adds it to every request; the recording was taken behind a proxy that does not show it
const IGNORED = new Set(['connection']);
const headerNames = (headers: object) =>
  Object.keys(headers)
    .filter((name) => !IGNORED.has(name))
    .toSorted();

describe('without a mapping an HTTP backend receives what was recorded from AWS', () => {
  it("on $connect: the client's own headers and no body", async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(everyRoute(backend.url));
    using _ = await WebSocketClient.open(`${gateway.webSocketUrl}?token=demo`, {
      headers: { cookie: 'a=1', origin: 'https://app.example' },
    });
    const { method, url, headers, body } = await backend.next();
    expect({ method, url, body }).toEqual({ method: 'POST', url: '/connect', body: '' });
    expect(headerNames(headers)).toEqual([
      'content-length',
      'cookie',
      'host',
      'origin',
      'sec-websocket-key',
      'sec-websocket-version',
      'user-agent',
      'x-amzn-apigateway-api-id',
      'x-amzn-trace-id',
      'x-forwarded-for',
      'x-forwarded-port',
      'x-forwarded-proto',
    ]);
    expect(headers).toMatchObject({
      'content-length': '0',
      cookie: 'a=1',
      host: new URL(backend.url).host,
      'user-agent': `AmazonAPIGateway_${gateway.apiId}`,
      'x-amzn-apigateway-api-id': gateway.apiId,
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) as string,
      'x-forwarded-for': '127.0.0.1, 127.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https, https',
    });
  });

  it("on $connect: a browser's own user agent", async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(everyRoute(backend.url));
    using _ = await WebSocketClient.open(gateway.webSocketUrl, { headers: { 'User-Agent': 'Mozilla/5.0' } });
    expect((await backend.next()).headers['user-agent']).toBe('Mozilla/5.0');
  });

  it('on $default: the frame, said to be JSON whatever it is, and nothing of the client', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(everyRoute(backend.url));
    using client = await WebSocketClient.open(gateway.webSocketUrl, { headers: { cookie: 'a=1' } });
    await backend.next();
    client.send('not {JSON} – ü');
    const { method, url, headers, body } = await backend.next();
    expect({ method, url, body }).toEqual({ method: 'POST', url: '/message', body: 'not {JSON} – ü' });
    expect(headerNames(headers)).toEqual([
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-amzn-apigateway-api-id',
      'x-forwarded-for',
      'x-forwarded-proto',
    ]);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
    });
  });

  it('on $disconnect: an empty request', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start(everyRoute(backend.url));
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    await backend.next();
    await client.close();
    const { method, url, headers, body } = await backend.next();
    expect({ method, url, body }).toEqual({ method: 'POST', url: '/disconnect', body: '' });
    expect(headerNames(headers)).toEqual([
      'content-length',
      'host',
      'user-agent',
      'x-amzn-apigateway-api-id',
      'x-api-key',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-restapi',
    ]);
    expect(headers).toMatchObject({
      'content-length': '0',
      'x-api-key': '',
      'x-forwarded-for': ', 127.0.0.1',
      'x-restapi': '',
    });
  });
});

describe('with mappings an HTTP backend receives', () => {
  it('on $connect what the route declares of headers and query, and nothing that it does not', async () => {
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

  it('the mapped header only, where the client sends one of the same name', async () => {
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

  it("a request goes to the load balancer's target and keeps the URI's host", async () => {
    await using backend = await HttpBackend.start();
    const { host } = new URL(backend.url);
    await using gateway = await DeployedGateway.start(
      { $connect: {} },
      { targets: new Map([['my-nlb', host]]) },
    );
    const link = await gateway.createVpcLink(arn);
    await gateway.createRoute('$default', {
      integration: {
        IntegrationUri: 'http://my-nlb.elb.us-east-1.example/message',
        ConnectionType: 'VPC_LINK',
        ConnectionId: link,
      },
    });
    await gateway.deploy();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send('hello');
    expect(await backend.next()).toMatchObject({
      url: '/message',
      headers: { host: 'my-nlb.elb.us-east-1.example' },
    });
  });

  it('named by a stage variable, a request goes there too, and fails when the variable names none', async () => {
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

describe('a client is told', () => {
  const frame = (message: string) =>
    new RegExp(`^\\{"message": "${message}", "connectionId":"[\\w-]{18}==", "requestId":"[\\w-]{15}="\\}$`);

  it('nothing, whatever a one-way integration answers', async () => {
    await using backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $default: { integration: { IntegrationUri: backend.url } },
    });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    for (const status of [200, 301, 401, 500]) {
      backend.answer = () => ({ status, body: 'for nobody' });
      client.send(String(status));
      await backend.next();
    }
    client.socket.ping();
    await new Promise((resolve) => client.socket.once('pong', resolve));
    expect(client.unexpected).toEqual([]);
  });

  it('Forbidden when no route matches and there is no $default', async () => {
    await using gateway = await DeployedGateway.start({ join: {} });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'leave' });
    expect(await client.nextText()).toMatch(frame('Forbidden'));
  });

  it('Internal server error when the route has no target', async () => {
    await using gateway = await DeployedGateway.start({ join: {} });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'join' });
    expect(await client.nextText()).toMatch(frame('Internal server error'));
  });

  it('Internal server error when the backend is not there, and the connection stays open', async () => {
    const backend = await HttpBackend.start();
    await using gateway = await DeployedGateway.start({
      $default: { integration: { IntegrationUri: backend.url } },
    });
    await backend[Symbol.asyncDispose]();
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send('hello');
    expect(await client.nextText()).toMatch(frame('Internal server error'));
    client.send('hello again');
    expect(await client.nextText()).toMatch(frame('Internal server error'));
  });

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

  it('Internal server error when a message is nested too deeply to be evaluated', async () => {
    await using gateway = await DeployedGateway.start({ join: {} });
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send(`{"action":${'['.repeat(60_000)}${']'.repeat(60_000)}}`);
    expect(await client.nextText()).toMatch(frame('Internal server error'));
  });

  it('that the endpoint timed out, and not before its time', async () => {
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

it('does not let one message wait for another of the same connection', async () => {
  await using backend = await HttpBackend.start();
  await using gateway = await DeployedGateway.start({
    $default: { integration: { IntegrationUri: backend.url } },
  });
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  const first = Promise.withResolvers<{ status: number }>();
  backend.answer = ({ body }) => (body === 'first' ? first.promise : { status: 200 });
  client.send('first');
  client.send('second');
  expect(new Set([(await backend.next()).body, (await backend.next()).body])).toEqual(
    new Set(['first', 'second']),
  );
  first.resolve({ status: 200 });
});

it('serves what is deployed, also to a connection that was opened before', async () => {
  await using backend = await HttpBackend.start();
  await using gateway = await DeployedGateway.start({ $connect: {} });
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  await gateway.createRoute('$default', { integration: { IntegrationUri: backend.url } });
  client.send('before');
  expect(await client.next()).toMatchObject({ message: 'Forbidden' });
  await gateway.deploy();
  client.send('after');
  expect((await backend.next()).body).toBe('after');
});
