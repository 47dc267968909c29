import { describe, expect, it } from 'vitest';
import { type DeployedIntegration } from '../../../../src/gateway/control/snapshot.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { MappingError, UnsupportedMediaTypeError } from '../../../../src/gateway/mapping/mapping-errors.js';
import { type HttpRequest } from '../../../../src/gateway/integrations/integration-request.js';
import { type RouteEvent } from '../../../../src/gateway/websocket/route-event.js';
import { mapRequest as map } from '../../../../src/gateway/websocket/steps/map-request.js';
import { TemplateError } from '../../../../src/gateway/vtl/template-error.js';
import { deployedIntegration } from '../../../support/deployed-integration.js';
import { connectEvent, disconnectEvent, messageEvent } from '../../../support/route-event.js';

const integration = (
  uri: string,
  parameters: Record<string, string> = {},
  overrides: Partial<DeployedIntegration> = {},
) => deployedIntegration({ type: 'HTTP_PROXY', uri, ...overrides }, parameters);

const mapRequest = (deployed: DeployedIntegration, event: RouteEvent) => map(deployed, event) as HttpRequest;

const headersOf = (headers: readonly string[]) =>
  Object.fromEntries(headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : [])));

describe('the URL', () => {
  it('has stage variables filled in', () => {
    const { url } = mapRequest(
      integration('http://${stageVariables.host}:3000/message'),
      messageEvent('{}', { stageVariables: { host: 'nlb.example' } }),
    );
    expect(url.href).toBe('http://nlb.example:3000/message');
  });

  it('has mapped path parameters filled in, encoded', () => {
    const { url } = mapRequest(
      integration('http://h/{room}/message', { 'integration.request.path.room': 'route.request.body.room' }),
      messageEvent('{"room":"a/b"}'),
    );
    expect(url.pathname).toBe('/a%2Fb/message');
  });

  it('keeps its own query and adds mapped values, encoded', () => {
    const { url } = mapRequest(
      integration('http://h/message?fixed=1', {
        'integration.request.querystring.who': 'route.request.body.who',
      }),
      messageEvent('{"who":"a&b=ü"}'),
    );
    expect(url.search).toBe('?fixed=1&who=a%26b%3D%C3%BC');
  });

  it('encodes only the characters of a literal that no URL may contain', () => {
    const { url } = mapRequest(
      integration('http://h/', {
        'integration.request.querystring.a': "'50%25'",
        'integration.request.querystring.b': "'static value'",
      }),
      messageEvent('{}'),
    );
    expect(url.search).toBe('?a=50%25&b=static%20value');
  });

  it('is an error when it is not valid', () => {
    expect(() => mapRequest(integration('http://${stageVariables.none}:3000/x'), messageEvent('{}'))).toThrow(
      MappingError,
    );
  });
});

describe('the headers', () => {
  it('encode mapped values as UTF-8', () => {
    const { headers } = mapRequest(
      integration('http://h/', { 'integration.request.header.Who': 'route.request.body.who' }),
      messageEvent('{"who":"Zoë"}'),
    );
    expect(Buffer.from(headersOf(headers).Who ?? '', 'latin1').toString('utf8')).toBe('Zoë');
  });

  it('leave out a mapping without a value', () => {
    const { headers } = mapRequest(
      integration('http://h/', { 'integration.request.header.Who': 'route.request.body.who' }),
      messageEvent('{}'),
    );
    expect(headers).not.toContain('Who');
  });

  it('refuse a line break from a message', () => {
    const who = integration('http://h/', { 'integration.request.header.Who': 'route.request.body.who' });
    expect(() => mapRequest(who, messageEvent('{"who":"x\\r\\nConnectionId: forged"}'))).toThrow(
      MappingError,
    );
  });

  it('replace a standard header by a mapped one', () => {
    const { headers } = mapRequest(
      integration('http://h/', { 'integration.request.header.content-type': "'text/plain'" }),
      messageEvent('{}'),
    );
    const types = headers.filter(
      (_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'content-type',
    );
    expect(types).toEqual(['text/plain']);
  });

  it('contain context variables as text', () => {
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
      messageEvent('{}'),
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

it('sends the unmodified message, and POST for the method ANY', () => {
  const text = '{ "a" :\t1 }';
  expect(mapRequest(integration('http://h/', {}, { method: 'ANY' }), messageEvent(text))).toMatchObject({
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
  overrides: Partial<DeployedIntegration> = {},
) => deployedIntegration({ type: 'HTTP', requestTemplates, ...overrides });

describe('the template of a non-proxy integration', () => {
  const byAction = templates(
    { join: 'joins', $default: 'does $input.path("$.action")' },
    '${request.body.action}',
  );

  it('is selected by the message', () => {
    expect(mapRequest(http(byAction), messageEvent('{"action":"join"}')).body).toBe('joins');
  });

  it('is the one for $default when no key matches', () => {
    expect(mapRequest(http(byAction), messageEvent('{"action":"leave"}')).body).toBe('does leave');
  });

  it('is the one for $default without a selection expression', () => {
    const only = templates({ $default: 'only $context.connectionId' });
    expect(mapRequest(http(only), messageEvent('{}')).body).toBe('only gbgBEG6oLQAYKEhVEA==');
  });

  it('may have an escaped dollar sign in its key, as public templates do', () => {
    expect(mapRequest(http(templates({ '\\$default': 'x' }, '\\$default')), messageEvent('{}')).body).toBe(
      'x',
    );
  });

  it('reads the handshake on $connect', () => {
    const params = templates({ $default: "$input.params('token') $input.params().header.get('Origin')" });
    const event = connectEvent(['Origin', 'https://a.example'], 'token=t1&token=t2');
    expect(mapRequest(http(params), event).body).toBe('t2 https://a.example');
  });

  it('has its key, line and column in an error', () => {
    const failing = http(templates({ join: '{\n  "a": $util.parseJson("x")}' }, 'join'));
    expect(() => mapRequest(failing, messageEvent('{}'))).toThrow(
      expect.objectContaining({ templateKey: 'join', position: { line: 2, column: 8 } }),
    );
    expect(() => mapRequest(failing, messageEvent('{}'))).toThrow(TemplateError);
  });

  it('renders each message', () => {
    const deployed = http(byAction);
    const bodies = ['a', 'b'].map(
      (action) => mapRequest(deployed, messageEvent(JSON.stringify({ action }))).body,
    );
    expect(bodies).toEqual(['does a', 'does b']);
  });
});

describe('a message without a matching template', () => {
  const none = templates({});
  const other = templates({ other: 'x' }, '${request.body.action}');

  it.each([
    ['passes WHEN_NO_MATCH', 'WHEN_NO_MATCH', other],
    ['passes WHEN_NO_TEMPLATES if there are none', 'WHEN_NO_TEMPLATES', none],
  ] as const)('%s', (_, passthrough, requestTemplates) => {
    expect(mapRequest(http(requestTemplates, { passthrough }), messageEvent('{ "a":1}')).body).toBe(
      '{ "a":1}',
    );
  });

  it.each([
    ['is refused WHEN_NO_TEMPLATES if there are others', 'WHEN_NO_TEMPLATES', other],
    ['is refused with NEVER', 'NEVER', none],
  ] as const)('%s', (_, passthrough, requestTemplates) => {
    expect(() => mapRequest(http(requestTemplates, { passthrough }), messageEvent('{}'))).toThrow(
      UnsupportedMediaTypeError,
    );
  });
});

describe('a non-proxy HTTP request', () => {
  it.each([
    ['on a message', messageEvent('{}')],
    ['on $connect, without the headers of the client', connectEvent(['Cookie', 'a=b'])],
    ['on $disconnect', disconnectEvent()],
  ])('has the recorded headers %s', (_, event) => {
    const headers = headersOf(mapRequest(http(templates({})), event).headers);
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
    expect(mapRequest(http(templates({})), connectEvent()).body).toBeUndefined();
  });
});

describe('CONVERT_TO_BINARY', () => {
  const binary = integration('http://h/', {}, { contentHandling: 'CONVERT_TO_BINARY' });

  it('decodes base64', () => {
    expect(mapRequest(binary, messageEvent('/wCA')).body).toEqual(Buffer.from([0xff, 0x00, 0x80]));
  });

  it.each(['hello!', 'AAA', '{"a":1}', 'AA=A'])('refuses a text that is not base64: %s', (text) => {
    expect(() => mapRequest(binary, messageEvent(text))).toThrow(MappingError);
  });
});

describe('a MOCK integration', () => {
  const mock = (template: string) =>
    map(
      deployedIntegration({ type: 'MOCK', requestTemplates: templates({ 200: template }, '200') }),
      messageEvent('{"status":404}'),
    );

  it.each([
    ['{"statusCode": 200}', 200],
    ['{"statusCode": $input.path("$.status")}', 404],
    ['{"statusCode": "503"}', 503],
    ['{ statusCode: 200 }', 200],
  ])('has the status of %s', (template, status) => {
    expect(mock(template)).toEqual({ kind: 'mock', status });
  });

  it.each(['', '{}', '{"statusCode": 99}', '{"statusCode": 101}', '{"statusCode": "ok"}', 'null', '200'])(
    'fails with the template %j',
    (template) => {
      expect(() => mock(template)).toThrow(MappingError);
    },
  );

  it('fails without a template', () => {
    expect(() => map(deployedIntegration({ type: 'MOCK' }), connectEvent())).toThrow(MappingError);
  });
});

describe('a Lambda request', () => {
  const uri =
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:${stageVariables.fn}/invocations';
  const functionName = 'arn:aws:lambda:us-east-1:000000000000:function:chat';

  it('has the event of a proxy integration', () => {
    const request = map(
      deployedIntegration({ type: 'AWS_PROXY', uri }),
      messageEvent('{"a":1}', { stageVariables: { fn: 'chat' } }),
    );
    expect(request).toMatchObject({ kind: 'lambda', functionName, isProxy: true });
    expect(JSON.parse((request as { payload: string }).payload)).toMatchObject({ body: '{"a":1}' });
  });

  it('has the rendered template of another integration', () => {
    const requestTemplates = templates({ $default: '{"id":"$context.connectionId"}' });
    const request = map(
      deployedIntegration({ type: 'AWS', uri, requestTemplates }),
      messageEvent('{}', { stageVariables: { fn: 'chat' } }),
    );
    expect(request).toMatchObject({
      kind: 'lambda',
      functionName,
      isProxy: false,
      payload: '{"id":"gbgBEG6oLQAYKEhVEA=="}',
    });
  });

  it.each(['AWS', 'AWS_PROXY'] as const)('fails with another URI: %s', (type) => {
    expect(() => map(deployedIntegration({ type, uri: 'arn:aws:nonsense' }), messageEvent('{}'))).toThrow(
      MappingError,
    );
  });
});
