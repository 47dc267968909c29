import { describe, expect, it } from 'vitest';
import { type LambdaEvent } from './function-backend.js';
import { invoking } from './function-under-test.js';
import recorded from './recorded/http-api-event.json' with { type: 'json' };
import { hasFunction } from './target.js';

/** The values that every request has anew: only their form is compared. */
const forms = (event: LambdaEvent) => ({
  ...event,
  headers: {
    ...event.headers,
    host: 'HOST',
    'x-amzn-trace-id': event.headers['x-amzn-trace-id'].replace(/[0-9a-f]{8}-[0-9a-f]{24}$/, 'ID'),
    'x-forwarded-for': 'IP',
  },
  requestContext: {
    ...event.requestContext,
    accountId: event.requestContext.accountId.replace(/^\d{12}$/, 'ACCOUNT'),
    apiId: 'API',
    domainName: 'HOST',
    domainPrefix: 'PREFIX',
    http: { ...event.requestContext.http, sourceIp: 'IP' },
    requestId: event.requestContext.requestId.replace(/^[\w-]{15}=$/, 'ID'),
    time: event.requestContext.time.replace(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/, 'TIME'),
    timeEpoch: String(event.requestContext.timeEpoch).replace(/^\d{13}$/, 'EPOCH'),
  },
});

describe.runIf(hasFunction)('H6 an event of payload 2.0', () => {
  it('H6.08 to H6.17: is field by field the recorded one [observed]', async () => {
    await using served = await invoking('GET /v1/item/{item}', {
      stage: { StageVariables: { probeStage: 'v' } },
    });
    const event = await served.eventOf('/v1/item/value%20space?dup=one&dup=two&empty=&encoded=a%2Bb', {
      headers: {
        'accept-encoding': 'identity',
        authorization: 't',
        cookie: 'one=1; two=2',
        'user-agent': 'probe',
        'X-Mixed-Header': 'ProbeValue',
      },
    });
    // headers that fetch adds
    for (const name of ['accept', 'accept-language', 'sec-fetch-mode']) delete event.headers[name];
    expect(forms(event)).toEqual(recorded);
    // H6.08: also in the recorded order
    expect(Object.keys(event)).toEqual(Object.keys(recorded));
    expect(Object.keys(event.requestContext)).toEqual(Object.keys(recorded.requestContext));
  });

  it('H6.08, H6.16: has no member without a value [observed]', async () => {
    await using served = await invoking('$default');
    const event = await served.eventOf('/');
    expect(Object.keys(event)).toEqual([
      'version',
      'routeKey',
      'rawPath',
      'rawQueryString',
      'headers',
      'requestContext',
      'isBase64Encoded',
    ]);
    expect(event).toMatchObject({ routeKey: '$default', rawPath: '/', rawQueryString: '' });
  });

  it('H1.08, H1.09: has a named stage in its paths, and never $default [observed]', async () => {
    await using served = await invoking('GET /pets/{id}', { stageName: 'dev' });
    expect(await served.eventOf('/dev/pets/1')).toMatchObject({
      rawPath: '/dev/pets/1',
      routeKey: 'GET /pets/{id}',
      pathParameters: { id: '1' },
      requestContext: { stage: 'dev', http: { path: '/dev/pets/1' } },
    });
  });

  it('H6.10, H6.11: keeps the query string and decodes its parameters [observed]', async () => {
    await using served = await invoking('$default');
    const query = 'redirect=https%3A%2F%2Fa&literalPlus=a+b&encodedPlus=a%2Bb&empty=';
    expect(await served.eventOf(`/?${query}`)).toMatchObject({
      rawQueryString: query,
      queryStringParameters: {
        redirect: 'https://a',
        literalPlus: 'a b',
        encodedPlus: 'a+b',
        empty: '',
      },
    });
  });

  it('H6.05: extends X-Forwarded-For and overwrites X-Forwarded-Proto [observed]', async () => {
    await using served = await invoking('$default');
    const headers = { 'x-forwarded-for': '198.51.100.1', 'x-forwarded-proto': 'http' };
    const event = await served.eventOf('/', { headers });
    expect(event.headers['x-forwarded-for']).toMatch(/^198\.51\.100\.1, [\da-f.:]+$/);
    expect(event.headers['x-forwarded-proto']).toBe('https');
  });

  it.each([
    ['application/json', '{}', false],
    ['text/plain; charset=utf-8', 'x', false],
    ['application/x-www-form-urlencoded', 'YT0x', true],
    ['multipart/form-data; boundary=x', 'YT0x', true],
  ])('H6.15: a body of %s [observed]', async (type, body, isBase64Encoded) => {
    await using served = await invoking('POST /p');
    const sent = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
    const init = { method: 'POST', body: sent, headers: { 'content-type': type } };
    expect(await served.eventOf('/p', init)).toMatchObject({ body, isBase64Encoded });
  });
});

describe.runIf(hasFunction)('H6 an event of payload 1.0', () => {
  it('H6.22 to H6.24: has null for what is empty, and all values of a name [documented]', async () => {
    await using served = await invoking('GET /p/{proxy+}', { version: '1.0' });
    const event = await served.eventOf('/p/a%20b?dup=one&dup=two', { headers: { cookie: 'one=1' } });
    expect(Object.keys(event).toSorted()).toEqual(
      [
        'version',
        'resource',
        'path',
        'httpMethod',
        'headers',
        'multiValueHeaders',
        'queryStringParameters',
        'multiValueQueryStringParameters',
        'requestContext',
        'pathParameters',
        'stageVariables',
        'body',
        'isBase64Encoded',
      ].toSorted(),
    );
    expect(event).toMatchObject({
      version: '1.0',
      resource: '/p/{proxy+}',
      path: '/p/a b',
      queryStringParameters: { dup: 'two' },
      multiValueQueryStringParameters: { dup: ['one', 'two'] },
      pathParameters: { proxy: 'a b' },
      stageVariables: null,
      body: null,
    });
    const names = new Map(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]));
    // H6.26
    expect(names.get('cookie')).toBe('one=1');
  });
});

describe.runIf(hasFunction)('H6 the result of a function', () => {
  const answerOf = async (result: unknown, version: '1.0' | '2.0' = '2.0') => {
    await using served = await invoking('$default', { version });
    served.lambda.handler = () => result;
    const response = await served.api.request('/');
    const { status, headers } = response;
    return { status, body: await response.text(), type: headers.get('content-type'), headers };
  };

  it.each([
    [{ message: 'hi' }, '{"message":"hi"}'],
    [{ body: 'hi' }, '{"body":"hi"}'],
    ['Hello', 'Hello'],
  ])('H6.30, H6.31: %j without a statusCode is the body [documented]', async (result, body) => {
    expect(await answerOf(result)).toMatchObject({ status: 200, type: 'application/json', body });
  });

  it('H6.32 to H6.36: status, headers, cookies and body [observed]', async () => {
    const { status, body, type, headers } = await answerOf({
      statusCode: 201,
      headers: { 'x-own': 'o' },
      multiValueHeaders: { 'x-many': ['a'] },
      cookies: ['a=1', 'b=2'],
      body: 'aGk=',
      isBase64Encoded: true,
    });
    expect([status, body, type]).toEqual([201, 'hi', 'text/plain; charset=utf-8']);
    expect([headers.get('x-own'), headers.get('x-many'), headers.getSetCookie()]).toEqual([
      'o',
      null,
      ['a=1', 'b=2'],
    ]);
  });

  it('H6.38: headers of payload 1.0 are merged [documented]', async () => {
    const { headers } = await answerOf(
      { statusCode: 200, headers: { 'x-own': 'a' }, multiValueHeaders: { 'x-own': ['a', 'b'] } },
      '1.0',
    );
    expect(headers.get('x-own')).toBe('a, b');
  });

  it.each([
    ['a statusCode that is no number', { statusCode: 'ok' }],
    ['a body that is no text', { statusCode: 200, body: {} }],
  ])('H6.44, H10.05: %s is 500 [documented]', async (_, result) => {
    expect(await answerOf(result)).toMatchObject({
      status: 500,
      body: '{"message":"Internal Server Error"}',
      type: 'application/json',
    });
  });

  it('H6.43: an error is 500 [documented]', async () => {
    await using served = await invoking('$default');
    served.lambda.handler = () => {
      throw new Error('secret');
    };
    const response = await served.api.request('/');
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  });
});
