import { describe, expect, it } from 'vitest';
import { functionIntegration, HttpApiUnderTest, httpRoute, type StageSpec } from '../../support/http-api.js';
import { FunctionModule } from '../../support/function-module.js';

/** An API with one route to a function, whose code is the body of its handler. */
async function invoking(
  code: string,
  { version = '2.0', routeKey = '$default', timeoutMs = 30_000, ...stage }: Options = {},
) {
  const module = new FunctionModule(`export const handler = async (event) => { ${code} };`);
  const functions = new Map([
    ['books', { kind: 'module' as const, file: module.file, exportName: 'handler' }],
  ]);
  const routes = [httpRoute(routeKey, functionIntegration(version, { timeoutMs }))];
  const api = await HttpApiUnderTest.start({ $default: { routes, ...stage } }, { functions });
  return {
    api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      module[Symbol.dispose]();
    },
  };
}

type Options = Partial<StageSpec> & {
  readonly version?: '1.0' | '2.0';
  readonly routeKey?: string;
  readonly timeoutMs?: number;
};

async function answerOf(code: string, options?: Options) {
  await using served = await invoking(code, options);
  const response = await fetch(served.api.url);
  const { status, headers } = response;
  return { status, body: await response.text(), type: headers.get('content-type'), headers };
}

describe('a function with payload 2.0 may return', () => {
  it.each([
    ['an object without statusCode', "return { message: 'hi' }", '{"message":"hi"}'],
    ['H6.31: also with a body', "return { body: 'hi' }", '{"body":"hi"}'],
    ['text', "return 'Hello'", 'Hello'],
    ['a number', 'return 7', '7'],
    ['H6.45: null', 'return null', 'null'],
  ])('H6.30: %s', async (_, code, body) => {
    expect(await answerOf(code)).toMatchObject({ status: 200, type: 'application/json', body });
  });

  it('H6.32, H6.33: status, headers and body', async () => {
    const { status, body, type, headers } = await answerOf(
      "return { statusCode: 201, headers: { 'X-Own': 'o', 'x-number': 7 }, body: 'ü' }",
    );
    expect([status, body, type]).toEqual([201, 'ü', 'text/plain; charset=utf-8']);
    expect([headers.get('x-own'), headers.get('x-number')]).toEqual(['o', '7']);
  });

  it('H6.32, H6.34, H6.37: cookies, before a set-cookie header, which is one line', async () => {
    const { headers } = await answerOf(
      "return { statusCode: 200, cookies: ['a=1', 'b=2'], headers: { 'set-cookie': 'c=3, d=4' } }",
    );
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2', 'c=3, d=4']);
  });

  it('H6.35: base64', async () => {
    const code =
      "return { statusCode: 200, headers: { 'content-type': 'image/x' }, body: 'aGk=', isBase64Encoded: true }";
    expect(await answerOf(code)).toMatchObject({ body: 'hi', type: 'image/x' });
  });

  it('H6.36: no multiValueHeaders', async () => {
    const { headers } = await answerOf("return { statusCode: 200, multiValueHeaders: { 'x-own': ['a'] } }");
    expect(headers.get('x-own')).toBeNull();
  });

  it('H6.40: no headers of the connection', async () => {
    const { status, body } = await answerOf(
      "return { statusCode: 200, headers: { 'content-length': '99', 'transfer-encoding': 'chunked', connection: 'close' }, body: 'hi' }",
    );
    expect([status, body]).toEqual([200, 'hi']);
  });
});

describe('a function with payload 1.0 may return', () => {
  it('H6.38: headers and multiValueHeaders, merged, but no cookies', async () => {
    const { headers, type } = await answerOf(
      "return { statusCode: 200, headers: { 'x-own': 'a' }, multiValueHeaders: { 'X-Own': ['a', 'b'] }, cookies: ['c=1'] }",
      { version: '1.0' },
    );
    expect([headers.get('x-own'), headers.getSetCookie(), type]).toEqual([
      'a, b',
      [],
      'text/plain; charset=utf-8',
    ]);
  });

  it('H6.38, H6.44: nothing without a statusCode', async () => {
    expect(await answerOf("return { body: 'x' }", { version: '1.0' })).toMatchObject({ status: 500 });
  });
});

describe('H6.43, H6.44: the client receives 500 when a function', () => {
  const ERROR = { status: 500, body: '{"message":"Internal Server Error"}', type: 'application/json' };

  it.each([
    ['throws', "throw new Error('secret')"],
    ['returns a statusCode that is no number', "return { statusCode: 'ok' }"],
    ['returns a body that is no text', 'return { statusCode: 200, body: {} }'],
    ['returns cookies that are no list', "return { statusCode: 200, cookies: 'a=1' }"],
    ['returns a header with a line break', "return { statusCode: 200, headers: { a: 'x\\r\\ny: z' } }"],
  ])('%s', async (_, code) => {
    expect(await answerOf(code)).toMatchObject(ERROR);
  });

  it('does not exist', async () => {
    await using api = await HttpApiUnderTest.start([httpRoute('$default', functionIntegration())]);
    expect((await fetch(api.url)).status).toBe(500);
  });
});

it('H10.07: the client receives 503 when a function is slower than the timeout', async () => {
  expect(await answerOf('await new Promise(() => undefined)', { timeoutMs: 50 })).toMatchObject({
    status: 503,
    body: '{"message":"Service Unavailable"}',
  });
});

describe('a function receives', () => {
  const ECHO = 'return event';

  const eventOf = async (options: Options, path: string, init?: RequestInit) => {
    await using served = await invoking(
      options.version === '1.0' ? 'return { statusCode: 200, body: JSON.stringify(event) }' : ECHO,
      options,
    );
    return (await fetch(served.api.url + path, init)).json() as Promise<Record<string, unknown>>;
  };

  it.each([
    ['text/csv; charset=utf-8', 'ü', false],
    ['application/json', '{}', false],
    ['application/xml', '<a/>', false],
    ['application/javascript', '1', false],
    ['application/x-www-form-urlencoded', 'YT0x', true],
    ['multipart/form-data; boundary=x', 'YT0x', true],
    ['image/png', 'YT0x', true],
  ])('H6.15: a body of the type %s', async (type, body, isBase64Encoded) => {
    const sent = isBase64Encoded ? 'a=1' : body;
    const init = { method: 'POST', body: Buffer.from(sent), headers: { 'content-type': type } };
    expect(await eventOf({}, '/', init)).toMatchObject({ body, isBase64Encoded });
  });

  it('H6.15: base64 for a body without a type', async () => {
    const init = { method: 'POST', body: Buffer.from('hi') };
    expect(await eventOf({}, '/', init)).toMatchObject({ body: 'aGk=', isBase64Encoded: true });
  });

  it('H6.16: no body', async () => {
    const event = await eventOf({}, '/');
    expect(event).toMatchObject({ isBase64Encoded: false, headers: { 'content-length': '0' } });
    expect(event).not.toHaveProperty('body');
  });

  it('H6.22: null for everything that is empty in payload 1.0', async () => {
    expect(await eventOf({ version: '1.0', routeKey: 'GET /p/{proxy+}' }, '/p/a%20b')).toMatchObject({
      version: '1.0',
      resource: '/p/{proxy+}',
      path: '/p/a b',
      httpMethod: 'GET',
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: 'a b' },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
  });

  it('H6.24: the last value of a repeated name, and all of them, in payload 1.0', async () => {
    expect(await eventOf({ version: '1.0' }, '/?dup=one&dup=two')).toMatchObject({
      queryStringParameters: { dup: 'two' },
      multiValueQueryStringParameters: { dup: ['one', 'two'] },
    });
  });
});
