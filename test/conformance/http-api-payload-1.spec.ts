import { describe, expect, it } from 'vitest';
import { rawHttpRequest } from '../support/raw-http-request.js';
import { invoking } from './function-under-test.js';
import { hasFunction } from './target.js';

/** Names in lower case: which names have another spelling is observed, but no code should rely on it (H6.25). */
const lowerCase = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const IP = expect.stringMatching(/^[\da-f.:]+$/) as string;
const REQUEST_ID = expect.stringMatching(/^[\w-]{15}=$/) as string;
const TEXT = expect.any(String) as string;

describe.runIf(hasFunction)('H6 an event of payload 1.0', () => {
  it('H6.22 to H6.28: is field by field the documented one [documented]', async () => {
    await using served = await invoking('POST /v1/item/{item}', {
      version: '1.0',
      stage: { StageVariables: { probeStage: 'v' } },
    });
    const { url, apiId } = served.api;
    const { host } = new URL(url);
    await rawHttpRequest(`${url}/v1/item/value%20space?dup=one&dup=two&empty=&encoded=a%2Bb`, {
      method: 'POST',
      headers: [
        ['Host', host],
        ['Content-Type', 'text/plain'],
        ['Content-Length', '2'],
        ['Cookie', 'one=1; two=2'],
        ['User-Agent', 'probe'],
        ['X-Own', 'first'],
        ['X-Own', 'second'],
      ].flat(),
      body: 'hi',
    });
    const { headers, multiValueHeaders, requestContext, ...event } = await served.lambda.next();
    expect(event).toEqual({
      version: '1.0',
      resource: '/v1/item/{item}',
      path: '/v1/item/value space',
      httpMethod: 'POST',
      queryStringParameters: { dup: 'two', empty: '', encoded: 'a+b' },
      multiValueQueryStringParameters: { dup: ['one', 'two'], empty: [''], encoded: ['a+b'] },
      pathParameters: { item: 'value space' },
      stageVariables: { probeStage: 'v' },
      body: 'hi',
      isBase64Encoded: false,
    });
    // H6.24: the last value; H6.26: with the cookies
    const common = {
      'content-length': '2',
      'content-type': 'text/plain',
      cookie: 'one=1; two=2',
      host,
      'user-agent': 'probe',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/) as string,
      'x-forwarded-for': IP,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    };
    expect(lowerCase(headers)).toEqual({ ...common, 'x-own': 'second' });
    const lists = Object.entries(common).map(([name, value]) => [name, [value]]);
    expect(lowerCase(multiValueHeaders)).toEqual({
      ...Object.fromEntries(lists),
      'x-own': ['first', 'second'],
    });
    // recorded only in the event of an authorizer
    delete requestContext.identity.cognitoAmr;
    expect(requestContext).toEqual({
      accountId: expect.stringMatching(/^\d{12}$/) as string,
      apiId,
      // H6.28: as in the documented sample
      authorizer: { claims: null, scopes: null },
      domainName: host,
      domainPrefix: TEXT,
      extendedRequestId: REQUEST_ID,
      httpMethod: 'POST',
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: IP,
        user: null,
        userAgent: 'probe',
        userArn: null,
      },
      path: '/v1/item/value space',
      protocol: 'HTTP/1.1',
      requestId: requestContext.extendedRequestId,
      requestTime: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:[\d:]{8} \+0000$/) as string,
      requestTimeEpoch: expect.any(Number) as number,
      resourceId: TEXT,
      resourcePath: TEXT,
      stage: '$default',
    });
  });

  it('H6.23: names the route $default as its resource [observed]', async () => {
    await using served = await invoking('$default', { version: '1.0' });
    expect((await served.eventOf('/any')).resource).toBe('$default');
  });
});
