import { describe, expect, it } from 'vitest';
import { type DeployedIntegration } from '../../../../src/gateway/control/snapshot.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { MappingFailedError } from '../../../../src/gateway/websocket/steps/mapping-failed.js';
import {
  type HttpRequest,
  mapRequest as map,
  type RouteEvent,
  UnsupportedMediaTypeError,
} from '../../../../src/gateway/websocket/steps/map-request.js';
import { TemplateError } from '../../../../src/gateway/vtl/template-error.js';
import { connectEvent, disconnectEvent, integrationOf, messageEvent as event } from './route-events.js';

const integration = (
  uri: string,
  parameters: Record<string, string> = {},
  other: Partial<DeployedIntegration> = {},
) => integrationOf({ type: 'HTTP_PROXY', uri, ...other }, parameters);

const mapRequest = (of: DeployedIntegration, on: RouteEvent) => map(of, on) as HttpRequest;

const headersOf = (headers: readonly string[]) =>
  Object.fromEntries(headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : [])));

describe('the URL', () => {
  it('takes its stage variables', () => {
    const { url } = mapRequest(
      integration('http://${stageVariables.host}:3000/message'),
      event('{}', { host: 'nlb.example' }),
    );
    expect(url.href).toBe('http://nlb.example:3000/message');
  });

  it('takes mapped path parameters, encoded', () => {
    const { url } = mapRequest(
      integration('http://h/{room}/message', { 'integration.request.path.room': 'route.request.body.room' }),
      event('{"room":"a/b"}'),
    );
    expect(url.pathname).toBe('/a%2Fb/message');
  });

  it('keeps its own query and adds mapped values, encoded', () => {
    const { url } = mapRequest(
      integration('http://h/message?fixed=1', {
        'integration.request.querystring.who': 'route.request.body.who',
      }),
      event('{"who":"a&b=ü"}'),
    );
    expect(url.search).toBe('?fixed=1&who=a%26b%3D%C3%BC');
  });

  it('takes a literal as encoded already, and encodes only what no URL may hold', () => {
    const { url } = mapRequest(
      integration('http://h/', {
        'integration.request.querystring.a': "'50%25'",
        'integration.request.querystring.b': "'static value'",
      }),
      event('{}'),
    );
    expect(url.search).toBe('?a=50%25&b=static%20value');
  });

  it('that is none after all is an error', () => {
    expect(() => mapRequest(integration('http://${stageVariables.none}:3000/x'), event('{}'))).toThrow(
      MappingFailedError,
    );
  });
});

describe('the headers', () => {
  it('have mapped values in UTF-8', () => {
    const { headers } = mapRequest(
      integration('http://h/', { 'integration.request.header.Who': 'route.request.body.who' }),
      event('{"who":"Zoë"}'),
    );
    expect(Buffer.from(headersOf(headers).Who ?? '', 'latin1').toString('utf8')).toBe('Zoë');
  });

  it('leave out what leads to nothing', () => {
    const { headers } = mapRequest(
      integration('http://h/', { 'integration.request.header.Who': 'route.request.body.who' }),
      event('{}'),
    );
    expect(headers).not.toContain('Who');
  });

  it('cannot be broken by a message', () => {
    const who = integration('http://h/', { 'integration.request.header.Who': 'route.request.body.who' });
    expect(() => mapRequest(who, event('{"who":"x\\r\\nConnectionId: forged"}'))).toThrow(MappingFailedError);
  });

  it('have a mapped value in place of the standard one', () => {
    const { headers } = mapRequest(
      integration('http://h/', { 'integration.request.header.content-type': "'text/plain'" }),
      event('{}'),
    );
    const types = headers.filter(
      (_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === 'content-type',
    );
    expect(types).toEqual(['text/plain']);
  });

  it('carry every context variable as text', () => {
    const names = [
      'connectedAt',
      'requestTime',
      'requestTimeEpoch',
      'extendedRequestId',
      'stage',
      'messageDirection',
    ];
    const { headers } = mapRequest(
      integration(
        'http://h/',
        Object.fromEntries(names.map((name) => [`integration.request.header.${name}`, `context.${name}`])),
      ),
      event('{}'),
    );
    expect(headersOf(headers)).toMatchObject({
      connectedAt: '1705751697419',
      requestTime: '20/Jan/2024:11:55:00 +0000',
      requestTimeEpoch: '1705751700453',
      extendedRequestId: 'R1knPH17NjMFftw=',
      stage: 'dev',
      messageDirection: 'IN',
    });
  });
});

it('sends the message byte for byte, and POST where the method is ANY', () => {
  const text = '{ "a" :\t1 }';
  expect(mapRequest(integration('http://h/', {}, { method: 'ANY' }), event(text))).toMatchObject({
    method: 'POST',
    body: text,
  });
});

const templates = (
  byKey: Record<string, string>,
  selection?: string,
): DeployedIntegration['requestTemplates'] => ({
  selection: selection === undefined ? undefined : parseSelectionExpression(selection, 'request'),
  byKey: new Map(Object.entries(byKey)),
});

const http = (
  requestTemplates: DeployedIntegration['requestTemplates'],
  other: Partial<DeployedIntegration> = {},
) => integrationOf({ type: 'HTTP', requestTemplates, ...other });

describe('the template of a non-proxy integration', () => {
  const byAction = templates(
    { join: 'joins', $default: 'does $input.path("$.action")' },
    '${request.body.action}',
  );

  it('is the one whose key the message gives', () => {
    expect(mapRequest(http(byAction), event('{"action":"join"}')).body).toBe('joins');
  });

  it('is the one for $default when no key fits', () => {
    expect(mapRequest(http(byAction), event('{"action":"leave"}')).body).toBe('does leave');
  });

  it('is the one for $default when nothing selects', () => {
    const only = templates({ $default: 'only $context.connectionId' });
    expect(mapRequest(http(only), event('{}')).body).toBe('only gbgBEG6oLQAYKEhVEA==');
  });

  it('may have an escaped dollar sign in its key, as public templates do', () => {
    expect(mapRequest(http(templates({ '\\$default': 'x' }, '\\$default')), event('{}')).body).toBe('x');
  });

  it('sees the handshake on $connect', () => {
    const params = templates({ $default: "$input.params('token') $input.params().header.get('Origin')" });
    const on = connectEvent({ headers: ['Origin', 'https://a.example'], query: { token: ['t1', 't2'] } });
    expect(mapRequest(http(params), on).body).toBe('t2 https://a.example');
  });

  it('that fails is an error with key, line and column', () => {
    const failing = http(templates({ join: '{\n  "a": $util.parseJson("x")}' }, 'join'));
    expect(() => mapRequest(failing, event('{}'))).toThrow(
      expect.objectContaining({ templateKey: 'join', position: { line: 2, column: 8 } }),
    );
    expect(() => mapRequest(failing, event('{}'))).toThrow(TemplateError);
  });

  it('is read once, and sees each message anew', () => {
    const of = http(byAction);
    const bodies = ['a', 'b'].map((action) => mapRequest(of, event(JSON.stringify({ action }))).body);
    expect(bodies).toEqual(['does a', 'does b']);
  });
});

describe('a message that no template fits', () => {
  const none = templates({});
  const other = templates({ other: 'x' }, '${request.body.action}');

  it.each([
    ['passes WHEN_NO_MATCH', 'WHEN_NO_MATCH', other],
    ['passes WHEN_NO_TEMPLATES when there are none', 'WHEN_NO_TEMPLATES', none],
  ] as const)('%s', (_, passthrough, requestTemplates) => {
    expect(mapRequest(http(requestTemplates, { passthrough }), event('{ "a":1}')).body).toBe('{ "a":1}');
  });

  it.each([
    ['is refused WHEN_NO_TEMPLATES when there are some', 'WHEN_NO_TEMPLATES', other],
    ['is refused with NEVER', 'NEVER', none],
  ] as const)('%s', (_, passthrough, requestTemplates) => {
    expect(() => mapRequest(http(requestTemplates, { passthrough }), event('{}'))).toThrow(
      UnsupportedMediaTypeError,
    );
  });
});

describe('a non-proxy HTTP request', () => {
  it.each([
    ['on a message', event('{}')],
    [
      'on $connect, without the headers of the client',
      connectEvent({ headers: ['Cookie', 'a=b'], query: {} }),
    ],
    ['on $disconnect', disconnectEvent()],
  ])('has the recorded headers %s', (_, on) => {
    const headers = headersOf(mapRequest(http(templates({})), on).headers);
    expect(headers).toEqual({
      Host: 'backend.example',
      'x-amzn-apigateway-api-id': 'api1234567',
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-/) as string,
      'User-Agent': 'AmazonAPIGateway_api1234567',
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'X-Forwarded-For': '192.0.2.1',
      'X-Forwarded-Proto': 'https',
    });
  });

  it('has no body on $connect without a template', () => {
    expect(mapRequest(http(templates({})), connectEvent({ headers: [], query: {} })).body).toBeUndefined();
  });
});

describe('CONVERT_TO_BINARY', () => {
  const binary = integration('http://h/', {}, { contentHandling: 'CONVERT_TO_BINARY' });

  it('sends the bytes that the base64 text stands for', () => {
    expect(mapRequest(binary, event('/wCA')).body).toEqual(Buffer.from([0xff, 0x00, 0x80]));
  });

  it.each(['hello!', 'AAA', '{"a":1}', 'AA=A'])('refuses %s, which is not base64', (text) => {
    expect(() => mapRequest(binary, event(text))).toThrow(MappingFailedError);
  });
});

describe('a MOCK integration', () => {
  const mock = (template: string) =>
    map(
      integrationOf({ type: 'MOCK', requestTemplates: templates({ 200: template }, '200') }),
      event('{"status":404}'),
    );

  it.each([
    ['{"statusCode": 200}', 200],
    ['{"statusCode": $input.path("$.status")}', 404],
    ['{"statusCode": "503"}', 503],
    ['{ statusCode: 200 }', 200],
  ])('answers what %s says', (template, status) => {
    expect(mock(template)).toEqual({ kind: 'mock', status });
  });

  it.each(['', '{}', '{"statusCode": 99}', '{"statusCode": 101}', '{"statusCode": "ok"}', 'null', '200'])(
    'with %j has no answer',
    (template) => {
      expect(() => mock(template)).toThrow(MappingFailedError);
    },
  );

  it('without a template has none either, as the message is no status', () => {
    expect(() => map(integrationOf({ type: 'MOCK' }), connectEvent({ headers: [], query: {} }))).toThrow(
      MappingFailedError,
    );
  });
});

describe('a call of a Lambda function', () => {
  const uri =
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.fn}/invocations';
  const functionName = 'arn:aws:lambda:us-east-1:000000000000:function:chat';

  it('gives a proxy the whole event', () => {
    const request = map(integrationOf({ type: 'AWS_PROXY', uri }), event('{"a":1}', { fn: 'chat' }));
    expect(request).toMatchObject({ kind: 'lambda', functionName, isProxy: true });
    expect(JSON.parse((request as { payload: string }).payload)).toMatchObject({ body: '{"a":1}' });
  });

  it('gives any other what its template makes', () => {
    const requestTemplates = templates({ $default: '{"id":"$context.connectionId"}' });
    const request = map(integrationOf({ type: 'AWS', uri, requestTemplates }), event('{}', { fn: 'chat' }));
    expect(request).toMatchObject({
      kind: 'lambda',
      functionName,
      isProxy: false,
      payload: '{"id":"gbgBEG6oLQAYKEhVEA=="}',
    });
  });

  it.each(['AWS', 'AWS_PROXY'] as const)('%s with another URI is an error', (type) => {
    expect(() => map(integrationOf({ type, uri: 'arn:aws:nonsense' }), event('{}'))).toThrow(
      MappingFailedError,
    );
  });
});
