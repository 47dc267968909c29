import { describe, expect, it } from 'vitest';
import { HttpBackend } from '../support/http-backend.js';
import { HttpApiInTarget, proxiedApi } from './http-api-under-test.js';

const IP = '[\\da-f.:]+';

describe('H4 a backend over the Internet receives', () => {
  it.each([
    ['GET /pets/{petId}', '/x/{petId}', '/pets/6', '/x/6'],
    ['ANY /parent/{proxy+}', '/petstore/{proxy}', '/parent/a/b', '/petstore/a/b'],
    ['$default', '', '/store/checkout', '/store/checkout'],
  ])('H4.03: %s with URI %s: %s as %s [documented]', async (routeKey, path, requested, expected) => {
    await using served = await proxiedApi([routeKey], {
      integration: (url) => ({ IntegrationUri: url + path }),
    });
    expect((await served.received(requested)).url).toBe(expected);
  });

  it('H4.02: a URI with stage variables [documented]', async () => {
    const backend = await HttpBackend.start();
    await using _ = backend;
    await using api = await HttpApiInTarget.deployed({
      routes: { 'GET /books': { IntegrationUri: 'http://${stageVariables.host}/${stageVariables.path}' } },
      stages: { $default: { StageVariables: { host: new URL(backend.url).host, path: 'v2/books' } } },
    });
    await api.request('/books');
    expect((await backend.next()).url).toBe('/v2/books');
  });

  it('H4.07: the query string as it was sent [documented]', async () => {
    await using served = await proxiedApi(['$default']);
    expect((await served.received('/p?a=1&a=%2F+x&e=&f')).url).toBe('/p?a=1&a=%2F+x&e=&f');
  });

  it('H4.06: a path that was decoded, and is encoded again where it must be [observed]', async () => {
    await using served = await proxiedApi(['ANY /x/{proxy+}'], {
      integration: (url) => ({ IntegrationUri: `${url}/y/{proxy}` }),
    });
    expect((await served.received('/x/a%20b%2Fc%23d')).url).toBe('/y/a%20b/c%23d');
  });

  it('H4.09: the method of the integration, or with ANY that of the client [documented]', async () => {
    await using served = await proxiedApi(['ANY /p']);
    const fixed = { IntegrationUri: served.publicUrl, IntegrationMethod: 'PUT' };
    await served.api.createRoute('ANY /fixed', fixed);
    await served.api.deploy('$default');
    expect((await served.received('/p', { method: 'DELETE' })).method).toBe('DELETE');
    expect((await served.received('/fixed', { method: 'DELETE' })).method).toBe('PUT');
  });

  it('H4.10: the body unmodified [documented]', async () => {
    await using served = await proxiedApi(['POST /p']);
    const body = '{"text": "ü – 🙂"}  ';
    const headers = { 'content-type': 'application/x-own' };
    const received = await served.received('/p', { method: 'POST', body, headers });
    expect([received.body, received.headers['content-type']]).toEqual([body, 'application/x-own']);
  });

  it('H4.11 to H4.16: headers of the client and of the gateway [observed]', async () => {
    await using served = await proxiedApi(['GET /p']);
    const headers = {
      accept: 'x/y',
      authorization: 'Bearer t',
      cookie: 'a=1; b=2',
      forwarded: 'for=198.51.100.1',
      origin: 'https://app.example',
      'user-agent': 'probe',
      'x-amzn-trace-id': 'Root=1-6ab593ba-3d03a3475732eb3d3f70548d',
      'x-own': 'o',
    };
    const received = (await served.received('/p', { headers })).headers;
    const { 'x-amzn-trace-id': traceId, forwarded, ...passed } = headers;
    expect(received).toMatchObject({ ...passed, host: new URL(served.publicUrl).host });
    expect(received.via).toBe('HTTP/1.1 AmazonAPIGateway');
    expect(received['x-amzn-trace-id']).toMatch(new RegExp(`^Self=1-[0-9a-f]{8}-[0-9a-f]{24};${traceId}$`));
    expect(received.forwarded).toMatch(
      new RegExp(`^${forwarded}, (by=[^;]*;)?for="?\\[?${IP}\\]?"?;host=[^;]+;proto=https$`),
    );
    expect(received).not.toHaveProperty('x-forwarded-for');
  });

  it('H4.15: a new trace id when there is none [observed]', async () => {
    await using served = await proxiedApi(['GET /p']);
    const { headers } = await served.received('/p');
    expect(headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });
});
