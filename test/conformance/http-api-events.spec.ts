import { describe, expect, it } from 'vitest';
import { rawHttpRequest, type RawResponse } from '../support/raw-http-request.js';
import { type LambdaEvent } from './function-backend.js';
import { FUNCTION_ARN, invoking } from './function-under-test.js';
import { hasFunction, isOwnStandIn } from './target.js';

/** The event of a request with exactly these headers besides `Host`, and the response. */
async function rawEvent(
  served: Awaited<ReturnType<typeof invoking>>,
  path: string,
  request: { readonly method?: string; readonly headers?: readonly string[]; readonly body?: string } = {},
): Promise<{ readonly event: LambdaEvent; readonly response: RawResponse }> {
  const { host } = new URL(served.api.url);
  const { headers = [] } = request;
  const response = await rawHttpRequest(served.api.url + path, {
    ...request,
    headers: ['Host', host, ...headers],
  });
  return { event: await served.lambda.next(), response };
}

describe.runIf(hasFunction)('H6 an event of payload 2.0', () => {
  it('H6.12: joins the values of a header with a comma, without a space [documented]', async () => {
    await using served = await invoking('$default');
    const { event } = await rawEvent(served, '/', { headers: ['X-Own', 'first', 'x-own', 'second'] });
    expect(event.headers['x-own']).toBe('first,second');
  });

  it('H6.13: has the cookies of all headers, in order, and no header cookie [observed]', async () => {
    await using served = await invoking('$default');
    const headers = ['Cookie', 'one=1;  two=2', 'Cookie', 'three=a=b'];
    const { event } = await rawEvent(served, '/', { headers });
    expect(event.cookies).toEqual(['one=1', 'two=2', 'three=a=b']);
    expect(event.headers).not.toHaveProperty('cookie');
  });

  it('H2.18: keeps a plus sign of the path and decodes a space [observed]', async () => {
    await using served = await invoking('GET /v1/item/{item}');
    const { event } = await rawEvent(served, '/v1/item/a+b%20c');
    expect([event.rawPath, event.pathParameters]).toEqual(['/v1/item/a+b c', { item: 'a+b c' }]);
  });

  it('H2.16, H6.14: has the decoded value of a greedy variable, without a slash in front [observed]', async () => {
    await using served = await invoking('GET /p/{proxy+}');
    const { event } = await rawEvent(served, '/p/a%2Fb/%40c%23');
    expect([event.rawPath, event.pathParameters]).toEqual(['/p/a/b/@c#', { proxy: 'a/b/@c#' }]);
  });

  it('H6.11: tells query parameters apart by case [observed]', async () => {
    await using served = await invoking('$default');
    const { event } = await rawEvent(served, '/?tenant=a&Tenant=b&tenant=c');
    expect(event.queryStringParameters).toEqual({ tenant: 'a,c', Tenant: 'b' });
  });

  it('H6.04: has the length of the body, and no headers of the connection [observed]', async () => {
    await using served = await invoking('POST /p');
    const headers = ['Content-Type', 'text/plain', 'Transfer-Encoding', 'chunked', 'Expect', '100-continue'];
    const { event } = await rawEvent(served, '/p', { method: 'POST', headers, body: 'hello' });
    expect([event.body, event.headers['content-length']]).toEqual(['hello', '5']);
    for (const name of ['connection', 'expect', 'transfer-encoding']) {
      expect(event.headers).not.toHaveProperty(name);
    }
  });

  it('H6.06: has the request id of the response [observed]', async () => {
    await using served = await invoking('$default');
    const { event, response } = await rawEvent(served, '/');
    const index = response.rawHeaders.findIndex((name) => name.toLowerCase() === 'apigw-requestid');
    expect(event.requestContext.requestId).toBe(response.rawHeaders[index + 1]);
    expect(event.requestContext.requestId).toMatch(/^[\w-]{15}=$/);
  });

  it('H6.07: has the same moment as text and in milliseconds [observed]', async () => {
    await using served = await invoking('$default');
    const { time, timeEpoch } = (await rawEvent(served, '/')).event.requestContext;
    const [, day, month, year, clock] = time.match(/^(\d\d)\/(\w{3})\/(\d{4}):([\d:]{8}) \+0000$/) ?? [];
    expect(Date.parse(`${day} ${month} ${year} ${clock} GMT`)).toBe(Math.floor(timeEpoch / 1000) * 1000);
  });

  it('H6.18: has the account of the API for anonymous callers, and no authorizer (H6.19) [observed]', async () => {
    await using served = await invoking('$default');
    const { requestContext } = (await rawEvent(served, '/')).event;
    expect(requestContext.accountId).toMatch(/^\d{12}$/);
    expect(requestContext).not.toHaveProperty('authorizer');
  });

  it.each([
    ['text/css; charset=utf-8', false],
    ['application/xml', false],
    ['application/javascript;x=y', false],
    ['application/octet-stream', true],
    ['image/png', true],
    [undefined, true],
  ])('H6.15: a body of the type %s, base64: %s [observed]', async (type, isBase64Encoded) => {
    await using served = await invoking('POST /p');
    const headers = type === undefined ? [] : ['Content-Type', type];
    const { event } = await rawEvent(served, '/p', {
      method: 'POST',
      headers: [...headers, 'Content-Length', '3'],
      body: 'a=1',
    });
    expect([event.body, event.isBase64Encoded]).toEqual([isBase64Encoded ? 'YT0x' : 'a=1', isBase64Encoded]);
  });

  it('H6.49: has mapped headers and query parameters [documented]', async () => {
    await using served = await invoking('GET /p/{id}', {
      integration: {
        RequestParameters: {
          'append:header.x-id': '$request.path.id',
          'overwrite:querystring.page': '2',
          'remove:querystring.size': "''",
        },
      },
    });
    const { event } = await rawEvent(served, '/p/7?page=1&size=9');
    expect(event.headers['x-id']).toBe('7');
    expect(event.queryStringParameters).toEqual({ page: '2' });
  });
});

describe.runIf(hasFunction)('H6 the function of an integration', () => {
  const longForm = (arn: string) =>
    `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`;

  it('H6.01: is named by the long form, too [documented]', async () => {
    await using served = await invoking('$default', {
      integration: { IntegrationUri: longForm(FUNCTION_ARN) },
    });
    expect((await served.eventOf('/')).routeKey).toBe('$default');
  });

  it
    .runIf(isOwnStandIn)
    .each([`${FUNCTION_ARN}:live`, `${FUNCTION_ARN}:7`, longForm(`${FUNCTION_ARN}:live`)])(
    'H6.01: is named with an alias or a version: %s [documented]',
    async (IntegrationUri) => {
      await using served = await invoking('$default', { integration: { IntegrationUri } });
      expect((await served.eventOf('/')).routeKey).toBe('$default');
    },
  );

  it('H6.48, H11.07: is named by a stage variable [documented]', async () => {
    const [prefix = '', name = ''] = FUNCTION_ARN.split(/(?<=:function:)/);
    await using served = await invoking('$default', {
      integration: { IntegrationUri: `${prefix}\${stageVariables.fn}` },
      stage: { StageVariables: { fn: name } },
    });
    expect((await served.eventOf('/')).stageVariables).toEqual({ fn: name });
  });
});
