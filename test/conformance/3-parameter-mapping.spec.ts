import { CreateIntegrationCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { ApiUnderTest, CONNECTION_ID, errorOf, startBackend } from './api-under-test.js';

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
      api.addRoute(`r${value.length}`, {
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
  '§3 without a mapping the HTTP backend of %s is not told the connection id [documented]',
  async (routeKey) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      $connect: {
        integration: { IntegrationUri: `${backend.publicUrl}/told`, RequestParameters: CONNECTION_ID },
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
