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

  it('H8.01: append, overwrite and remove headers and query parameters [documented]', async () => {
    await using served = await mapped({
      RequestParameters: {
        'append:header.h-append': 'b',
        'overwrite:header.h-overwrite': 'b',
        'remove:header.h-remove': '',
        'append:querystring.q-append': 'b',
        'overwrite:querystring.q-overwrite': 'b',
        'remove:querystring.q-remove': '',
      },
    });
    const { url, headers } = await served.received('/dev/p?q-append=a&q-overwrite=a&q-remove=a', {
      headers: { 'h-append': 'a', 'h-overwrite': 'a', 'h-remove': 'a' },
    });
    // H8.16: both values; one line or two is not documented
    expect(headers['h-append']).toMatch(/^a, ?b$/);
    expect([headers['h-overwrite'], headers['h-remove']]).toEqual(['b', undefined]);
    const { searchParams } = new URL(url, 'http://b');
    const queryOf = (name: string) => searchParams.getAll(name);
    expect([queryOf('q-append'), queryOf('q-overwrite'), queryOf('q-remove')]).toEqual([
      ['a', 'b'],
      ['b'],
      [],
    ]);
  });

  it('H8.05, H8.07, H8.10: read every kind of source, alone and within a text [documented]', async () => {
    await using served = await mapped(
      {
        RequestParameters: {
          'append:header.v-header': '$request.header.x-a',
          'append:header.v-query': '$request.querystring.q',
          'append:header.v-body': '$request.body.user.id',
          'append:header.v-path': '$request.path',
          'append:header.v-variable': '$request.path.id',
          'append:header.v-context': '$context.path',
          'append:header.v-stage': '$stageVariables.env',
          'append:header.v-text': 'text',
          'append:header.v-all':
            '${request.header.x-a} ${request.querystring.q}-${request.body.user.id} ${request.path} ${request.path.id}/${context.stage}/${stageVariables.env}.',
        },
      },
      'POST /p/{id}',
    );
    const { headers } = await served.received('/dev/p/7?q=2', {
      method: 'POST',
      headers: { 'x-a': '1' },
      body: '{"user":{"id":3}}',
    });
    expect(headers).toMatchObject({
      'v-header': '1',
      'v-query': '2',
      'v-body': '3',
      'v-path': '/p/7',
      'v-variable': '7',
      'v-context': '/dev/p/7',
      'v-stage': 'blue',
      'v-text': 'text',
      'v-all': '1 2-3 /p/7 7/dev/blue.',
    });
  });

  it('H8.09: read the whole body, and the items of lists [documented]', async () => {
    await using served = await mapped({
      RequestParameters: {
        'append:header.whole': '$request.body',
        'append:header.item': '$request.body.tags[1]',
      },
    });
    const body = '{"tags":["a","b"]}';
    const { headers } = await served.received('/dev/p', { method: 'POST', body });
    expect([headers['whole'], headers['item']]).toEqual([body, 'b']);
  });

  it('H8.09: read nothing after the first 100 KB of a body, which is sent as a whole [documented]', async () => {
    await using served = await mapped({ RequestParameters: { 'append:header.late': '$request.body.late' } });
    const body = JSON.stringify({ padding: 'x'.repeat(100 * 1024), late: 'y' });
    const received = await served.received('/dev/p', { method: 'POST', body });
    expect(received.headers['late'] ?? '').toBe('');
    expect(received.body).toBe(body);
  });

  it('H8.18: keep the query string beside an overwritten path [documented]', async () => {
    await using served = await mapped({ RequestParameters: { 'overwrite:path': '/other' } });
    expect((await served.received('/dev/p?a=1')).url).toBe('/other?a=1');
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

  it('H8.02, H8.06: append and overwrite headers from every kind of source [documented]', async () => {
    await using served = await mapped({
      ResponseParameters: {
        200: {
          'append:header.v-header': '$response.header.x-a',
          'append:header.v-body': '$response.body.user.id',
          'append:header.v-context': '$context.stage',
          'append:header.v-stage': '$stageVariables.env',
          'append:header.v-all': '${response.header.x-a}/${response.body.user.id}/${context.stage}',
          'overwrite:header.x-b': 'new',
        },
      },
    });
    served.backend.answer = () => ({
      status: 200,
      headers: { 'x-a': '1', 'x-b': 'old' },
      body: '{"user":{"id":3}}',
    });
    const { headers } = await served.api.request('/dev/p');
    expect(Object.fromEntries(headers)).toMatchObject({
      'v-header': '1',
      'v-body': '3',
      'v-context': 'dev',
      'v-stage': 'blue',
      'v-all': '1/3/dev',
      'x-b': 'new',
    });
  });

  it('H8.23, H8.24: are those of the status of the integration, not of the one it becomes [documented]', async () => {
    await using served = await mapped({
      ResponseParameters: {
        500: { 'overwrite:statuscode': '404', 'append:header.was': '500' },
        404: { 'append:header.was': '404' },
      },
    });
    served.backend.answer = () => ({ status: 500 });
    const { status, headers } = await served.api.request('/dev/p');
    expect([status, headers.get('was')]).toEqual([404, '500']);
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
