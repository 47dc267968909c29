import {
  DeleteRouteRequestParameterCommand,
  GetIntegrationCommand,
  GetRouteCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocketClient } from '../support/web-socket-client.js';
import { ApiUnderTest, errorOf } from './api-under-test.js';
import { hasLoadBalancer, isAws } from './target.js';

type Json = Record<string, unknown>;

/** A resource, created by what the wire carries. */
async function create(api: ApiUnderTest, path: string, body: Json): Promise<Json> {
  const response = await api.controlRequest('POST', path, body);
  const json = (await response.json()) as Json;
  expect([response.status, json]).toEqual([201, json]);
  return json;
}

const INTEGRATION = {
  integrationType: 'HTTP',
  integrationMethod: 'POST',
  integrationUri: 'http://backend.example/',
};

interface Kind {
  readonly name: string;
  /** Below the API, once what it needs is there. */
  readonly path: (api: ApiUnderTest, base: string) => Promise<string>;
  readonly body: (api: ApiUnderTest) => Json;
  readonly id: string;
  readonly change: Json;
  readonly required: readonly string[];
}

const below = (word: string) => async (_: ApiUnderTest, base: string) => `${base}/${word}`;

function authorizerBody({ functionUri }: ApiUnderTest): Json {
  return {
    name: 'authorizer',
    authorizerType: 'REQUEST',
    authorizerUri: functionUri,
    identitySource: ['route.request.header.Auth'],
  };
}

const KINDS: readonly Kind[] = [
  {
    name: 'integrations',
    path: below('integrations'),
    body: () => INTEGRATION,
    id: 'integrationId',
    change: { description: 'changed' },
    required: ['integrationType'],
  },
  {
    name: 'integrationresponses',
    path: async (api, base) =>
      `${base}/integrations/${String((await create(api, `${base}/integrations`, INTEGRATION)).integrationId)}/integrationresponses`,
    body: () => ({ integrationResponseKey: '/200/' }),
    id: 'integrationResponseId',
    change: { responseTemplates: { $default: 'changed' } },
    required: ['integrationResponseKey'],
  },
  {
    name: 'routes',
    path: below('routes'),
    body: () => ({ routeKey: 'join' }),
    id: 'routeId',
    change: { operationName: 'changed' },
    required: ['routeKey'],
  },
  {
    name: 'routeresponses',
    path: async (api, base) =>
      `${base}/routes/${String((await create(api, `${base}/routes`, { routeKey: 'join' })).routeId)}/routeresponses`,
    body: () => ({ routeResponseKey: '$default' }),
    id: 'routeResponseId',
    change: { responseParameters: { 'route.response.header.a': { required: false } } },
    required: ['routeResponseKey'],
  },
  {
    name: 'authorizers',
    path: below('authorizers'),
    body: authorizerBody,
    id: 'authorizerId',
    change: { name: 'changed' },
    required: ['name', 'authorizerType'],
  },
  {
    name: 'models',
    path: below('models'),
    body: () => ({ name: 'model', schema: '{"type":"object"}' }),
    id: 'modelId',
    change: { description: 'changed' },
    required: ['name', 'schema'],
  },
  {
    name: 'deployments',
    path: async (api, base) => {
      await create(api, `${base}/routes`, { routeKey: 'join' });
      return `${base}/deployments`;
    },
    body: () => ({}),
    id: 'deploymentId',
    change: { description: 'changed' },
    required: [],
  },
  {
    name: 'stages',
    path: below('stages'),
    body: () => ({ stageName: 'dev' }),
    id: 'stageName',
    change: { description: 'changed' },
    required: ['stageName'],
  },
];

describe('§12 the control plane', () => {
  it.each(KINDS)(
    'creates $name with 201, gives, lists and updates them with 200 (routes with 201: C9), deletes them with 204, and then knows none: 404 [documented]',
    async ({ name, path, body, id, change }) => {
      await using api = await ApiUnderTest.create();
      const collection = await path(api, `/v2/apis/${api.apiId}`);
      const created = await create(api, collection, body(api));
      const resource = `${collection}/${String(created[id])}`;

      const got = await api.controlRequest('GET', resource);
      expect([got.status, await got.json()]).toEqual([200, created]);

      const listed = await api.controlRequest('GET', collection);
      expect(listed.status).toBe(200);
      expect((await listed.json()) as Json).toEqual({ items: [created] });

      const updated = await api.controlRequest('PATCH', resource, change);
      expect(await updated.json()).toMatchObject(change);
      expect(updated.status).toBe(name === 'routes' ? 201 : 200);

      const deleted = await api.controlRequest('DELETE', resource);
      expect([deleted.status, await deleted.text()]).toEqual([204, '']);

      const missing = await api.controlRequest('GET', resource);
      expect(missing.status).toBe(404);
      expect(missing.headers.get('x-amzn-errortype')).toMatch(/^NotFoundException/);
      expect(await missing.json()).toMatchObject({
        message: expect.any(String) as string,
        resourceType: expect.any(String) as string,
      });
    },
  );

  it.each(KINDS.filter(({ required }) => required.length > 0))(
    'creates none of $name without $required [documented]',
    async ({ path, body, required }) => {
      await using api = await ApiUnderTest.create();
      const collection = await path(api, `/v2/apis/${api.apiId}`);
      for (const name of required) {
        const { [name]: _, ...rest } = body(api);
        const refused = await api.controlRequest('POST', collection, rest);
        expect([name, refused.status]).toEqual([name, 400]);
      }
    },
  );

  it('gives, lists and updates an API with 200, and deletes it with 204 [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const { apiId } = await create(api, '/v2/apis', {
      name: 'another',
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.action',
    });
    const resource = `/v2/apis/${String(apiId)}`;
    const updated = await api.controlRequest('PATCH', resource, { name: 'changed' });
    expect([updated.status, await updated.json()]).toMatchObject([200, { name: 'changed' }]);
    const listed = await api.controlRequest('GET', '/v2/apis?maxResults=500');
    const { items } = (await listed.json()) as { items: Json[] };
    expect(items.map((item) => item.apiId)).toEqual(expect.arrayContaining([api.apiId, apiId]));
    expect((await api.controlRequest('DELETE', resource)).status).toBe(204);
    expect((await api.controlRequest('GET', resource)).status).toBe(404);
  });

  it.each(['name', 'protocolType'])('creates no API without %s [documented]', async (name) => {
    await using api = await ApiUnderTest.create();
    const whole = { name: 'a', protocolType: 'WEBSOCKET', routeSelectionExpression: '$request.body.action' };
    const { [name as keyof typeof whole]: _, ...rest } = whole;
    expect((await api.controlRequest('POST', '/v2/apis', rest)).status).toBe(400);
  });

  it('gives a template for a model [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const models = `/v2/apis/${api.apiId}/models`;
    const { modelId } = await create(api, models, { name: 'model', schema: '{"type":"object"}' });
    const response = await api.controlRequest('GET', `${models}/${String(modelId)}/template`);
    expect([response.status, await response.json()]).toEqual([200, { value: expect.any(String) as string }]);
  });

  it('says of a deployment that it is PENDING, FAILED or DEPLOYED [documented]', async () => {
    await using api = await ApiUnderTest.create();
    await api.createRoute('join', {});
    const { deploymentStatus } = await create(api, `/v2/apis/${api.apiId}/deployments`, {});
    expect(deploymentStatus).toMatch(/^(PENDING|FAILED|DEPLOYED)$/);
  });

  it('names members in lowerCamelCase on the wire [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const response = await api.controlRequest('GET', `/v2/apis/${api.apiId}`);
    expect(await response.json()).toMatchObject({
      apiId: api.apiId,
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.action',
    });
  });

  it('gives pages by maxResults and nextToken [documented]', async () => {
    await using api = await ApiUnderTest.create();
    for (const routeKey of ['a', 'b', 'c']) await api.createRoute(routeKey, {});
    const routes = `/v2/apis/${api.apiId}/routes`;
    const first = (await (await api.controlRequest('GET', `${routes}?maxResults=2`)).json()) as {
      items: Json[];
      nextToken: string;
    };
    const second = (await (
      await api.controlRequest(
        'GET',
        `${routes}?maxResults=2&nextToken=${encodeURIComponent(first.nextToken)}`,
      )
    ).json()) as { items: Json[]; nextToken?: string };
    expect([first.items.length, second.items.length, second.nextToken]).toEqual([2, 1, undefined]);
    const keys = [...first.items, ...second.items].map(({ routeKey }) => String(routeKey));
    expect(keys.toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('responds to a wrong request with 400 BadRequestException and a message [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const response = await api.controlRequest('POST', `/v2/apis/${api.apiId}/routes`, { routeKey: '$mine' });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toMatch(/^BadRequestException/);
    expect(await response.json()).toEqual({ message: expect.any(String) as string });
  });

  it('responds with 409 ConflictException to a second route of the same key [documented]', async () => {
    await using api = await ApiUnderTest.create();
    await api.createRoute('join', {});
    expect(await errorOf(api.createRoute('join', {}))).toEqual(['ConflictException', 409]);
  });
});

describe('§12 what is not said is', () => {
  it('for an API: its endpoint, and x-api-key for API keys [observed]', async () => {
    await using api = await ApiUnderTest.create();
    const response = await api.controlRequest('GET', `/v2/apis/${api.apiId}`);
    const { apiEndpoint, apiKeySelectionExpression } = (await response.json()) as Json;
    expect(apiEndpoint).toMatch(
      new RegExp(`^wss://${api.apiId}\\.execute-api\\.${api.target.region}\\.amazonaws\\.com`),
    );
    expect(apiKeySelectionExpression).toBe('$request.header.x-api-key');
  });

  it('for a route: no API key and no authorization [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const route = await create(api, `/v2/apis/${api.apiId}/routes`, { routeKey: 'join' });
    expect(route).toMatchObject({ apiKeyRequired: false, authorizationType: 'NONE' });
  });

  it('for a non-proxy integration: by the status, and for a proxy nothing [observed]', async () => {
    await using api = await ApiUnderTest.create();
    const integrations = `/v2/apis/${api.apiId}/integrations`;
    const plain = await create(api, integrations, INTEGRATION);
    const proxy = await create(api, integrations, { ...INTEGRATION, integrationType: 'HTTP_PROXY' });
    expect(plain.integrationResponseSelectionExpression).toBe('${integration.response.statuscode}');
    expect(proxy).not.toHaveProperty('integrationResponseSelectionExpression');
  });
});

describe('§12 a response', () => {
  it('to CreateStage has no AutoDeploy if the request has none: C9 [observed]', async () => {
    await using api = await ApiUnderTest.create();
    const stages = `/v2/apis/${api.apiId}/stages`;
    expect(await create(api, stages, { stageName: 'dev' })).not.toHaveProperty('autoDeploy');
    expect(await create(api, stages, { stageName: 'off', autoDeploy: false })).toMatchObject({
      autoDeploy: false,
    });
  });

  it('to CreateAuthorizer has no IdentitySource if there is none: C9 [observed]', async () => {
    await using api = await ApiUnderTest.create();
    const { identitySource: _, ...authorizer } = authorizerBody(api);
    const created = await create(api, `/v2/apis/${api.apiId}/authorizers`, authorizer);
    expect(created).not.toHaveProperty('identitySource');
  });

  it.each([
    ['routes', 'Invalid route identifier specified'],
    ['authorizers', 'Invalid Authorizer identifier specified'],
  ])('of 404 for %s names no id: C9 [observed]', async (kind, message) => {
    await using api = await ApiUnderTest.create();
    const response = await api.controlRequest('GET', `/v2/apis/${api.apiId}/${kind}/none00`);
    expect([response.status, await response.json()]).toMatchObject([404, { message }]);
  });

  it.each([
    ['/v2/domainnames/none.example', 'The domain name resource specified in the request was not found.'],
    [
      '/v2/domainnames/none.example/apimappings',
      'The domain name resource specified in the request was not found.',
    ],
  ])('of 404 for %s has the text of domain names [observed]', async (path, message) => {
    await using api = await ApiUnderTest.create();
    const response = await api.controlRequest('GET', path);
    expect([response.status, await response.json()]).toMatchObject([404, { message }]);
  });

  it('to CreateApi with another protocol names both [observed]', async () => {
    await using api = await ApiUnderTest.create();
    const response = await api.controlRequest('POST', '/v2/apis', { name: 'a', protocolType: '?' });
    expect([response.status, await response.json()]).toEqual([
      400,
      { message: 'Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]' },
    ]);
  });
});

describe('§12 an authorizer', () => {
  it.each([
    [{ identityValidationExpression: '' }, 'IdentityValidationExpression must not be empty.'],
    [{ identityValidationExpression: '[' }, 'Invalid validation expression: ['],
    [{ authorizerCredentialsArn: '' }, 'Invalid role ARN'],
    [
      {
        authorizerType: 'JWT',
        jwtConfiguration: { issuer: 'https://issuer.example', audience: ['a'] },
      },
      'Invalid authorizer type. Only REQUEST authorizer type is supported on WEBSOCKET protocol Apis.',
    ],
  ])('is not created with %j: C10 [observed]', async (flaw, message) => {
    await using api = await ApiUnderTest.create();
    const body = { ...authorizerBody(api), ...flaw };
    const response = await api.controlRequest('POST', `/v2/apis/${api.apiId}/authorizers`, body);
    expect([response.status, await response.json()]).toEqual([400, { message }]);
  });

  it('loses its role and its validation expression by an empty text; the payload format version may be empty: C10 [observed]', async () => {
    await using api = await ApiUnderTest.create();
    const authorizers = `/v2/apis/${api.apiId}/authorizers`;
    const { authorizerId } = await create(api, authorizers, {
      ...authorizerBody(api),
      identityValidationExpression: '[a-z]+',
      authorizerCredentialsArn: 'arn:aws:iam::000000000000:role/conformance',
    });
    const updated = await api.controlRequest('PATCH', `${authorizers}/${String(authorizerId)}`, {
      identityValidationExpression: '',
      authorizerCredentialsArn: '',
      authorizerPayloadFormatVersion: '',
    });
    expect(updated.status).toBe(200);
    const authorizer = (await updated.json()) as Json;
    expect(authorizer).not.toHaveProperty('identityValidationExpression');
    expect(authorizer).not.toHaveProperty('authorizerCredentialsArn');
  });
});

it('§12 a MOCK integration may have an empty URI: C11 [test]', async () => {
  await using api = await ApiUnderTest.create();
  const integrations = `/v2/apis/${api.apiId}/integrations`;
  const body = { integrationType: 'MOCK', integrationUri: '' };
  expect((await api.controlRequest('POST', integrations, body)).status).toBe(201);
});

it('§12 an API loses its version and its description by an empty text: C11 [test]', async () => {
  await using api = await ApiUnderTest.create({ api: { Version: '1', Description: 'an API' } });
  const resource = `/v2/apis/${api.apiId}`;
  expect(await (await api.controlRequest('GET', resource)).json()).toMatchObject({ version: '1' });
  const updated = await api.controlRequest('PATCH', resource, { version: '', description: '' });
  expect(updated.status).toBe(200);
  const json = (await updated.json()) as Json;
  expect([json.version ?? '', json.description ?? '']).toEqual(['', '']);
});

it('§12 $connect may have a RouteResponseSelectionExpression without a route response, and be deployed: C11 [test]', async () => {
  await using api = await ApiUnderTest.deployed({
    $connect: { RouteResponseSelectionExpression: '$default' },
  });
  using client = await api.open();
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

it('§12 ids are short and lower-case: 10 characters for an API, 6 or 7 for what it has [documented]', async () => {
  await using api = await ApiUnderTest.create();
  expect(api.apiId).toMatch(/^[a-z0-9]{10}$/);
  const { integrationId } = await create(api, `/v2/apis/${api.apiId}/integrations`, INTEGRATION);
  const { routeId } = await create(api, `/v2/apis/${api.apiId}/routes`, { routeKey: 'join' });
  for (const id of [integrationId, routeId]) expect(id).toMatch(/^[a-z0-9]{6,7}$/);
});

it('§12 several routes may share one integration [documented]', async () => {
  await using api = await ApiUnderTest.create();
  const { integrationId } = await create(api, `/v2/apis/${api.apiId}/integrations`, INTEGRATION);
  for (const routeKey of ['a', 'b']) {
    const target = `integrations/${String(integrationId)}`;
    expect(await create(api, `/v2/apis/${api.apiId}/routes`, { routeKey, target })).toMatchObject({ target });
  }
});

describe('§12 UpdateIntegration', () => {
  it('merges RequestParameters, and removes one that is sent empty [observed]', async () => {
    await using api = await ApiUnderTest.create();
    const { integrationId } = await create(api, `/v2/apis/${api.apiId}/integrations`, INTEGRATION);
    const update = async (RequestParameters: Record<string, string>) =>
      api.control.send(
        new UpdateIntegrationCommand({
          ApiId: api.apiId,
          IntegrationId: String(integrationId),
          RequestParameters,
        }),
      );
    await update({ 'integration.request.header.a': 'context.connectionId' });
    await update({ 'integration.request.header.b': 'context.stage' });
    await update({ 'integration.request.header.a': '' });
    const { RequestParameters } = await api.control.send(
      new GetIntegrationCommand({ ApiId: api.apiId, IntegrationId: String(integrationId) }),
    );
    expect(RequestParameters).toEqual({ 'integration.request.header.b': 'context.stage' });
  });
});

it('§12 a route loses one declared parameter by DeleteRouteRequestParameter, as the SDK sends it [documented]', async () => {
  await using api = await ApiUnderTest.create();
  const RequestParameters = {
    'route.request.header.Authorization': { Required: true },
    'route.request.querystring.b': { Required: false },
  };
  await api.createRoute('$connect', { RequestParameters });
  const { apiId: ApiId } = api;
  const RouteId = api.routeIds.get('$connect');
  const RequestParameterKey = 'route.request.header.Authorization';
  await api.control.send(new DeleteRouteRequestParameterCommand({ ApiId, RouteId, RequestParameterKey }));
  const route = await api.control.send(new GetRouteCommand({ ApiId, RouteId }));
  expect(route.RequestParameters).toEqual({ 'route.request.querystring.b': { Required: false } });
});

it('§12 a route loses one declared parameter by DELETE …/requestparameters/{key} [documented]', async () => {
  await using api = await ApiUnderTest.create();
  const { routeId } = await create(api, `/v2/apis/${api.apiId}/routes`, {
    routeKey: '$connect',
    requestParameters: {
      'route.request.querystring.a': { required: false },
      'route.request.querystring.b': { required: false },
    },
  });
  const route = `/v2/apis/${api.apiId}/routes/${String(routeId)}`;
  const deleted = await api.controlRequest(
    'DELETE',
    `${route}/requestparameters/route.request.querystring.a`,
  );
  expect(deleted.status).toBe(204);
  expect(await (await api.controlRequest('GET', route)).json()).toMatchObject({
    requestParameters: { 'route.request.querystring.b': { required: false } },
  });
});

it('§12 a stage loses its settings for a route by DELETE …/routesettings/{routeKey} [documented]', async () => {
  await using api = await ApiUnderTest.create();
  const base = `/v2/apis/${api.apiId}`;
  await create(api, `${base}/routes`, { routeKey: 'join' });
  const { deploymentId } = await create(api, `${base}/deployments`, {});
  await create(api, `${base}/stages`, {
    stageName: 'dev',
    deploymentId,
    routeSettings: { join: { throttlingRateLimit: 5, throttlingBurstLimit: 5 } },
  });
  expect((await api.controlRequest('DELETE', `${base}/stages/dev/routesettings/join`)).status).toBe(204);
  const { routeSettings } = (await (await api.controlRequest('GET', `${base}/stages/dev`)).json()) as Json;
  expect(routeSettings).toEqual({});
});

// on AWS it needs a log group
it.skipIf(isAws)(
  '§12 (stand-in only: without a log group) a stage loses its access log by DELETE …/accesslogsettings [documented]',
  async () => {
    const DestinationArn = 'arn:aws:logs:us-east-1:000000000000:log-group:conformance';
    const AccessLogSettings = { DestinationArn, Format: '$context.requestId' };
    await using api = await ApiUnderTest.deployed({ $connect: {} }, { stage: { AccessLogSettings } });
    const stage = `/v2/apis/${api.apiId}/stages/${api.target.stage}`;
    const settings = async () =>
      ((await (await api.controlRequest('GET', stage)).json()) as Json).accessLogSettings;
    expect(await settings()).toMatchObject({ format: '$context.requestId' });
    expect((await api.controlRequest('DELETE', `${stage}/accesslogsettings`)).status).toBe(204);
    expect(await settings()).toBeUndefined();
  },
);

it('§12 tags are set, given and removed by the ARN of what has them [documented]', async () => {
  await using api = await ApiUnderTest.create();
  const arn = `arn:aws:apigateway:${api.target.region}::/apis/${api.apiId}`;
  const tags = `/v2/tags/${encodeURIComponent(arn)}`;
  expect((await api.controlRequest('POST', tags, { tags: { a: '1', b: '2' } })).status).toBe(201);
  expect(await (await api.controlRequest('GET', tags)).json()).toEqual({ tags: { a: '1', b: '2' } });
  expect((await api.controlRequest('DELETE', `${tags}?tagKeys=a`)).status).toBe(204);
  expect(await (await api.controlRequest('GET', tags)).json()).toEqual({ tags: { b: '2' } });
});

// on AWS a domain name needs a certificate
describe.skipIf(isAws)('§12 (stand-in only: without a certificate) a domain name', () => {
  it('leads to a stage by an API mapping, clients and callbacks alike [documented]', async () => {
    // whatever is sent is answered with Forbidden and the connection's id
    await using api = await ApiUnderTest.deployed({ $connect: {} });
    await create(api, '/v2/domainnames', {
      domainName: 'ws.example',
      domainNameConfigurations: [
        { certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/a', endpointType: 'REGIONAL' },
      ],
    });
    const again = await api.controlRequest('POST', '/v2/domainnames', {
      domainName: 'ws.example',
      domainNameConfigurations: [
        { certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/a', endpointType: 'REGIONAL' },
      ],
    });
    expect([again.status, await again.json()]).toEqual([
      409,
      { message: 'The domain name resource already exists.' },
    ]);
    const mapping = await create(api, '/v2/domainnames/ws.example/apimappings', {
      apiId: api.apiId,
      stage: 'dev',
      apiMappingKey: 'chat',
    });
    using client = await WebSocketClient.open(api.webSocketUrl.replace(/_apis.*/, 'chat'), {
      headers: { host: 'ws.example' },
    });
    client.send('{}');
    const { connectionId } = (await client.next()) as { connectionId: string };
    const callbackUrl = `${api.target.controlEndpoint}/chat/@connections/${encodeURIComponent(connectionId)}`;
    const callback = await request(callbackUrl, { headers: { host: 'ws.example' } });
    expect(callback.statusCode).toBe(200);
    const listed = await api.controlRequest('GET', '/v2/domainnames/ws.example/apimappings');
    expect(await listed.json()).toEqual({ items: [mapping] });
    const mappings = '/v2/domainnames/ws.example/apimappings';
    const deleted = await api.controlRequest('DELETE', `${mappings}/${String(mapping.apiMappingId)}`);
    expect(deleted.status).toBe(204);
    const missing = await api.controlRequest('GET', `${mappings}/${String(mapping.apiMappingId)}`);
    expect([missing.status, await missing.json()]).toMatchObject([
      404,
      { message: 'The api mapping resource specified in the request was not found.' },
    ]);
    const { apiMappingSelectionExpression } = (await (
      await api.controlRequest('GET', '/v2/domainnames/ws.example')
    ).json()) as Json;
    expect(apiMappingSelectionExpression).toBe('$request.basepath');
  });
});

describe.runIf(hasLoadBalancer)('§12 a VPC link of WebSocket APIs', () => {
  it('belongs to the REST control plane, /vpclinks, and is deleted with 202 [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const id = await api.createVpcLinkToBackend();
    const got = await api.controlRequest('GET', `/vpclinks/${id}`);
    expect(await got.json()).toMatchObject({
      id,
      targetArns: [api.target.loadBalancerArn],
      status: expect.stringMatching(/^(PENDING|AVAILABLE|DELETING|FAILED)$/) as string,
    });
    expect((await api.controlRequest('DELETE', `/vpclinks/${id}`)).status).toBe(202);
  });
});
