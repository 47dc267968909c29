import { describe, expect, it } from 'vitest';
import { HttpApiUnderTest, httpRoute, type StageSpec, urlIntegration } from '../../support/http-api.js';
import { HttpBackend } from '../../support/http-backend.js';

const ORIGIN = 'https://app.example';
const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'PUT' };

async function withCors(cors: StageSpec['cors'], routeKeys: readonly string[] = ['GET /books']) {
  const backend = await HttpBackend.start();
  backend.answer = () => ({ status: 200, headers: { 'access-control-allow-origin': 'own', 'x-own': 'o' } });
  const routes = routeKeys.map((key) => httpRoute(key, urlIntegration(backend.url)));
  const api = await HttpApiUnderTest.start({ $default: { routes, ...(cors && { cors }) } });
  return {
    api,
    backend,
    corsOf: async (path: string, init: RequestInit) => corsHeaders(await fetch(api.url + path, init)),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

function corsHeaders({ status, headers }: Response) {
  const all = [...headers].filter(([name]) => name.startsWith('access-control-'));
  return [
    status,
    Object.fromEntries(all.map(([name, value]) => [name.slice('access-control-'.length), value])),
  ];
}

const FULL = {
  allowOrigins: ['https://other.example', ORIGIN],
  allowMethods: ['GET', 'PUT'],
  allowHeaders: ['x-a', 'x-b'],
  exposeHeaders: ['x-own'],
  maxAge: 300,
  allowCredentials: true,
};

describe('a preflight without a route', () => {
  it('H3.02, H3.06: is answered by the gateway, as configured', async () => {
    await using served = await withCors(FULL);
    const response = await fetch(`${served.api.url}/books`, { method: 'OPTIONS', headers: PREFLIGHT });
    expect(corsHeaders(response)).toEqual([
      204,
      {
        'allow-origin': ORIGIN,
        'allow-methods': 'GET,PUT',
        'allow-headers': 'x-a,x-b',
        'expose-headers': 'x-own',
        'max-age': '300',
        'allow-credentials': 'true',
      },
    ]);
    expect(response.headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
    expect(await response.text()).toBe('');
    expect(served.backend.unexpected).toEqual([]);
  });

  it('H3.10: has a star for every origin', async () => {
    await using served = await withCors({ allowOrigins: ['*'], allowMethods: ['*'] });
    expect(await served.corsOf('/none', { method: 'OPTIONS', headers: PREFLIGHT })).toEqual([
      204,
      { 'allow-origin': '*', 'allow-methods': '*' },
    ]);
  });

  it('H3.12: allows all origins of a scheme', async () => {
    await using served = await withCors({ allowOrigins: ['https://*'] });
    expect(await served.corsOf('/books', { method: 'OPTIONS', headers: PREFLIGHT })).toEqual([
      204,
      { 'allow-origin': ORIGIN },
    ]);
    const headers = { ...PREFLIGHT, origin: 'http://app.example' };
    expect(await served.corsOf('/books', { method: 'OPTIONS', headers })).toEqual([204, {}]);
  });

  it('H3.07, H3.08: has no header for an origin that is not allowed, or without one', async () => {
    await using served = await withCors(FULL);
    const headers = { ...PREFLIGHT, origin: 'https://evil.example' };
    expect(await served.corsOf('/books', { method: 'OPTIONS', headers })).toEqual([204, {}]);
    expect(await served.corsOf('/books', { method: 'OPTIONS' })).toEqual([204, {}]);
  });

  it('H3.02: is 404 without a configuration', async () => {
    await using served = await withCors(undefined);
    expect(await served.corsOf('/books', { method: 'OPTIONS', headers: PREFLIGHT })).toEqual([404, {}]);
  });
});

describe('a route that matches OPTIONS', () => {
  it.each(['ANY /books', 'ANY /{proxy+}', '$default', 'OPTIONS /books'])(
    'H3.03, H3.04: %s takes the preflight',
    async (routeKey) => {
      await using served = await withCors(FULL, [routeKey]);
      await fetch(`${served.api.url}/books`, { method: 'OPTIONS', headers: PREFLIGHT });
      expect((await served.backend.next()).method).toBe('OPTIONS');
    },
  );
});

describe('a response', () => {
  it('H3.14, H3.15: has the configured headers in place of those of the integration', async () => {
    await using served = await withCors(FULL);
    const response = await fetch(`${served.api.url}/books`, { headers: { origin: ORIGIN } });
    expect(corsHeaders(response)).toEqual([
      200,
      { 'allow-origin': ORIGIN, 'allow-credentials': 'true', 'expose-headers': 'x-own' },
    ]);
    expect(response.headers.get('x-own')).toBe('o');
    expect(await served.corsOf('/books', {})).toEqual([200, {}]);
  });

  it('H3.15: keeps those of the integration without a configuration', async () => {
    await using served = await withCors(undefined);
    expect(await served.corsOf('/books', { headers: { origin: ORIGIN } })).toEqual([
      200,
      { 'allow-origin': 'own' },
    ]);
  });

  it('H3.14: of the gateway itself has them too', async () => {
    await using served = await withCors(FULL);
    expect(await served.corsOf('/none', { headers: { origin: ORIGIN } })).toEqual([
      404,
      { 'allow-origin': ORIGIN, 'allow-credentials': 'true', 'expose-headers': 'x-own' },
    ]);
  });
});
