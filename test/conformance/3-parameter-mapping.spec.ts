import { CreateIntegrationCommand, GetIntegrationResponsesCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { CONNECTION_ID } from '../support/deployed-api.js';
import { ApiUnderTest, errorOf, startBackend } from './api-under-test.js';

const declared = (...sources: string[]) =>
  Object.fromEntries(sources.map((source) => [source, { Required: false }]));

describe('§3 on $connect a request parameter can come from', () => {
  it.each<[string, Record<string, string>, string]>([
    ['route.request.querystring.token', {}, 'demo'],
    ['route.request.header.X-Tenant', { 'x-tenant': 'acme' }, 'acme'],
  ])('%s, once the route declares it [documented]', async (source, headers, expected) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $connect: {
        RequestParameters: declared(source),
        integration: {
          IntegrationUri: backend.publicUrl,
          RequestParameters: { 'integration.request.header.Mapped': source },
        },
      },
    });
    using _ = await api.open({ query: '?token=demo', headers });
    expect((await backend.next()).headers['mapped']).toBe(expected);
  });

  it('a multi-value header, all its values [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $connect: {
        RequestParameters: declared('route.request.header.X-Tenant'),
        integration: {
          IntegrationUri: backend.publicUrl,
          RequestParameters: {
            'integration.request.header.Mapped': 'route.request.multivalueheader.X-Tenant',
          },
        },
      },
    });
    using _ = await api.open({ headers: { 'x-tenant': ['acme', 'other'] } });
    // in one line or in two
    expect(String((await backend.next()).headers['mapped']).split(/, */)).toEqual(['acme', 'other']);
  });

  it('a multi-value query string, all its values [documented]', async () => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $connect: {
        RequestParameters: declared('route.request.querystring.stocks'),
        integration: {
          IntegrationUri: backend.publicUrl,
          RequestParameters: {
            'integration.request.querystring.stock': 'route.request.multivaluequerystring.stocks',
          },
        },
      },
    });
    using _ = await api.open({ query: '?stocks=aapl&stocks=goog' });
    const { searchParams } = new URL((await backend.next()).url, backend.url);
    expect(searchParams.getAll('stock')).toEqual(['aapl', 'goog']);
  });
});

describe('§3 on a message route a request parameter can come from', () => {
  it.each<[string, unknown, string]>([
    ['route.request.body.channel', { action: 'join', channel: 'news' }, 'news'],
    ['route.request.body', '{"action":"join"}', '{"action":"join"}'],
    ['route.request.body.user.name', { action: 'join', user: { name: 'ann' } }, 'ann'],
    ['stageVariables.colour', { action: 'join' }, 'green'],
    ['context.routeKey', { action: 'join' }, 'join'],
    ["'static value'", { action: 'join' }, 'static value'],
  ])('%s, without a declaration [documented]', async (source, message, expected) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed(
      {
        join: {
          integration: {
            IntegrationUri: backend.publicUrl,
            RequestParameters: { 'integration.request.header.Mapped': source },
          },
        },
      },
      { stage: { StageVariables: { colour: 'green' } } },
    );
    using client = await api.open();
    client.send(message);
    expect((await backend.next()).headers['mapped']).toBe(expected);
  });
});

describe('§3 on $connect and $disconnect too a request parameter can come from', () => {
  it.each<[string, string]>([
    ['stageVariables.colour', 'green'],
    ['context.stage', 'dev'],
    ["'static value'", 'static value'],
  ])('%s [documented]', async (source, expected) => {
    await using backend = await startBackend();
    const integration = {
      IntegrationUri: backend.publicUrl,
      RequestParameters: { 'integration.request.header.Mapped': source },
    };
    await using api = await ApiUnderTest.deployed(
      { $connect: { integration }, $disconnect: { integration } },
      { stage: { StageVariables: { colour: 'green' } } },
    );
    using client = await api.open();
    const connect = await backend.next();
    await client.close();
    const disconnect = await backend.next();
    const value = source === 'context.stage' ? api.target.stage : expected;
    expect([connect, disconnect].map(({ headers }) => headers['mapped'])).toEqual([value, value]);
  });
});

it.each(['header.X-Tenant', 'querystring.token'])(
  '§3 a message has no %s of the handshake to be mapped [documented]',
  async (parameter) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $connect: { RequestParameters: declared(`route.request.${parameter}`) },
      $default: {
        integration: {
          IntegrationUri: backend.publicUrl,
          RequestParameters: { 'integration.request.header.Mapped': `route.request.${parameter}` },
        },
      },
    });
    using client = await api.open({ query: '?token=demo', headers: { 'X-Tenant': 'acme' } });
    client.send('hello');
    expect((await backend.next()).headers).not.toHaveProperty('mapped');
  },
);

it.each([
  ['method.response.header.a', 'integration.response.header.b'],
  ['route.response.header.a', 'integration.response.body.b'],
  ['route.response.header.a', "'literal'"],
])('§3 an integration response may map %s from %s [documented]', async (destination, source) => {
  await using api = await ApiUnderTest.create();
  await api.createRoute('$connect', {
    integration: { IntegrationType: 'HTTP', IntegrationUri: 'http://backend.example/' },
    integrationResponses: [{ ResponseParameters: { [destination]: source } }],
  });
  const { Items } = await api.control.send(
    new GetIntegrationResponsesCommand({
      ApiId: api.apiId,
      IntegrationId: api.integrationIds.get('$connect'),
    }),
  );
  expect(Items).toMatchObject([{ ResponseParameters: { [destination]: source } }]);
});

describe('§3 a request parameter can go to', () => {
  it.each<[string, string, (url: string, headers: Record<string, unknown>) => unknown]>([
    ['integration.request.header.NAME', '/', (_, headers) => headers['name']],
    ['integration.request.querystring.NAME', '/', (url) => new URL(url, 'http://x').searchParams.get('NAME')],
    ['integration.request.path.NAME', '/to/{NAME}', (url) => url.split('/')[2]],
  ])('%s [documented]', async (destination, path, valueIn) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $default: {
        integration: {
          IntegrationUri: `${backend.publicUrl}${path}`,
          RequestParameters: { [destination]: 'route.request.body.value' },
        },
      },
    });
    using client = await api.open();
    client.send({ value: 'here' });
    const { url, headers } = await backend.next();
    expect(valueIn(url, headers)).toBe('here');
  });
});

describe('§3 the name of a parameter', () => {
  it.each(['a b', 'a/b', 'ü', ''])('may not be %j [documented]', async (name) => {
    await using api = await ApiUnderTest.create();
    const created = api.control.send(
      new CreateIntegrationCommand({
        ApiId: api.apiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://backend.example/',
        RequestParameters: { [`integration.request.header.${name}`]: 'context.connectionId' },
      }),
    );
    expect(await errorOf(created)).toEqual(['BadRequestException', 400]);
  });

  it('and its value may have 1 to 512 characters [documented]', async () => {
    await using api = await ApiUnderTest.create();
    const create = (value: string) =>
      api.createRoute(`r${value.length}`, {
        integration: {
          IntegrationUri: 'http://backend.example/',
          RequestParameters: { 'integration.request.header.Mapped': value },
        },
      });
    await create(`'${'x'.repeat(510)}'`);
    expect(await errorOf(create(`'${'x'.repeat(511)}'`))).toEqual(['BadRequestException', 400]);
  });
});

it.each(['$connect', '$default', '$disconnect'])(
  '§3 without a mapping the HTTP backend of %s does not receive the connection id [documented]',
  async (routeKey) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $connect: {
        integration: { IntegrationUri: `${backend.publicUrl}/mapped`, RequestParameters: CONNECTION_ID },
      },
      [routeKey]: { integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    if (routeKey !== '$connect') await backend.next();
    client.send('hello');
    await client.close();
    const received = await backend.next();
    expect(Object.keys(received.headers).filter((name) => /connection-?id/.test(name))).toEqual([]);
    expect(received.body).not.toContain('connectionId');
  },
);

it('§3 a mapped header replaces the header of that name that the client sends, on $connect: C3 [observed]', async () => {
  await using backend = await startBackend();
  await using api = await ApiUnderTest.deployed({
    $connect: {
      integration: {
        IntegrationUri: backend.publicUrl,
        RequestParameters: { 'integration.request.header.Sec-WebSocket-Version': "'0'" },
      },
    },
  });
  using _ = await api.open();
  // two values would arrive as "13, 0"
  expect((await backend.next()).headers['sec-websocket-version']).toBe('0');
});

it('§3 the name of a mapped header is case-insensitive for the backend, as all are [observed]', async () => {
  await using backend = await startBackend();
  await using api = await ApiUnderTest.deployed({
    $connect: {
      integration: {
        IntegrationUri: backend.publicUrl,
        RequestParameters: { 'integration.request.header.connectionId': 'context.connectionId' },
      },
    },
  });
  using _ = await api.open();
  expect((await backend.next()).headers['connectionid']).toMatch(/=$/);
});
