import * as fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { HttpApiInTarget } from '../conformance/http-api-under-test.js';
import { FunctionModule } from '../support/function-module.js';
import { HttpBackend } from '../support/http-backend.js';
import { OidcIssuer } from '../support/oidc-issuer.js';
import { mutated } from './frames.js';
import { exchange } from './raw-http.js';

/** Every run sends the same input. FUZZ_SEED sets another seed, which sends other input. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_128);
const RUNS = 10_000;

/** Mappings that read every part of a request and of a response. */
const MAPPINGS = {
  RequestParameters: {
    'append:header.a': '$request.header.x-own',
    'overwrite:header.b': '${request.querystring.q}-${request.path.id}',
    'append:querystring.c': '$request.body.a[0]',
    'remove:querystring.d': "''",
    'append:header.e': '$context.path',
    'overwrite:header.f': '$request.path',
  },
  ResponseParameters: {
    200: { 'append:header.g': '$response.body.a', 'overwrite:header.h': '$context.path' },
  },
};

it(
  'an HTTP API survives hostile requests, with no error but those of API Gateway',
  { timeout: 600_000 },
  async () => {
    const loggedErrors: string[] = [];
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const log = pino({ level: 'error' }, { write: (line: string) => void loggedErrors.push(line) });
    using module = new FunctionModule(`export const handler = async (event) => event;
      export const simple = async ({ identitySource: [q] }) => ({ isAuthorized: q !== 'no', context: { q, list: [q] } });
      export const policy = async ({ identitySource, methodArn }) => ({ principalId: identitySource || 'u', policyDocument: {
        Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }] } });`);
    await using issuer = await OidcIssuer.start();
    const token = await issuer.token({ exp: 9_999_999_999, groups: ['a', 'ä'] });
    await using backend = await HttpBackend.start();
    backend.answer = ({ body }) => ({ status: 200, body });
    const proxy = { TimeoutInMillis: 1_000, ...MAPPINGS };
    await using api = await HttpApiInTarget.deployed({
      routes: {
        'ANY /p/{id}': { IntegrationUri: `${backend.url}/x/{id}?fixed=1`, ...proxy },
        'ANY /g/{id+}': { IntegrationUri: `${backend.url}/{id}`, ...proxy },
        'POST /f1/{id}': lambda('1.0'),
        'ANY /f2/{id}': lambda('2.0'),
        $default: { IntegrationUri: backend.url, TimeoutInMillis: 1_000 },
      },
      stages: {},
      api: { CorsConfiguration: { AllowOrigins: ['https://app.example'], AllowMethods: ['GET'] } },
      standIn: {
        log,
        functions: new Map(
          ['handler', 'simple', 'policy'].map((exportName) => [
            exportName === 'handler' ? 'f' : exportName,
            { kind: 'module', file: module.file, exportName },
          ]),
        ),
        services: { endpoints: new Map([['sqs', new URL(backend.url)]]), credentials: undefined },
        // otherwise most requests would get 429
        quotas: { requestsPerSecond: Infinity, requestBurst: Infinity },
      },
    });
    await protectRoutes(api, issuer, { IntegrationUri: `${backend.url}/{id}`, ...proxy });
    for (const stage of ['$default', 'dev']) await api.createStage(stage);
    const { origin, pathname } = new URL(api.url);
    const statuses = new Map<number | undefined, number>();
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(requests(pathname, api.apiId, token), async (bytes) => {
        const { status, bytes: response } = await exchange(origin, bytes);
        sent += 1;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const isForeign500 = status === 500 && !GATEWAY_500.test(response.toString());
        expect(isForeign500).toBe(false);
        expect([loggedErrors, unhandled]).toEqual([[], []]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(sent).toBe(RUNS);
    // requests come as far as each authorizer, and most as far as their integration
    for (const status of [401, 403]) expect(statuses.get(status)).toBeGreaterThan(RUNS / 100);
    expect(statuses.get(200)).toBeGreaterThan(RUNS / 4);
    expect((await api.request('/after')).status).toBe(200);
    process.off('unhandledRejection', onUnhandled);
  },
);

/** A route for each kind of authorizer, and one to a service. */
async function protectRoutes(
  api: HttpApiInTarget,
  issuer: OidcIssuer,
  integration: Parameters<HttpApiInTarget['createRoute']>[1],
): Promise<void> {
  const request = (name: string, version: string, IdentitySource: string[]) => ({
    Name: name,
    AuthorizerType: 'REQUEST' as const,
    AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:${name}/invocations`,
    AuthorizerPayloadFormatVersion: version,
    EnableSimpleResponses: version === '2.0',
    IdentitySource,
  });
  const jwt = {
    Name: 'jwt',
    AuthorizerType: 'JWT' as const,
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: issuer.url, Audience: ['app'] },
  };
  const custom = 'CUSTOM' as const;
  const simple = await api.createAuthorizer(request('simple', '2.0', ['$request.querystring.q']));
  const policy = await api.createAuthorizer(
    request('policy', '1.0', ['$request.header.x-own', '$context.routeKey']),
  );
  const AuthorizerId = await api.createAuthorizer(jwt);
  await api.createRoute('ANY /jwt/{id}', integration, { AuthorizationType: 'JWT', AuthorizerId });
  await api.createRoute('ANY /la2/{id}', integration, { AuthorizationType: custom, AuthorizerId: simple });
  await api.createRoute('ANY /la1/{id}', integration, { AuthorizationType: custom, AuthorizerId: policy });
  await api.createRoute('ANY /iam/{id}', integration, { AuthorizationType: 'AWS_IAM' });
  await api.createRoute('ANY /sqs/{id}', {
    IntegrationType: 'AWS_PROXY',
    IntegrationSubtype: 'SQS-SendMessage',
    CredentialsArn: 'arn:aws:iam::000000000000:role/r',
    TimeoutInMillis: 1_000,
    RequestParameters: {
      QueueUrl: 'q',
      MessageBody: '${request.path.id} $request.body',
      MessageGroupId: '$request.header.x-own',
      MessageAttributes: '{"a":{"DataType":"String","StringValue":"${request.querystring.q}"}}',
      MessageSystemAttributes: '{"b":{"DataType":"String","StringValue":"${request.body}"}}',
    },
  });
}

const lambda = (PayloadFormatVersion: string) => ({
  IntegrationType: 'AWS_PROXY' as const,
  IntegrationUri: 'arn:aws:lambda:us-east-1:000000000000:function:f',
  PayloadFormatVersion,
  ...MAPPINGS,
});

/** The response to HEAD has no body. */
const GATEWAY_500 = /apigw-requestid: [\s\S]*\r\n(\{"message":"Internal Server Error"\})?$/;

const NAMES = [
  'X-Own',
  'x-own',
  'Authorization',
  'Host',
  'Connection',
  'Cookie',
  'Origin',
  'Expect',
  'Forwarded',
  'Via',
  'X-Amzn-Trace-Id',
  'X-Forwarded-For',
  'Content-Type',
  'Content-Length',
  'Transfer-Encoding',
  'Upgrade',
  'TE',
  'Access-Control-Request-Method',
] as const;

const VALUES = [
  '',
  '0',
  '7',
  'chunked',
  '100-continue',
  'websocket',
  'close, x-own, host',
  'a,b',
  'application/json',
  'https://app.example',
  'ä',
  '\u0001',
  '=; ;;a=;=b',
  'x'.repeat(11_000),
] as const;

const BODIES = [
  '',
  '{"a":["x\\r\\ny"]}',
  '{"a":',
  '{"statusCode":"x"}',
  '5\r\nabcde\r\n0\r\n\r\n',
  '\0\xFF',
] as const;

/** Requests to the API, valid or not. */
function requests(root: string, apiId: string, token: string): fc.Arbitrary<Buffer> {
  const part = fc.oneof(
    fc.constantFrom(
      'p',
      'g',
      'f1',
      'f2',
      'jwt',
      'la1',
      'la2',
      'iam',
      'sqs',
      'dev',
      '$default',
      '',
      '..',
      '.',
      '%2e%2e',
      '%2F',
      '%3F',
      '%zz',
      '%ff',
      '%0d%0a',
    ),
    fc.constantFrom('__proto__', 'constructor', '{id}', '@connections', 'a b', ';a=b', '[', '%C3%A9'),
    fc.webSegment({ size: 'small' }),
    fc.string({ maxLength: 10 }).map((text) => text.replaceAll(/[\r\n ]/g, '')),
  );
  const known = fc.constantFrom(
    ...['/p/1', '/g/a/b', '/f1/1', '/f2/1', '/dev/p/1', '/other', ''],
    ...['/jwt/1', '/la1/1', '/la2/1', '/dev/la2/1', '/iam/1', '/sqs/1'],
  );
  const path = fc.oneof(
    known,
    fc.tuple(known, part).map(([start, end]) => `${start}/${end}`),
    fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
    fc.constant('/x'.repeat(4_000)),
  );
  const query = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    fc.constantFrom(
      '?',
      '?q=1&d=2',
      '?q=no',
      '?q=%0d%0aX:%20y',
      '?q=%zz&&=&d',
      '?q=%ff',
      '?__proto__=1&constructor=2',
      '?d=?#',
    ),
    fc.webQueryParameters({ size: 'small' }).map((text) => `?q=${text}`),
  );
  const value = fc.oneof(
    fc.constantFrom(
      ...VALUES,
      `${apiId}.execute-api.us-east-1.amazonaws.com`,
      `Bearer ${token}`,
      token.slice(0, -3),
      'eyJhbGciOiJub25lIn0.e30.',
      'AWS4-HMAC-SHA256 Credential=a/20261128/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0',
    ),
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
  );
  const header = fc.tuple(fc.constantFrom(...NAMES), value).map((parts) => parts.join(': '));
  const built = fc
    .record({
      method: fc.constantFrom(
        'GET',
        'GET',
        'POST',
        'PUT',
        'DELETE',
        'HEAD',
        'OPTIONS',
        'PATCH',
        'ANY',
        'PROPFIND',
      ),
      path,
      query,
      headers: fc.array(header, { maxLength: 3 }),
      body: fc.constantFrom(...BODIES),
    })
    .map(({ method, path: below, query: search, headers, body }) => {
      const lines = [
        `${method} ${root}${below}${search} HTTP/1.1`,
        'Host: localhost',
        ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
        ...headers,
      ];
      return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
    });
  return fc.oneof({ weight: 3, arbitrary: built }, { weight: 1, arbitrary: mutated(built) });
}
