import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { OPENAPI_DOCUMENT } from '../../../src/gateway/admin/openapi/openapi-document.js';
import { EVENT_TYPES } from '../../../src/gateway/recorder/gateway-event.js';
import { REFUSALS } from '../../../src/gateway/front/access-refused.js';
import { AdminClient } from '../../support/admin-client.js';
import { CONNECTION_ID } from '../../support/deployed-api.js';
import { DeployedGateway, startGateway } from '../../support/deployed-gateway.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

type Operation = {
  readonly responses: Readonly<Record<string, Response | undefined>>;
  readonly requestBody?: Body;
};
type Response = { readonly content: Content };
type Body = { readonly content: Content };
type Content = Readonly<Record<string, { readonly schema: object; readonly example?: unknown } | undefined>>;

const paths = OPENAPI_DOCUMENT.paths as unknown as Readonly<
  Record<string, Readonly<Record<string, Operation>>>
>;

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addKeyword('components').addKeyword('example').addKeyword('x-expected');
ajv.addSchema({ $id: 'document', components: OPENAPI_DOCUMENT.components });

/** The problems of a value; the schema may refer to the document's components. */
function problemsOf(schema: object | undefined, value: unknown): unknown {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
  const validate = ajv.compile(JSON.parse(text) as object);
  return validate(value) ? [] : validate.errors;
}

async function start() {
  const backend = await HttpBackend.start();
  const integration = { IntegrationUri: backend.url, RequestParameters: CONNECTION_ID };
  const gateway = await DeployedGateway.start(
    { $connect: { integration }, $default: { integration }, $disconnect: { integration } },
    { record: 1024 * 1024 },
  );
  const stack = new AsyncDisposableStack();
  stack.use(backend);
  stack.use(gateway);
  return { stack, gateway, admin: new AdminClient(gateway.gateway.url) };
}

/** A request with a body, an origin and a parameter to an HTTP API. */
async function requestHttpApi(gateway: DeployedGateway, admin: AdminClient): Promise<void> {
  await using backend = await HttpBackend.start();
  const { url } = gateway.gateway;
  const headers = { 'content-type': 'application/json' };
  const send = async (path: string, body: object) =>
    (await fetch(`${url}/v2/apis${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  const api = {
    name: 'books',
    protocolType: 'HTTP',
    corsConfiguration: { allowOrigins: ['https://a.example'] },
  };
  const { apiId } = (await send('', api)) as { apiId: string };
  const { integrationId } = (await send(`/${apiId}/integrations`, {
    integrationType: 'HTTP_PROXY',
    integrationUri: backend.url,
    integrationMethod: 'GET',
    payloadFormatVersion: '1.0',
    requestParameters: { 'append:header.a': '$request.header.b' },
    responseParameters: { 200: { 'overwrite:header.c': 'd' } },
  })) as { integrationId: string };
  await send(`/${apiId}/routes`, { routeKey: 'POST /x', target: `integrations/${integrationId}` });
  await send(`/${apiId}/stages`, { stageName: '$default', autoDeploy: true });
  const origin = 'https://a.example';
  const response = await fetch(`${url}/_apis/${apiId}/x`, { method: 'POST', headers: { origin }, body: '1' });
  expect(response.headers.get('c')).toBe('d');
  await admin.request('GET', 'events?type=http_request&wait=30s');
}

async function onlyConnection(admin: AdminClient): Promise<string> {
  const { items } = (await admin.get('connections')) as { items: { connectionId: string }[] };
  return items[0]?.connectionId ?? '';
}

/** Leads to an event of each type. */
async function doEverything(gateway: DeployedGateway, admin: AdminClient): Promise<void> {
  using client = await WebSocketClient.open(gateway.webSocketUrl);
  client.send({ action: 'x' });
  await gateway.post(await onlyConnection(admin), Buffer.from([0xff]));
  await client.nextText();
  await admin.advanceClock('1s');
  await admin.setFaults({ seed: 1 });
  await fetch(`${gateway.gateway.url}/a/b/c`);
  await requestHttpApi(gateway, admin);
  await client.close();
  await admin.request('GET', 'events?type=close&wait=30s');
}

describe('the OpenAPI document', () => {
  it('is served as it is', async () => {
    const { stack, admin } = await start();
    await using _ = stack;
    expect(await admin.get('openapi.json')).toEqual(JSON.parse(JSON.stringify(OPENAPI_DOCUMENT)));
  });

  it('has exactly the operations that the gateway has', async () => {
    const { stack, gateway, admin } = await start();
    await using _ = stack;
    const documented = Object.entries(paths).map(([path, item]) => [
      path,
      Object.keys(item).map((method) => method.toUpperCase()),
    ]);
    expect(Object.fromEntries(documented)).toEqual(gateway.gateway.admin.operations);
    // the paths that the gateway itself names
    const { body } = await admin.request('GET', 'nothing');
    for (const path of Object.keys(paths)) expect((body as { detail: string }).detail).toContain(path);
  });

  it('is valid: each operation has its own id and responses, and each reference has its schema', () => {
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    const ids = operations.map((operation) => (operation as unknown as { operationId: string }).operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { responses } of operations) expect(Object.keys(responses)).toEqual(['200', 'default']);
    const references = [
      ...JSON.stringify(OPENAPI_DOCUMENT).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g),
    ];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name = ''] of references) expect(OPENAPI_DOCUMENT.components.schemas).toHaveProperty(name);
    for (const schema of Object.values(OPENAPI_DOCUMENT.components.schemas)) problemsOf(schema, {});
  });

  it('has the codes of all problems', () => {
    const { code } = OPENAPI_DOCUMENT.components.schemas.Problem.properties as unknown as {
      code: { enum: string[] };
    };
    expect(code.enum).toEqual(expect.arrayContaining(Object.keys(REFUSALS)));
  });
});

it('every operation but health needs the admin token, and refuses foreign pages and host names', async () => {
  const token = 'an-admin-token-for-tests';
  const gateway = await startGateway({ adminToken: token });
  const statusOf = async (path: string, method: string, headers: Record<string, string>) => {
    const url = gateway.url + path.replace('{connectionId}', 'x');
    const sent = request(url, { method: method.toUpperCase(), headers });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => [path, method] as const),
  );
  const Authorization = `Bearer ${token}`;
  for (const [path, method] of operations) {
    const withoutToken = path.endsWith('/health') ? 200 : 401;
    expect([path, method, await statusOf(path, method, {})]).toEqual([path, method, withoutToken]);
    const foreign = [{ Origin: 'http://evil.example' }, { Host: 'evil.example' }];
    for (const headers of foreign) {
      expect([path, await statusOf(path, method, { ...headers, Authorization })]).toEqual([path, 403]);
    }
  }
  expect(await statusOf('/_gateway/reset', 'post', { Authorization })).toBe(200);
  await gateway.stop();
});

describe('a response', () => {
  it.each([
    ['get', 'health', undefined],
    ['get', 'clock', undefined],
    ['post', 'clock', { advance: '1s' }],
    ['get', 'faults', undefined],
    [
      'put',
      'faults',
      { throttle: { rate: 0.1 }, latencyMs: { callback: 1 }, disconnect: null, vpcLinkDown: ['*'] },
    ],
    ['delete', 'faults', undefined],
    ['get', 'connections', undefined],
    ['delete', 'connections/{connectionId}', undefined],
    ['post', 'connections/{connectionId}', { message: 'Hello' }],
    ['get', 'apis', undefined],
    ['get', 'events', undefined],
    ['delete', 'events', undefined],
    ['get', 'session', undefined],
    ['get', 'findings', undefined],
    ['post', 'reset', { apis: 'start' }],
    ['get', 'openapi.json', undefined],
  ])('of %s /_gateway/%s has the form in the document', async (method, path, body) => {
    const { stack, gateway, admin } = await start();
    await using _ = stack;
    using client = await WebSocketClient.open(gateway.webSocketUrl);
    client.send({ action: 'x' });
    const connectionId = await onlyConnection(admin);
    const operation = paths[`/_gateway/${path}`]?.[method];
    const schema = operation?.responses['200']?.content['application/json']?.schema;
    const requestBody = operation?.requestBody?.content['application/json'];
    const actualPath = path.replace('{connectionId}', encodeURIComponent(connectionId));
    const response = await admin.request(method.toUpperCase(), actualPath, body);
    expect(response.status).toBe(200);
    expect(problemsOf(schema, response.body)).toEqual([]);
    const bodies = body === undefined ? [] : [body, requestBody?.example];
    expect(bodies.map((each) => problemsOf(requestBody?.schema, each))).toEqual(bodies.map(() => []));
  });

  it('of GET /_gateway/events has the form in the document for every type of event', async () => {
    const { stack, gateway, admin } = await start();
    await using _ = stack;
    await doEverything(gateway, admin);
    const { items } = (await admin.get('events?type=message')) as { items: { id: number }[] };
    const body = { eventId: items[0]!.id, part: 'integration', changes: { headers: [['A', 'b']], body: '' } };
    const { requestBody, responses } = paths['/_gateway/replay']!.post!;
    expect(problemsOf(requestBody?.content['application/json']?.schema, body)).toEqual([]);
    const replayed = await admin.request('POST', 'replay', body);
    expect(problemsOf(responses['200']?.content['application/json']?.schema, replayed.body)).toEqual([]);
    const page = (await admin.get('events')) as { items: { type: string }[] };
    expect(problemsOf({ $ref: '#/components/schemas/EventPage' }, page)).toEqual([]);
    expect(new Set(page.items.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
  });

  it.each([
    ['PUT', 'faults', { throttle: 1 }],
    ['GET', 'nothing', undefined],
    ['PATCH', 'clock', {}],
  ])('of a wrong request is a problem as in the document: %s %s', async (method, path, body) => {
    const { stack, admin } = await start();
    await using _ = stack;
    const response = await admin.request(method, path, body);
    const schema =
      OPENAPI_DOCUMENT.paths['/_gateway/clock'].get.responses.default.content['application/problem+json'];
    expect(problemsOf(schema.schema, response.body)).toEqual([]);
    expect(problemsOf(schema.schema, { ...(response.body as object), more: 1 })).not.toEqual([]);
  });
});
