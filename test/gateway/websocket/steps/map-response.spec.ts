import { describe, expect, it } from 'vitest';
import {
  type DeployedIntegration,
  type DeployedIntegrationResponse,
} from '../../../../src/gateway/control/snapshot.js';
import { parseResponseMapping } from '../../../../src/gateway/mapping/response-parameters.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { type IntegrationAnswer } from '../../../../src/gateway/integrations/integration-client.js';
import { MappingFailedError } from '../../../../src/gateway/websocket/steps/mapping-failed.js';
import { mapResponse } from '../../../../src/gateway/websocket/steps/map-response.js';
import { TemplateError } from '../../../../src/gateway/vtl/template-error.js';
import { connectEvent, integrationOf, messageEvent } from './route-events.js';

const answer = (status: number, body: string | Buffer = '', other: Partial<IntegrationAnswer> = {}) => ({
  status,
  headers: {},
  body: Buffer.from(body as string),
  ...other,
});

/** An integration response as the snapshot has it. */
const response = (
  key: string,
  templates: Record<string, string> = {},
  other: Partial<DeployedIntegrationResponse> & {
    selection?: string;
    parameters?: Record<string, string>;
  } = {},
): DeployedIntegrationResponse => ({
  key,
  pattern: key === '$default' ? undefined : new RegExp(`^(?:${key.slice(1, -1)})$`, 's'),
  contentHandling: other.contentHandling,
  headers: new Map(
    Object.entries(other.parameters ?? {}).map(([to, from]) => {
      const { name, source } = parseResponseMapping(to, from);
      return [name, source];
    }),
  ),
  templates: {
    selection:
      other.selection === undefined ? undefined : parseSelectionExpression(other.selection, 'response'),
    byKey: new Map(Object.entries(templates)),
  },
});

const http = (...responses: DeployedIntegrationResponse[]) => integrationOf({ type: 'HTTP', responses });
const textOf = (of: DeployedIntegration, from: IntegrationAnswer, on = messageEvent('{"action":"join"}')) =>
  mapResponse(of, from, on).body.toString('utf8');

const connect = connectEvent({ headers: [], query: {} });

describe('the answer of a proxy integration', () => {
  it.each(['HTTP_PROXY', 'AWS_PROXY'] as const)('of type %s is the route’s, unchanged', (type) => {
    const bytes = Buffer.from([0xff, 0x00]);
    const from = answer(404, bytes, { headers: { 'x-a': 'b' } });
    expect(
      mapResponse(
        integrationOf({ type, responses: [response('$default', { $default: 'x' })] }),
        from,
        connect,
      ),
    ).toMatchObject({
      status: 404,
      headers: { 'x-a': 'b' },
      body: bytes,
    });
  });

  it('is base64 with CONVERT_TO_TEXT', () => {
    const proxy = integrationOf({ type: 'HTTP_PROXY', contentHandling: 'CONVERT_TO_TEXT' });
    expect(textOf(proxy, answer(200, Buffer.from([0xff, 0x00, 0x80])))).toBe('/wCA');
  });
});

describe('the integration response', () => {
  const byStatus = http(
    response('/200/', { $default: 'ok' }),
    response(String.raw`/4\d\d/`, { $default: 'wrong' }),
    response('$default', { $default: 'else' }),
  );

  it.each([
    [200, 'ok'],
    [404, 'wrong'],
    [201, 'else'],
    [500, 'else'],
  ])('for status %i', (status, text) => {
    expect(textOf(byStatus, answer(status))).toBe(text);
  });

  it('of a Lambda function is chosen by the message of its error', () => {
    const uri = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/chat/invocations';
    const lambda = integrationOf({
      type: 'AWS',
      uri,
      responses: [response('/.*full.*/', { $default: 'full' }), response('$default', { $default: 'fine' })],
    });
    expect(textOf(lambda, answer(200, '{}'))).toBe('fine');
    expect(textOf(lambda, answer(200, '{}', { errorMessage: 'room is\nfull' }))).toBe('full');
  });

  it('of a function that did not fail is $default, whatever else would fit', () => {
    const uri = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/chat/invocations';
    const responses = [response('/.*/', { $default: 'error' }), response('$default', { $default: 'fine' })];
    expect(textOf(integrationOf({ type: 'AWS', uri, responses }), answer(200))).toBe('fine');
  });

  it('of another AWS service is chosen by its status', () => {
    const uri = 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue';
    expect(textOf({ ...byStatus, type: 'AWS', uri }, answer(400))).toBe('wrong');
  });

  it.each([
    ['none fits', http(response('/200/')), messageEvent('{}')],
    ['there is none', http(), messageEvent('{}')],
    ['none fits on $connect', http(response('/200/')), connect],
  ])('is missed when %s', (_, of, on) => {
    expect(() => mapResponse(of, answer(500), on)).toThrow(MappingFailedError);
  });

  it('without a template lets the answer through', () => {
    expect(textOf(http(response('$default')), answer(200, 'as it is'))).toBe('as it is');
  });
});

describe('its template', () => {
  it('sees the answer as $input, and the event as $context', () => {
    const template = `{"id": "$context.connectionId", "value": $input.json('$.a')}`;
    expect(textOf(http(response('$default', { $default: template })), answer(200, '{"a":[1]}'))).toBe(
      '{"id": "gbgBEG6oLQAYKEhVEA==", "value": [1]}',
    );
  });

  it.each([
    ['${integration.response.statuscode}', '418'],
    ['${integration.response.header.kind}', 'tea'],
    ['${integration.response.multivalueheader.kind}', '[pot, tea]'],
    ['${request.body.action}', 'join'],
    ['${integration.response.body.a}', '1'],
    ['static', 'static'],
  ])('is chosen by %s', (selection, key) => {
    const of = http(response('$default', { [key]: 'chosen', $default: 'else' }, { selection }));
    expect(textOf(of, answer(418, '{"a":1}', { headers: { kind: ['pot', 'tea'] } }))).toBe('chosen');
  });

  it('is for $default when no key fits', () => {
    const of = http(
      response('$default', { 200: 'a', $default: 'b' }, { selection: '${integration.response.statuscode}' }),
    );
    expect(textOf(of, answer(500))).toBe('b');
  });

  it('that fails is an error', () => {
    expect(() =>
      textOf(http(response('$default', { $default: '$input.json("$")' })), answer(200, 'text')),
    ).toThrow(TemplateError);
  });
});

describe('content handling of an integration response', () => {
  it('CONVERT_TO_TEXT makes base64, which the template sees', () => {
    const of = http(
      response('$default', { $default: '<$input.body>' }, { contentHandling: 'CONVERT_TO_TEXT' }),
    );
    expect(textOf(of, answer(200, Buffer.from([0xff])))).toBe('</w==>');
  });

  it('CONVERT_TO_BINARY makes bytes', () => {
    const of = http(response('$default', {}, { contentHandling: 'CONVERT_TO_BINARY' }));
    expect(textOf(of, answer(200, 'aMOp'))).toBe('hé');
  });
});

describe('its headers', () => {
  const mapped = (parameters: Record<string, string>, from: IntegrationAnswer) =>
    mapResponse(http(response('$default', {}, { parameters })), from, connect).headers;

  it('are mapped from headers, body and literals', () => {
    expect(
      mapped(
        {
          'route.response.header.Sec-WebSocket-Protocol': 'integration.response.header.Chosen',
          'route.response.header.User': 'integration.response.body.user',
          'method.response.header.Fixed': "'value'",
          'route.response.header.Gone': 'integration.response.header.none',
        },
        answer(200, '{"user":"Zoë"}', { headers: { chosen: 'chat' } }),
      ),
    ).toEqual({
      'content-type': 'application/json',
      'sec-websocket-protocol': ['chat'],
      user: [Buffer.from('Zoë').toString('latin1')],
      fixed: ['value'],
    });
  });

  it('cannot be broken by an answer', () => {
    const from = answer(401, JSON.stringify({ a: 'x\r\nSet-Cookie: y' }));
    expect(() => mapped({ 'route.response.header.A': 'integration.response.body.a' }, from)).toThrow(
      MappingFailedError,
    );
  });
});

describe('the status on $connect', () => {
  it.each([200, 401])('is the integration’s, %i, with or without an integration response', (status) => {
    expect(mapResponse(http(), answer(status), connect).status).toBe(status);
    expect(mapResponse(http(response('$default')), answer(status), connect).status).toBe(status);
  });

  it('is 502 when a function failed', () => {
    const uri = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/chat/invocations';
    const lambda = integrationOf({ type: 'AWS', uri, responses: [response('$default')] });
    expect(mapResponse(lambda, answer(200, '', { errorMessage: 'no' }), connect).status).toBe(502);
  });
});
