import { describe, expect, it } from 'vitest';
import { proxiedApi } from './http-api-under-test.js';

/** An API with the stage `dev` whose integration has these mappings. */
const mapped = async (
  mappings: {
    readonly RequestParameters?: Record<string, string>;
    readonly ResponseParameters?: Record<string, Record<string, string>>;
  },
  routeKey = 'ANY /{proxy+}',
) =>
  proxiedApi([routeKey], {
    stages: { dev: { StageVariables: { env: 'blue' } } },
    integration: (url) => ({ IntegrationUri: `${url}/uri`, ...mappings }),
  });

describe('H8 request parameters', () => {
  it('E01: rename a header [documented]', async () => {
    await using served = await mapped({
      RequestParameters: {
        'append:header.header2': '$request.header.header1',
        'remove:header.header1': "''",
      },
    });
    const { headers } = await served.received('/dev/p', { headers: { header1: 'a' } });
    expect([headers['header2'], headers['header1']]).toEqual(['a', undefined]);
  });

  it('E02: know the id of the request [documented]', async () => {
    await using served = await mapped({ RequestParameters: { 'append:header.rid': '$context.requestId' } });
    const response = await served.api.request('/dev/p');
    const { headers } = await served.backend.next();
    expect(headers['rid']).toBe(response.headers.get('apigw-requestid'));
  });

  it.each([
    ['E03', '$request.path', '/p/7'],
    ['E04', '/v2/items/${request.path.id}', '/v2/items/7'],
  ])('%s: replace the path by %s [documented]', async (_, value, expected) => {
    await using served = await mapped({ RequestParameters: { 'overwrite:path': value } }, 'GET /p/{id}');
    expect((await served.received('/dev/p/7')).url).toBe(expected);
  });

  it('E06: remove a query parameter [documented]', async () => {
    await using served = await mapped({ RequestParameters: { 'remove:querystring.a': "''" } });
    expect((await served.received('/dev/p?a=1&b=2&a=3')).url).toBe('/uri?b=2');
  });

  it('E08: join the values of one name [documented]', async () => {
    await using served = await mapped({
      RequestParameters: { 'overwrite:header.u': '$request.querystring.t' },
    });
    expect((await served.received('/dev/p?t=1&t=2')).headers['u']).toBe('1,2');
  });

  it('E09: overwrite a header [documented]', async () => {
    await using served = await mapped({ RequestParameters: { 'overwrite:header.x-t': 'new' } });
    expect((await served.received('/dev/p', { headers: { 'X-T': 'old' } })).headers['x-t']).toBe('new');
  });

  it('E11: read the body, which stays as it is [documented]', async () => {
    await using served = await mapped({
      RequestParameters: { 'append:header.uid': '$request.body.user.id' },
    });
    const body = '{"user": {"id": 7}}';
    const received = await served.received('/dev/p', { method: 'POST', body });
    expect([received.headers['uid'], received.body]).toEqual(['7', body]);
  });

  it('E13: read stage variables [documented]', async () => {
    await using served = await mapped({ RequestParameters: { 'append:header.env': '$stageVariables.env' } });
    expect((await served.received('/dev/p')).headers['env']).toBe('blue');
  });

  it('H8.08: tell query parameters apart by case, headers not [documented]', async () => {
    await using served = await mapped({
      RequestParameters: {
        'append:header.q': 'q${request.querystring.Tenant}',
        'append:header.h': '$request.header.TENANT',
      },
    });
    const { headers } = await served.received('/dev/p?tenant=a', { headers: { tenant: 'b' } });
    expect([headers['q'], headers['h']]).toEqual(['q', 'b']);
  });
});

describe('H8 response parameters', () => {
  it('E18: replace the status and keep the body [documented]', async () => {
    await using served = await mapped({
      ResponseParameters: {
        500: { 'overwrite:statuscode': '403', 'append:header.rid': '$context.requestId' },
      },
    });
    served.backend.answer = () => ({ status: 500, body: 'no' });
    const response = await served.api.request('/dev/p');
    expect([response.status, await response.text()]).toEqual([403, 'no']);
    expect(response.headers.get('rid')).toBe(response.headers.get('apigw-requestid'));
  });

  it('E19: remove a header [observed]', async () => {
    await using served = await mapped({
      ResponseParameters: { 200: { 'remove:header.x-powered-by': "''" } },
    });
    served.backend.answer = () => ({ status: 200, headers: { 'X-Powered-By': 'E', 'x-own': 'o' } });
    const { headers } = await served.api.request('/dev/p');
    expect([headers.get('x-powered-by'), headers.get('x-own')]).toEqual([null, 'o']);
  });

  it('E20: read the body [documented]', async () => {
    await using served = await mapped({
      ResponseParameters: { 404: { 'append:header.code': '$response.body.code' } },
    });
    served.backend.answer = () => ({ status: 404, body: '{"code":"N1"}' });
    expect((await served.api.request('/dev/p')).headers.get('code')).toBe('N1');
  });

  it('E21: apply to their status only [documented]', async () => {
    await using served = await mapped({ ResponseParameters: { 200: { 'overwrite:statuscode': '202' } } });
    served.backend.answer = () => ({ status: 201 });
    expect((await served.api.request('/dev/p')).status).toBe(201);
  });
});
