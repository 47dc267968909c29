import { describe, expect, it } from 'vitest';
import { HttpApiInTarget, proxiedApi } from './http-api-under-test.js';

const routeKeyOf = async (api: HttpApiInTarget, path: string, init?: RequestInit) =>
  (await api.request(path, init)).headers.get('route-key');

/** Names the route in a header of the response. */
const naming = (url: string) => ({
  IntegrationUri: url,
  ResponseParameters: { 200: { 'append:header.route-key': '$context.routeKey' } },
});

describe('H1 the stage of a request', () => {
  it('H1.03, H1.04: is named by the first part of the path, before any route [documented]', async () => {
    await using served = await proxiedApi(['$default'], {
      stages: { $default: {}, pets: { StageVariables: { at: 'pets' } } },
      integration: (url) => ({
        IntegrationUri: url,
        RequestParameters: { 'append:header.stage': '$context.stage', 'append:header.seen': '$request.path' },
      }),
    });
    expect((await served.received('/pets/dog')).headers).toMatchObject({ stage: 'pets', seen: '/dog' });
    expect((await served.received('/dogs/dog')).headers).toMatchObject({
      stage: '$default',
      seen: '/dogs/dog',
    });
  });

  it('H1.03, H10.01: without $default is 404 for another path [documented]', async () => {
    await using served = await proxiedApi(['$default'], { stages: { dev: {} } });
    const response = await served.api.request('/other');
    expect([response.status, await response.text()]).toEqual([404, '{"message":"Not Found"}']);
  });

  it('H1.10: is part of context.path, not of request.path [documented]', async () => {
    await using served = await proxiedApi(['GET /p'], {
      stages: { dev: {} },
      integration: (url) => ({
        IntegrationUri: url,
        RequestParameters: {
          'append:header.with': '$context.path',
          'append:header.without': '$request.path',
        },
      }),
    });
    expect((await served.received('/dev/p')).headers).toMatchObject({ with: '/dev/p', without: '/p' });
  });
});

describe('H2 the route of a request', () => {
  const ROUTES = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];

  it('H2.06 to H2.09: is the one of the documented table [documented]', async () => {
    await using served = await proxiedApi(ROUTES, { integration: naming });
    const found = [];
    for (const path of ['/pets/dog/1', '/pets/dog/2', '/pets/cat/1']) {
      found.push(await routeKeyOf(served.api, path));
    }
    found.push(await routeKeyOf(served.api, '/test/5', { method: 'POST' }));
    expect(found).toEqual(['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}']);
  });

  it('H2.08, H2.10: prefers the method to ANY, and a complete match to a greedy one [documented]', async () => {
    await using served = await proxiedApi(['ANY /a', 'GET /a', 'ANY /b/{id}', 'GET /{proxy+}'], {
      integration: naming,
    });
    expect(await routeKeyOf(served.api, '/a')).toBe('GET /a');
    expect(await routeKeyOf(served.api, '/a', { method: 'PUT' })).toBe('ANY /a');
    expect(await routeKeyOf(served.api, '/b/1')).toBe('ANY /b/{id}');
  });

  it('H2.11: is 404 for a path that only has other methods [documented]', async () => {
    await using served = await proxiedApi(['POST /pets']);
    const response = await served.api.request('/pets');
    expect([response.status, await response.text()]).toEqual([404, '{"message":"Not Found"}']);
  });

  it('H2.15: is 404 for a slash at the end [observed]', async () => {
    await using served = await proxiedApi(['GET /metrics']);
    expect((await served.api.request('/metrics/')).status).toBe(404);
  });

  it('H2.16: is matched after decoding, where %2F is a separator [observed]', async () => {
    await using served = await proxiedApi(['GET /a/{x}'], { integration: naming });
    expect(await routeKeyOf(served.api, '/a%2Fb')).toBe('GET /a/{x}');
  });

  it('H2.17: is not influenced by what follows an encoded question mark [observed]', async () => {
    await using served = await proxiedApi(['GET /users/{id}'], {
      integration: (url) => ({ IntegrationUri: `${url}/{id}` }),
    });
    expect((await served.received('/users/me%3Fadmin=true')).url).toBe('/me');
  });
});

describe('H3 CORS', () => {
  const CORS = {
    AllowOrigins: ['https://app.example'],
    AllowMethods: ['GET', 'PUT'],
    AllowHeaders: ['x-a'],
    MaxAge: 300,
  };
  const PREFLIGHT = {
    method: 'OPTIONS',
    headers: { origin: 'https://app.example', 'access-control-request-method': 'PUT' },
  };

  it('H3.02, H3.06: the gateway answers a preflight without a route [documented]', async () => {
    await using served = await proxiedApi(['GET /books'], { api: { CorsConfiguration: CORS } });
    const { status, headers } = await served.api.request('/books', PREFLIGHT);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example']);
    expect(headers.get('access-control-max-age')).toBe('300');
    expect(served.backend.unexpected).toEqual([]);
  });

  it('H3.10: every origin is answered with a star if the list has one [documented]', async () => {
    await using served = await proxiedApi(['GET /books'], {
      api: { CorsConfiguration: { AllowOrigins: ['*'], AllowMethods: ['GET'] } },
    });
    for (const init of [PREFLIGHT, { headers: { origin: 'https://other.example' } }]) {
      const { headers } = await served.api.request('/books', init);
      expect(headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  it('H3.14: a response has the credentials and exposed headers of the configuration [documented]', async () => {
    const CorsConfiguration = { ...CORS, AllowCredentials: true, ExposeHeaders: ['x-own'] };
    await using served = await proxiedApi(['GET /books'], { api: { CorsConfiguration } });
    const { headers } = await served.api.request('/books', { headers: { origin: 'https://app.example' } });
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-expose-headers')).toBe('x-own');
  });

  it.each(['ANY /books', '$default'])('H3.03, H3.04: %s takes the preflight [observed]', async (routeKey) => {
    await using served = await proxiedApi([routeKey], { api: { CorsConfiguration: CORS } });
    expect((await served.received('/books', PREFLIGHT)).method).toBe('OPTIONS');
  });

  it('H3.14, H3.15: replaces the headers of the integration [documented]', async () => {
    await using served = await proxiedApi(['GET /books'], { api: { CorsConfiguration: CORS } });
    const own = { 'access-control-allow-origin': 'own', 'access-control-allow-methods': 'own' };
    served.backend.answer = () => ({ status: 200, headers: own });
    const { headers } = await served.api.request('/books', { headers: { origin: 'https://app.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(headers.get('access-control-allow-methods')).not.toBe('own');
  });

  it('H3.15: passes the headers of the integration without a configuration [documented]', async () => {
    await using served = await proxiedApi(['GET /books']);
    served.backend.answer = () => ({ status: 200, headers: { 'access-control-allow-origin': 'own' } });
    const { headers } = await served.api.request('/books', { headers: { origin: 'https://app.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('own');
  });
});
