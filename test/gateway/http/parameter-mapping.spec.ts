import { describe, expect, it } from 'vitest';
import { type HttpRoute } from '../../../src/gateway/control/http-snapshot.js';
import { type PrivateTargets } from '../../../src/gateway/integrations/private-targets.js';
import {
  HttpApiUnderTest,
  httpRoute,
  privateIntegration,
  REQUEST_ID,
  urlIntegration,
} from '../../support/http-api.js';
import { HttpBackend } from '../../support/http-backend.js';

type Mappings = Parameters<typeof privateIntegration>[1];

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/books/0/1';

/** An API whose stage `dev` leads to the backend by a private integration, as in the table of the specification. */
async function mapped(mappings: Mappings, routeKey = 'ANY /{proxy+}', route?: (url: string) => HttpRoute) {
  const backend = await HttpBackend.start();
  const targets: PrivateTargets = {
    next: () => ({ address: new URL(backend.url).host, failed: () => undefined }),
  };
  const routes = [route?.(backend.url) ?? httpRoute(routeKey, privateIntegration(ARN, mappings))];
  const api = await HttpApiUnderTest.start({ dev: { routes, stageVariables: { env: 'blue' } } }, { targets });
  return {
    api,
    backend,
    /** Sends a request and returns what the backend received. */
    received: async (path: string, init?: RequestInit) => {
      await fetch(api.url + path, init);
      return backend.next();
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('request parameters', () => {
  it('E01: append and remove rename a header', async () => {
    await using served = await mapped({
      request: { 'append:header.header2': '$request.header.header1', 'remove:header.header1': '' },
    });
    const { url, headers } = await served.received('/dev/p', { headers: { header1: 'a' } });
    expect([url, headers['header2']]).toEqual(['/dev/p', 'a']);
    expect(headers).not.toHaveProperty('header1');
  });

  it('H8.15: their order does not matter', async () => {
    await using served = await mapped({
      request: { 'remove:header.header1': "''", 'append:header.header1': 'x-$request.header.header1' },
    });
    const { headers } = await served.received('/dev/p', { headers: { header1: 'a' } });
    expect(headers['header1']).toBe('x-$request.header.header1');
  });

  it('E02: context.requestId is the id that the client receives', async () => {
    await using served = await mapped({ request: { 'append:header.rid': '$context.requestId' } });
    const response = await fetch(`${served.api.url}/dev/p`);
    const { headers } = await served.backend.next();
    expect(headers['rid']).toBe(response.headers.get('apigw-requestid'));
    expect(headers['rid']).toHaveLength(REQUEST_ID.length);
  });

  it.each([
    ['E03', '$request.path', '/p/7'],
    ['E04', '/v2/items/${request.path.id}', '/v2/items/7'],
    ['H8.10', '$context.path', '/dev/p/7'],
    ['H8.18', 'without-a-slash', '/without-a-slash'],
  ])('%s: overwrite:path = %s sends %s', async (_, value, expected) => {
    await using served = await mapped({ request: { 'overwrite:path': value } }, 'GET /p/{id}');
    expect((await served.received('/dev/p/7')).url).toBe(expected);
  });

  it.each([
    ['E05', { 'overwrite:querystring.a': '$request.querystring.a' }, 'a=1&a=2', 'a=1%2C2'],
    ['E06', { 'remove:querystring.a': "''" }, 'a=1&b=2', 'b=2'],
    ['E07', { 'append:querystring.a': 'x' }, 'a=1', 'a=1&a=x'],
    ['H8.08', { 'remove:querystring.A': "''" }, 'a=1', 'a=1'],
    ['H8.17', { 'overwrite:querystring.a': 'ü &' }, 'a=1&%61=2&b=%2F', 'b=%2F&a=%C3%BC%20%26'],
  ])('%s: %j of ?%s sends ?%s', async (_, request, query, expected) => {
    await using served = await mapped({ request });
    expect((await served.received(`/dev/p?${query}`)).url).toBe(`/dev/p?${expected}`);
  });

  it('E08: several values of a header are joined with a comma', async () => {
    await using served = await mapped({ request: { 'overwrite:header.u': '$request.header.T' } });
    const headers = [
      ['t', '1'],
      ['t', '2'],
    ] as [string, string][];
    // undici joins them with ", " itself; a query string has them apart
    expect((await served.received('/dev/p', { headers })).headers['u']).toBe('1, 2');
    await using query = await mapped({ request: { 'overwrite:header.u': '$request.querystring.t' } });
    expect((await query.received('/dev/p?t=1&t=2')).headers['u']).toBe('1,2');
  });

  it('E09: overwrite leaves one value', async () => {
    await using served = await mapped({ request: { 'overwrite:header.x-t': 'new' } });
    expect((await served.received('/dev/p', { headers: { 'X-T': 'old' } })).headers['x-t']).toBe('new');
  });

  it('H8.16: append keeps the value of the client', async () => {
    await using served = await mapped({ request: { 'append:header.x-t': 'new' } });
    expect((await served.received('/dev/p', { headers: { 'X-T': 'old' } })).headers['x-t']).toBe('old, new');
  });

  it('E10: a source without a value changes nothing', async () => {
    await using served = await mapped({
      request: { 'overwrite:header.u': '$request.header.h', 'append:header.v': 'a${request.header.h}b' },
    });
    const { headers } = await served.received('/dev/p', { headers: { u: 'own' } });
    expect([headers['u'], headers['v']]).toEqual(['own', 'ab']);
  });

  it('E11, E12: parts of the body', async () => {
    await using served = await mapped({
      request: {
        'append:header.uid': '$request.body.user.id',
        'append:header.tags': '$request.body.tags',
        'append:header.none': '$request.body.none',
      },
    });
    const body = '{"user":{"id":7.0},"tags":["a","b"]}';
    const received = await served.received('/dev/p', { method: 'POST', body });
    expect(received.body).toBe(body);
    expect(received.headers).toMatchObject({ uid: '7.0', tags: '["a","b"]' });
    expect(received.headers).not.toHaveProperty('none');
  });

  it('H8.09: the body is cut at 100 KB', async () => {
    await using served = await mapped({ request: { 'append:header.uid': '$request.body.id' } });
    const body = `{"id":7,"pad":"${'x'.repeat(100 * 1024)}"}`;
    const { headers } = await served.received('/dev/p', { method: 'POST', body });
    expect(headers).not.toHaveProperty('uid');
  });

  it('E13: stage variables', async () => {
    await using served = await mapped({ request: { 'append:header.env': '$stageVariables.env' } });
    expect((await served.received('/dev/p')).headers['env']).toBe('blue');
  });

  it.each(['overwrite', 'append'])('E16: %s sets the Host that the backend receives', async (operation) => {
    await using served = await mapped({ request: { [`${operation}:header.Host`]: 'books.internal' } });
    const { rawHeaders } = await served.received('/dev/p');
    const hosts = rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'host');
    expect(hosts).toEqual(['books.internal']);
  });

  it('E22: overwrite:path replaces the path of the URI', async () => {
    await using served = await mapped({}, '', (url) =>
      httpRoute('GET /p', urlIntegration(`${url}/x`, { request: { 'overwrite:path': '/y' } })),
    );
    expect((await served.received('/dev/p?a=1')).url).toBe('/y?a=1');
  });

  it('500: a value that would break the request is not sent', async () => {
    await using served = await mapped({ request: { 'append:header.a': '$request.querystring.a' } });
    const response = await fetch(`${served.api.url}/dev/p?a=x%0d%0aHost:%20forged`);
    expect([response.status, served.backend.unexpected]).toEqual([500, []]);
  });
});

describe('response parameters', () => {
  it('E18: overwrite the status and keep the body', async () => {
    await using served = await mapped({
      response: { 500: { 'overwrite:statuscode': '403', 'append:header.rid': '$context.requestId' } },
    });
    served.backend.answer = () => ({ status: 500, body: 'no' });
    const response = await fetch(`${served.api.url}/dev/p`);
    expect([response.status, await response.text()]).toEqual([403, 'no']);
    expect(response.headers.get('rid')).toBe(response.headers.get('apigw-requestid'));
  });

  it('E19: remove a header', async () => {
    await using served = await mapped({ response: { 200: { 'remove:header.X-Powered-By': "''" } } });
    served.backend.answer = () => ({ status: 200, headers: { 'x-powered-by': 'E', 'x-own': 'o' } });
    const { headers } = await fetch(`${served.api.url}/dev/p`);
    expect([headers.get('x-powered-by'), headers.get('x-own')]).toEqual([null, 'o']);
  });

  it('E20: read the body and headers', async () => {
    await using served = await mapped({
      response: {
        404: { 'append:header.code': '$response.body.code', 'append:header.b': '$response.header.A' },
      },
    });
    served.backend.answer = () => ({ status: 404, headers: { a: '1' }, body: '{"code":"N1"}' });
    const { headers } = await fetch(`${served.api.url}/dev/p`);
    expect([headers.get('code'), headers.get('b')]).toEqual(['N1', '1']);
  });

  it('E21: do not apply to another status', async () => {
    await using served = await mapped({ response: { 200: { 'overwrite:statuscode': '202' } } });
    served.backend.answer = () => ({ status: 201 });
    expect((await fetch(`${served.api.url}/dev/p`)).status).toBe(201);
  });

  it('500: a mapped status that HTTP does not have', async () => {
    await using served = await mapped({ response: { 200: { 'overwrite:statuscode': '$response.body.s' } } });
    served.backend.answer = () => ({ status: 200, body: '{"s":99}' });
    expect((await fetch(`${served.api.url}/dev/p`)).status).toBe(500);
  });
});

describe('a private integration', () => {
  it('H5.05, H5.06: sends the path with the stage, and the Host of the client', async () => {
    await using served = await mapped({});
    const { url, headers } = await served.received('/dev/a%20b?x=1');
    expect([url, headers.host]).toEqual(['/dev/a%20b?x=1', `127.0.0.1:${served.api.port}`]);
  });

  it('H5.12: responds with 503 if the target does not listen, and leaves it out', async () => {
    const failed: string[] = [];
    const targets: PrivateTargets = {
      next: (uri, vpcLinkId) => ({
        address: '127.0.0.1:1',
        failed: () => failed.push(`${vpcLinkId} ${uri}`),
      }),
    };
    await using api = await HttpApiUnderTest.start([httpRoute('$default', privateIntegration(ARN))], {
      targets,
    });
    expect((await fetch(api.url)).status).toBe(503);
    expect(failed).toEqual([`link1 ${ARN}`]);
  });
});
