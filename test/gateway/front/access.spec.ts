import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  GetApisCommand,
} from '@aws-sdk/client-apigatewayv2';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const PAGE = 'http://localhost:5173';

let gateway: DeployedGateway;
let client: WebSocketClient;
let connectionId: string;
/** The log lines so far. */
let logged: Readonly<Record<string, unknown>>[];

beforeEach(async () => {
  logged = [];
  const log = pino(
    { level: 'debug' },
    { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  gateway = await DeployedGateway.start(
    { $default: {} },
    { log, allowedHosts: ['gw.example.com'], allowedOrigins: [PAGE] },
  );
  client = await WebSocketClient.open(gateway.webSocketUrl);
  const { items } = (await new AdminClient(gateway.gateway.url).get('connections')) as {
    items: { connectionId: string }[];
  };
  connectionId = items[0]?.connectionId ?? '';
});

afterEach(async () => {
  client[Symbol.dispose]();
  await gateway[Symbol.asyncDispose]();
});

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends any Host and Origin, which `fetch` does not allow. */
async function send({ method = 'GET', path, headers = {}, body }: Sent) {
  const sent = request(gateway.gateway.url + path, { method, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const content = await text(response);
  return {
    status: response.statusCode,
    headers: response.headers,
    body: content === '' ? undefined : (JSON.parse(content) as Record<string, unknown>),
  };
}

/** Commands that a hostile page could send. */
async function state() {
  const admin = new AdminClient(gateway.gateway.url);
  const { now } = (await admin.get('clock')) as { now: string };
  return {
    isClockReal: Math.abs(Date.parse(now) - Date.now()) < 60_000,
    faults: await admin.get('faults'),
    connections: ((await admin.get('connections')) as { items: unknown[] }).items.length,
    apis: (await gateway.control.send(new GetApisCommand({}))).Items?.map(({ Name }) => Name),
  };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const CLOCK = { method: 'POST', path: '/_gateway/clock', headers: JSON_TYPE, body: '{"advance":"2h"}' };
const CREATE_API = {
  method: 'POST',
  path: '/v2/apis',
  headers: JSON_TYPE,
  body: '{"name":"evil","protocolType":"WEBSOCKET","routeSelectionExpression":"$request.body.a"}',
};
const DELETE_CONNECTION = () => ({
  method: 'DELETE',
  path: `/dev/@connections/${encodeURIComponent(connectionId)}`,
  headers: {},
});

describe.each<[string, () => Sent]>([
  ['the clock', () => CLOCK],
  ['health', () => ({ path: '/_gateway/health' })],
  ['the connections', () => ({ path: '/_gateway/connections' })],
  [
    'faults',
    () => ({ method: 'PUT', path: '/_gateway/faults', headers: JSON_TYPE, body: '{"disconnect":"drop"}' }),
  ],
  ['an API', () => CREATE_API],
  ['the list of APIs', () => ({ path: '/v2/apis' })],
  ['VPC links', () => ({ path: '/vpclinks' })],
  ['a connection', DELETE_CONNECTION],
])('%s', (_, command) => {
  it.each([
    ['page of another origin', { Origin: 'http://evil.example' }, '--allow-origin http://evil.example'],
    ['page without an origin', { Origin: 'null' }, '--allow-origin'],
    ['page on another port', { Origin: 'http://127.0.0.1:1' }, '--allow-origin http://127.0.0.1:1'],
    ['rebound host name', { Host: 'evil.example:8080' }, '--allow-host evil.example'],
    ['page of a rebound host name', { Host: 'evil.example', Origin: 'http://evil.example' }, '--allow-host'],
  ])('is refused for a %s', async (_page, headers, flag) => {
    const before = await state();
    const sent = command();
    const { status, headers: received, body } = await send({ ...sent, headers: { ...sent.headers, ...headers } });
    expect(status).toBe(403);
    const isAdmin = sent.path.startsWith('/_gateway/');
    expect(received['content-type']).toBe(isAdmin ? 'application/problem+json' : 'application/json');
    expect(received['x-amzn-errortype']).toBe(isAdmin ? undefined : 'ForbiddenException');
    expect(body?.code).toBe(isAdmin ? ('Host' in headers ? 'host_not_allowed' : 'origin_not_allowed') : undefined);
    expect(body?.detail ?? body?.message).toContain(flag);
    expect(received).not.toHaveProperty('access-control-allow-origin');
    expect(logged.findLast(({ msg }) => msg === 'request refused')).toMatchObject({
      level: 40,
      host: 'Host' in headers ? headers.Host : new URL(gateway.gateway.url).host,
      ...('Origin' in headers && { origin: headers.Origin }),
      path: sent.path.split('?')[0],
    });
    expect(await state()).toEqual(before);
  }); // prettier-ignore

  it('refuses the preflight request of a page of another origin', async () => {
    const headers = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' };
    const { status, headers: received } = await send({ ...command(), method: 'OPTIONS', headers });
    expect(status).toBe(403);
    expect(received).not.toHaveProperty('access-control-allow-origin');
  });

  it('is served for a page of an allowed origin, which can read the response', async () => {
    const sent = command();
    const preflight = await send({
      path: sent.path,
      method: 'OPTIONS',
      headers: {
        Origin: PAGE,
        'Access-Control-Request-Method': sent.method ?? 'GET',
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });
    expect(preflight).toMatchObject({ status: 204, body: undefined });
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': expect.stringContaining(sent.method ?? 'GET') as string,
      'access-control-allow-headers': 'authorization,content-type',
      vary: 'Origin',
    });
    const { status, headers } = await send({ ...sent, headers: { ...sent.headers, Origin: PAGE } });
    expect(status).toBeLessThan(300);
    expect(headers).toMatchObject({ 'access-control-allow-origin': PAGE, vary: 'Origin' });
  });

  it('is served for an allowed host name, and for a page of that host', async () => {
    const sent = command();
    const headers = { ...sent.headers, Host: 'gw.example.com:8080', Origin: 'http://gw.example.com:8080' };
    expect((await send({ ...sent, headers })).status).toBeLessThan(300);
  });
});

it('accepts custom domain names, also with a star', async () => {
  const { control, apiId: ApiId } = gateway;
  const DomainNameConfigurations = [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/x' }];
  for (const DomainName of ['ws.example.org', '*.example.net']) {
    expect((await send({ path: '/v2/apis', headers: { Host: DomainName.replace('*', 'a') } })).status).toBe(
      403,
    );
    await control.send(new CreateDomainNameCommand({ DomainName, DomainNameConfigurations }));
    await control.send(new CreateApiMappingCommand({ ApiId, DomainName, Stage: 'dev' }));
    const headers = { Host: DomainName.replace('*', 'a') };
    expect((await send({ path: '/v2/apis', headers })).status).toBe(200);
    const { path } = DELETE_CONNECTION();
    expect((await send({ path: path.replace('/dev', ''), headers })).status).toBe(200);
  }
});

it('accepts a WebSocket from any page and for any host name, as AWS does', async () => {
  using other = await WebSocketClient.open(gateway.webSocketUrl, {
    headers: { Origin: 'http://evil.example', Host: 'evil.example' },
  });
  other.send('x');
  expect(await other.next()).toMatchObject({ message: 'Internal server error' });
});

describe('a body', () => {
  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'text/json',
    undefined,
  ])('of type %s gets 415 from the control plane and /_gateway/', async (type) => {
    const before = await state();
    const headers = type === undefined ? {} : { 'Content-Type': type };
    const clock = await send({ ...CLOCK, headers });
    expect(clock).toMatchObject({ status: 415, body: { code: 'not_json' } });
    expect(clock.body?.detail).toContain('--json');
    const api = await send({ ...CREATE_API, headers });
    expect(api.status).toBe(415);
    expect(api.headers['x-amzn-errortype']).toBe('UnsupportedMediaTypeException');
    expect(await state()).toEqual(before);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/x-amz-json-1.1',
    'application/vnd.api+json',
  ])('of type %s is accepted', async (type) => {
    const headers = { 'Content-Type': type };
    expect((await send({ ...CREATE_API, headers })).status).toBe(201);
    expect((await send({ ...CLOCK, headers, body: '{"advanceMs":1}' })).status).toBe(200);
  });

  it.each(['application/octet-stream', 'text/plain', undefined])(
    'of type %s is posted to a connection',
    async (type) => {
      const headers = type === undefined ? {} : { 'Content-Type': type };
      const { path } = DELETE_CONNECTION();
      expect((await send({ method: 'POST', path, headers, body: 'hello' })).status).toBe(200);
      expect(await client.nextText()).toBe('hello');
    },
  );

  it('is not read if the request is refused', async () => {
    const socket = connect(Number(new URL(gateway.gateway.url).port), '127.0.0.1');
    socket.write(
      'POST /v2/apis HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    expect(bytes.toString('latin1')).toMatch(/^HTTP\/1\.1 403 /);
    socket.destroy();
  });

  it('over its limit gets 413, in the form of the surface', async () => {
    const clock = await send({ ...CLOCK, body: ' '.repeat(64 * 1024 + 1) });
    expect(clock).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    const api = await send({ ...CREATE_API, body: ' '.repeat(14 * 1024 * 1024 + 1) });
    expect(api).toMatchObject({ status: 413, body: { message: expect.any(String) as string } });
    expect(api.headers['x-amzn-errortype']).toBe('RequestEntityTooLargeException');
  });

  it('that the client does not complete is not logged as an error', async () => {
    for (const { path, method } of [CLOCK, CREATE_API, { ...DELETE_CONNECTION(), method: 'POST' }]) {
      const socket = connect(Number(new URL(gateway.gateway.url).port), '127.0.0.1');
      socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
          'Expect: 100-continue\r\nContent-Length: 100\r\n\r\n{',
      );
      // 100 Continue: the request is in flight
      await once(socket, 'data');
      socket.destroy();
    }
    expect((await state()).connections).toBe(1);
    expect(logged.map(({ msg }) => msg)).not.toContain('request failed');
  });

  it('that is too large for a connection gets 413, which an allowed page can read', async () => {
    const { path } = DELETE_CONNECTION();
    const { status, headers } = await send({
      method: 'POST',
      path,
      headers: { Origin: PAGE },
      body: 'x'.repeat(131_073),
    });
    expect(status).toBe(413);
    expect(headers).toMatchObject({ 'access-control-allow-origin': PAGE });
    expect(headers).not.toHaveProperty('x-amzn-requestid');
  });
});

it('sends nosniff and no-store for /_gateway/', async () => {
  for (const headers of [{}, { Origin: 'http://evil.example' }]) {
    expect((await send({ path: '/_gateway/connections', headers })).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  }
});
