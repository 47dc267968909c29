import { describe, expect, it } from 'vitest';
import { guardedApi, policy } from './guarded-api.js';
import { hasFunction } from './target.js';

const UNAUTHORIZED = { status: 401, body: '{"message":"Unauthorized"}', authenticate: null };

describe.runIf(hasFunction)('H9 identity sources of a Lambda authorizer', () => {
  it('H9.18: refuses a request without one with 401, and does not call the function [observed]', async () => {
    await using served = await guardedApi({
      IdentitySource: ['$request.header.Authorization', '$request.querystring.tenant'],
    });
    expect(await served.send('/a')).toEqual(UNAUTHORIZED);
    expect(await served.send('/a?tenant=t1', {})).toEqual(UNAUTHORIZED);
    expect(served.asked).toEqual([]);
    expect((await served.send('/a?tenant=t1')).status).toBe(200);
    expect(served.asked[0].identitySource).toEqual(['t', 't1']);
  });

  it('H9.18: reads $context and $stageVariables [documented]', async () => {
    await using served = await guardedApi({
      IdentitySource: ['$context.routeKey', '$stageVariables.probeStage'],
    });
    await served.send('/a', {});
    expect(served.asked[0].identitySource).toEqual(['GET /a', 'v']);
  });

  it('H9.19: an empty header is present [observed]', async () => {
    await using served = await guardedApi();
    expect((await served.send('/a', { authorization: '' })).status).toBe(200);
    expect(served.asked[0].identitySource).toEqual(['']);
  });

  it('H9.20: names of the query are case-sensitive, names of headers are not [documented]', async () => {
    await using served = await guardedApi({
      IdentitySource: ['$request.header.X-TENANT', '$request.querystring.tenant'],
    });
    expect((await served.send('/a?Tenant=1', { 'x-tenant': '1' })).status).toBe(401);
    expect((await served.send('/a?tenant=1', { 'x-tenant': '1' })).status).toBe(200);
  });

  it('H9.25: without one, the function is called for every request [observed]', async () => {
    await using served = await guardedApi({ IdentitySource: [] });
    await served.send('/a', {});
    await served.send('/a', {});
    expect(served.asked).toHaveLength(2);
  });
});

describe.runIf(hasFunction)('H9 the event of a Lambda authorizer', () => {
  const PATH = '/v1/item/value%20space?dup=one&dup=two&empty=&encoded=a%2Bb';
  const HEADERS = { authorization: 't', cookie: 'one=1; two=2', 'X-Mixed-Header': 'ProbeValue' };

  it('H9.22, H9.23: payload 2.0, with cookies twice and without a body [observed]', async () => {
    await using served = await guardedApi();
    await served.send(PATH, HEADERS);
    const [event] = served.asked;
    expect(Object.keys(event)).toEqual([
      'version',
      'type',
      'routeArn',
      'identitySource',
      'routeKey',
      'rawPath',
      'rawQueryString',
      'cookies',
      'headers',
      'queryStringParameters',
      'requestContext',
      'pathParameters',
      'stageVariables',
    ]);
    expect(event).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      // H2.19
      routeArn: expect.stringMatching(
        /^arn:aws:execute-api:[\w-]+:\d{12}:\w{10}\/\$default\/GET\/v1\/item\/value space$/,
      ),
      identitySource: ['t'],
      routeKey: 'GET /v1/item/{item}',
      rawPath: '/v1/item/value space',
      rawQueryString: 'dup=one&dup=two&empty=&encoded=a%2Bb',
      cookies: ['one=1', 'two=2'],
      headers: { authorization: 't', cookie: 'one=1; two=2', 'x-mixed-header': 'ProbeValue' },
      queryStringParameters: { dup: 'one,two', empty: '', encoded: 'a+b' },
      requestContext: { routeKey: 'GET /v1/item/{item}', stage: '$default', http: { method: 'GET' } },
      pathParameters: { item: 'value space' },
      stageVariables: { probeStage: 'v' },
    });
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });

  it('H9.22: payload 2.0 has no empty members [observed]', async () => {
    await using served = await guardedApi();
    await served.send('/a');
    for (const name of ['cookies', 'queryStringParameters', 'pathParameters', 'body', 'isBase64Encoded']) {
      expect(served.asked[0]).not.toHaveProperty(name);
    }
  });

  it('H9.21: payload 1.0, with the last of several values [observed]', async () => {
    await using served = await guardedApi({
      AuthorizerPayloadFormatVersion: '1.0',
      IdentitySource: ['$request.header.Authorization', '$request.querystring.encoded'],
    });
    served.decides(() => policy('Allow', '*'));
    await served.send(PATH, HEADERS);
    const [event] = served.asked;
    expect(Object.keys(event).toSorted()).toEqual(
      [
        'version',
        'type',
        'methodArn',
        'identitySource',
        'authorizationToken',
        'resource',
        'path',
        'httpMethod',
        'headers',
        'queryStringParameters',
        'requestContext',
        'pathParameters',
        'stageVariables',
      ].toSorted(),
    );
    expect(event).toMatchObject({
      version: '1.0',
      type: 'REQUEST',
      methodArn: expect.stringMatching(/:\w{10}\/\$default\/GET\/v1\/item\/value space$/),
      identitySource: 't,a+b',
      authorizationToken: 't,a+b',
      resource: '',
      path: '/v1/item/value space',
      httpMethod: 'GET',
      queryStringParameters: { dup: 'two', empty: '', encoded: 'a+b' },
      requestContext: { resourceId: 'GET /v1/item/{item}' },
      pathParameters: { item: 'value space' },
      stageVariables: { probeStage: 'v' },
    });
    const names = new Map(
      Object.entries<string>(event.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect([names.get('cookie'), names.get('x-mixed-header')]).toEqual(['one=1; two=2', 'ProbeValue']);
  });

  it('H9.21: payload 1.0 has empty objects, not null [observed]', async () => {
    await using served = await guardedApi({ AuthorizerPayloadFormatVersion: '1.0' });
    served.decides(() => policy('Allow', '*'));
    await served.send('/a');
    expect(served.asked[0]).toMatchObject({ queryStringParameters: {}, pathParameters: {} });
  });
});
