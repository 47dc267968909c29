import * as fc from 'fast-check';
import { mutated } from './frames.js';
import { handshake } from './raw-http.js';

/** Ids that exist in the gateway, so that requests get further than "not found". */
export interface Known {
  /** Path of a stage that serves WebSockets. */
  readonly stagePath: string;
  /** An API that requests may change. */
  readonly apiId: string;
  readonly routeId: string;
  readonly integrationId: string;
  readonly deploymentId: string;
  readonly connectionId: string;
}

const HEADER_NAMES = [
  'X-Tenant',
  'x-tenant',
  'X-Tenant',
  'Cookie',
  'Origin',
  'User-Agent',
  'Authorization',
  'x-api-key',
  'X-Forwarded-For',
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Extensions',
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'Expect',
  'Upgrade',
  'Connection',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Version',
] as const;

const HEADER_VALUES = [
  '',
  '0',
  '5',
  '13',
  'chunked',
  '100-continue',
  'websocket',
  'close',
  'a,b',
  ',',
  'permessage-deflate',
  'ä',
  '\u0001',
  'AWS4-HMAC-SHA256 Credential=a/b',
  'x'.repeat(11_000),
] as const;

/** A handshake with an invalid path, headers or bytes. */
export function handshakes({ stagePath, apiId }: Known): fc.Arbitrary<Buffer> {
  const path = fc.oneof(
    fc.constantFrom(
      stagePath,
      `${stagePath}/`,
      '/none',
      `${stagePath}/below`,
      `/_apis/${apiId}/dev`,
      '/_apis',
      '/_apis//dev',
      '*',
      '//',
    ),
    fc.constantFrom(
      `${stagePath}?a=%zz`,
      `${stagePath}?token=%00`,
      '/%zz',
      `${stagePath}/%2e%2e`,
      `http://x${stagePath}`,
      '/v2/apis',
      `${stagePath}?=&&=`,
      '/_gateway/health',
    ),
    fc.webPath({ size: 'small' }).map((text) => `/${text}`),
    fc.string({ maxLength: 30 }).map((text) => `${stagePath}?token=${text.replaceAll(/[\r\n ]/g, '')}`),
  );
  const value = fc.oneof(
    fc.constantFrom(...HEADER_VALUES, `${apiId}.execute-api.us-east-1.amazonaws.com`),
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
  );
  const header = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.tuple(fc.constantFrom(...HEADER_NAMES), value).map((parts) => parts.join(': ')),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
  );
  const built = fc
    .record({
      method: fc.oneof(
        { weight: 5, arbitrary: fc.constant('GET') },
        { weight: 1, arbitrary: fc.constantFrom('POST', 'HEAD', 'OPTIONS', 'CONNECT', 'PRI', 'get', '') },
      ),
      path,
      headers: fc.array(header, { maxLength: 2 }),
    })
    .map(({ method, path: target, headers }) => {
      const whole = handshake(target).toString('latin1').replace(/^GET/, method);
      return Buffer.from(
        whole.replace(/\r\n\r\n$/, `\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`),
      );
    });
  return fc.oneof(
    { weight: 4, arbitrary: built },
    { weight: 2, arbitrary: mutated(built) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** Fields of every kind of resource, so that values of the wrong type reach the code that reads them. */
const FIELDS = [
  'name',
  'protocolType',
  'routeSelectionExpression',
  'apiKeySelectionExpression',
  'description',
  'version',
  'tags',
  'routeKey',
  'target',
  'requestParameters',
  'authorizationType',
  'authorizerId',
  'apiKeyRequired',
  'requestModels',
  'modelSelectionExpression',
  'routeResponseSelectionExpression',
  'routeResponseKey',
  'responseParameters',
  'integrationType',
  'integrationMethod',
  'integrationUri',
  'connectionType',
  'connectionId',
  'timeoutInMillis',
  'passthroughBehavior',
  'requestTemplates',
  'templateSelectionExpression',
  'contentHandlingStrategy',
  'integrationResponseKey',
  'responseTemplates',
  'stageName',
  'deploymentId',
  'autoDeploy',
  'stageVariables',
  'defaultRouteSettings',
  'routeSettings',
  'accessLogSettings',
  'authorizerType',
  'authorizerUri',
  'identitySource',
  'schema',
  'contentType',
  'domainName',
  'domainNameConfigurations',
  'apiId',
  'stage',
  'apiMappingKey',
  'targetArns',
] as const;

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Adds headers: mostly those of a permitted program, because the gateway refuses other requests early. */
export function withHeaders(requests: fc.Arbitrary<HttpRequest>): fc.Arbitrary<HttpRequest> {
  const hostile = fc.oneof(
    fc.constantFrom(
      'null',
      'http://evil.example',
      'evil.example:80',
      '[::1',
      'localhost.',
      'Bearer ',
      'application/json;',
    ),
    fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')),
  );
  const name = fc.constantFrom('host', 'origin', 'authorization', 'content-type');
  const headers = fc.oneof(
    { weight: 9, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
    { weight: 1, arbitrary: fc.dictionary(name, hostile, { maxKeys: 2 }).filter(canBeSent) },
  );
  return fc.tuple(requests, headers).map(([request, added]) => ({ ...request, headers: added }));
}

/** undici fails on a Host with an open bracket; the gateway's own tests send one. */
const canBeSent = ({ host = '' }: Readonly<Record<string, string>>) => !/^\[[^\]]*$/.test(host);

export function controlRequests(known: Known): fc.Arbitrary<HttpRequest> {
  const { apiId, routeId, integrationId, deploymentId } = known;
  const api = `/v2/apis/${apiId}`;
  /** Path that creates each kind of resource, a valid body, and the id of an existing one. */
  const kinds: readonly (readonly [string, object, string])[] = [
    [
      '/v2/apis',
      { name: 'a', protocolType: 'WEBSOCKET', routeSelectionExpression: '$request.body.a' },
      apiId,
    ],
    [`${api}/routes`, { routeKey: 'a', target: `integrations/${integrationId}` }, routeId],
    [
      `${api}/integrations`,
      { integrationType: 'HTTP', integrationMethod: 'POST', integrationUri: 'http://127.0.0.1:9/' },
      integrationId,
    ],
    [
      `${api}/integrations/${integrationId}/integrationresponses`,
      { integrationResponseKey: '/4\\d\\d/' },
      'none00',
    ],
    [`${api}/routes/${routeId}/routeresponses`, { routeResponseKey: '$default' }, 'none00'],
    [
      `${api}/authorizers`,
      {
        name: 'a',
        authorizerType: 'REQUEST',
        authorizerUri: LAMBDA,
        identitySource: ['route.request.header.Auth'],
      },
      'none00',
    ],
    [`${api}/models`, { name: 'a', schema: '{"type":"object"}' }, 'none00'],
    [`${api}/deployments`, { description: 'a' }, deploymentId],
    [`${api}/stages`, { stageName: 'dev', autoDeploy: true }, 'dev'],
    ['/vpclinks', { name: 'a', targetArns: [LOAD_BALANCER] }, 'none00'],
    ['/apikeys', { name: 'a', enabled: true }, 'none00'],
    ['/usageplans', { name: 'a', apiStages: [{ apiId, stage: 'dev' }] }, 'none00'],
    ['/v2/domainnames', { domainName: 'a.example' }, 'a.example'],
    [
      `/v2/tags/${encodeURIComponent(`arn:aws:apigateway:us-east-1::/apis/${apiId}`)}`,
      { tags: { a: 'b' } },
      '',
    ],
  ];
  const almostValid = fc
    .record({
      kind: fc.constantFrom(...kinds),
      method: fc.constantFrom('POST', 'POST', 'PATCH', 'PUT'),
      changes: bodies(known),
      name: fc.string({ minLength: 1, maxLength: 3 }),
    })
    .map(({ kind: [path, template, id], method, changes, name }) => ({
      method,
      path: method === 'POST' || id === '' ? path : `${path}/${id}`,
      // a unique name, because the second request would only be a conflict
      body: JSON.stringify(changes)
        .replace(/^\{/, `${JSON.stringify({ ...template, ...named(template, name) }).slice(0, -1)},`)
        .replace(',}', '}'),
    }));
  const id = fc.constantFrom(
    apiId,
    routeId,
    integrationId,
    'none00',
    '__proto__',
    'constructor',
    '%zz',
    '%00',
    '..',
  );
  const word = fc.constantFrom(...WORDS);
  const path = fc.oneof(
    fc.tuple(word, id).map((parts) => `${api}/${parts.join('/')}`),
    fc.tuple(word, id, word, id).map((parts) => `/v2/${parts.join('/')}`),
    fc
      .tuple(word, fc.string({ maxLength: 4 }), fc.string({ maxLength: 8 }))
      .map(
        ([name, size, token]) =>
          `${api}/${name}?${new URLSearchParams({ maxResults: size, nextToken: token }).toString()}`,
      ),
    fc.webPath({ size: 'small' }).map((text) => `/v2/${text}`),
  );
  const anything = fc.record({
    // no DELETE, because later requests need the API
    method: fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'HEAD', 'OPTIONS'),
    path,
    body: fc.oneof(
      mutated(bodies(known).map((value) => Buffer.from(JSON.stringify(value)))),
      fc.json(),
      fc.uint8Array({ maxLength: 100 }),
      fc.constantFrom('', '{', '[]', 'null', `{"name":${'['.repeat(20_000)}`, '{"__proto__":{"name":1}}'),
    ),
  });
  return fc.oneof({ weight: 3, arbitrary: almostValid }, { weight: 2, arbitrary: anything });
}

const named = (template: object, name: string) =>
  'routeKey' in template ? { routeKey: name } : 'name' in template ? { name } : {};

const LAMBDA =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations';
const LOAD_BALANCER =
  'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/nlb/0123456789abcdef';

const WORDS = [
  'apis',
  'routes',
  'integrations',
  'deployments',
  'stages',
  'authorizers',
  'models',
  'integrationresponses',
  'routeresponses',
  'requestparameters',
  'accesslogsettings',
  'routesettings',
  'tags',
  'domainnames',
  'apimappings',
  'vpclinks',
  'template',
  'cors',
  'exports',
  '__proto__',
] as const;

const bodies = ({ apiId, integrationId, deploymentId }: Known) => {
  const text = fc.constantFrom(
    'WEBSOCKET',
    'HTTP_PROXY',
    'HTTP',
    'MOCK',
    'AWS',
    'AWS_PROXY',
    'POST',
    'http://127.0.0.1:9/',
    'join',
    '$default',
    '$connect',
    '$request.body.action',
    '${request.body.a}/${b',
    '\\$default',
    `integrations/${integrationId}`,
    deploymentId,
    apiId,
    'dev',
    'VPC_LINK',
    'REQUEST',
    'CUSTOM',
    'AWS_IAM',
    'context.connectionId',
    'route.request.body.x',
    'integration.request.header.a',
    "'literal'",
    '/4\\d\\d/',
    '/(/',
    '{"type":"object"}',
    '#foreach($i in $input',
    '$input.json("$")',
    'x'.repeat(5_000),
  );
  const scalar = fc.oneof(
    text,
    fc.string({ maxLength: 10 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.double(),
  );
  const map = fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString')), scalar, {
    maxKeys: 3,
  });
  const value = fc.oneof(
    { weight: 5, arbitrary: scalar },
    { weight: 2, arbitrary: map },
    fc.array(scalar, { maxLength: 3 }),
    fc.jsonValue({ maxDepth: 3 }),
  );
  return fc.dictionary(fc.constantFrom(...FIELDS, '__proto__'), value, { maxKeys: 2 });
};

export function connectionRequests({ stagePath, connectionId, apiId }: Known): fc.Arbitrary<HttpRequest> {
  const id = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(connectionId, encodeURIComponent(connectionId)) },
    fc.constantFrom('', '%zz', '%2F', 'AAAAAAAAAAAAAAA=', '__proto__', 'x'.repeat(2_000)),
    fc
      .nat({ max: connectionId.length - 1 })
      .map((index) => `${connectionId.slice(0, index)}x${connectionId.slice(index + 1)}`),
    fc.base64String({ maxLength: 24 }),
    fc.string({ maxLength: 20 }).map(encodeIfPossible),
  );
  return fc.record({
    // no DELETE, because later requests need the connection open
    method: fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'PATCH', 'HEAD', 'OPTIONS'),
    path: fc
      .tuple(
        fc.constantFrom(stagePath, stagePath, stagePath, '/none', `/_apis/${apiId}/dev`, '/v2'),
        fc.constantFrom('@connections', '%40connections', '@connection'),
        id,
        fc.constantFrom('', '', '', '/', '/more', '?a=b'),
      )
      .map(([stage, word, name, rest]) => `${stage}/${word}/${name}${rest}`),
    body: fc.oneof(
      { weight: 5, arbitrary: fc.uint8Array({ maxLength: 200 }) },
      { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 131_000, max: 132_000 }).map((length) => 'x'.repeat(length)),
      },
    ),
  });
}

export function adminRequests(): fc.Arbitrary<HttpRequest> {
  return fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'),
    path: fc.oneof(
      fc.constantFrom(
        '/_gateway',
        '/_gateway/',
        '/_gateway/health',
        '/_gateway/clock',
        '/_gateway/faults',
        '/_gateway/connections',
        '/_gateway/none',
      ),
      fc.webPath({ size: 'small' }).map((text) => `/_gateway/${text}`),
    ),
    body: fc.oneof(
      fc
        .record({
          advanceMs: fc.oneof(fc.integer({ min: -10, max: 10 }), fc.string(), fc.constant(null), fc.double()),
        })
        .map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.uint8Array({ maxLength: 50 }),
    ),
  });
}

function encodeIfPossible(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return 'surrogate';
  }
}
