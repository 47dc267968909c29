import { describe, expect, it } from 'vitest';
import {
  type DeployedIntegration,
  type DeployedIntegrationResponse,
} from '../../../../src/gateway/control/snapshot.js';
import { parseResponseMapping } from '../../../../src/gateway/mapping/response-parameters.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { type BackendResponse } from '../../../../src/gateway/integrations/backend-response.js';
import { MappingError } from '../../../../src/gateway/mapping/mapping-errors.js';
import { mapResponse } from '../../../../src/gateway/websocket/steps/map-response.js';
import { TemplateError } from '../../../../src/gateway/vtl/template-error.js';
import { deployedIntegration } from '../../../support/deployed-integration.js';
import { connectEvent, messageEvent } from '../../../support/route-event.js';

const backendResponse = (
  status: number,
  body: string | Buffer = '',
  overrides: Partial<BackendResponse> = {},
) => ({
  status,
  headers: {},
  body: Buffer.from(body as string),
  ...overrides,
});

/** An integration response of a snapshot. */
const integrationResponse = (
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

const http = (...responses: DeployedIntegrationResponse[]) =>
  deployedIntegration({ type: 'HTTP', responses });
const textOf = (
  deployed: DeployedIntegration,
  response: BackendResponse,
  event = messageEvent('{"action":"join"}'),
) => mapResponse(deployed, response, event).body.toString('utf8');

const connect = connectEvent();

describe('the response of a proxy integration', () => {
  it.each(['HTTP_PROXY', 'AWS_PROXY'] as const)('of type %s is unmodified', (type) => {
    const bytes = Buffer.from([0xff, 0x00]);
    const response = backendResponse(404, bytes, { headers: { 'x-a': 'b' } });
    expect(
      mapResponse(
        deployedIntegration({ type, responses: [integrationResponse('$default', { $default: 'x' })] }),
        response,
        connect,
      ),
    ).toMatchObject({
      status: 404,
      headers: { 'x-a': 'b' },
      body: bytes,
    });
  });

  it('is base64 with CONVERT_TO_TEXT', () => {
    const proxy = deployedIntegration({ type: 'HTTP_PROXY', contentHandling: 'CONVERT_TO_TEXT' });
    expect(textOf(proxy, backendResponse(200, Buffer.from([0xff, 0x00, 0x80])))).toBe('/wCA');
  });
});

describe('the integration response', () => {
  const byStatus = http(
    integrationResponse('/200/', { $default: 'ok' }),
    integrationResponse(String.raw`/4\d\d/`, { $default: 'wrong' }),
    integrationResponse('$default', { $default: 'else' }),
  );

  it.each([
    [200, 'ok'],
    [404, 'wrong'],
    [201, 'else'],
    [500, 'else'],
  ])('is selected by status %i', (status, text) => {
    expect(textOf(byStatus, backendResponse(status))).toBe(text);
  });

  it('of a Lambda function is selected by its error message', () => {
    const uri = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/chat/invocations';
    const lambda = deployedIntegration({
      type: 'AWS',
      uri,
      responses: [
        integrationResponse('/.*full.*/', { $default: 'full' }),
        integrationResponse('$default', { $default: 'fine' }),
      ],
    });
    expect(textOf(lambda, backendResponse(200, '{}'))).toBe('fine');
    expect(textOf(lambda, backendResponse(200, '{}', { errorMessage: 'room is\nfull' }))).toBe('full');
  });

  it('of a function that did not fail is $default, even if another one matches', () => {
    const uri = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/chat/invocations';
    const responses = [
      integrationResponse('/.*/', { $default: 'error' }),
      integrationResponse('$default', { $default: 'fine' }),
    ];
    expect(textOf(deployedIntegration({ type: 'AWS', uri, responses }), backendResponse(200))).toBe('fine');
  });

  it('of another AWS service is selected by its status', () => {
    const uri = 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue';
    expect(textOf({ ...byStatus, type: 'AWS', uri }, backendResponse(400))).toBe('wrong');
  });

  it.each([
    ['none matches', http(integrationResponse('/200/')), messageEvent('{}')],
    ['there is none', http(), messageEvent('{}')],
    ['none matches on $connect', http(integrationResponse('/200/')), connect],
  ])('is an error when %s', (_, deployed, event) => {
    expect(() => mapResponse(deployed, backendResponse(500), event)).toThrow(MappingError);
  });

  it('without a template passes the response through', () => {
    expect(textOf(http(integrationResponse('$default')), backendResponse(200, 'text'))).toBe('text');
  });
});

describe('its template', () => {
  it('reads the response as $input and the event as $context', () => {
    const template = `{"id": "$context.connectionId", "value": $input.json('$.a')}`;
    expect(
      textOf(
        http(integrationResponse('$default', { $default: template })),
        backendResponse(200, '{"a":[1]}'),
      ),
    ).toBe('{"id": "gbgBEG6oLQAYKEhVEA==", "value": [1]}');
  });

  it.each([
    ['${integration.response.statuscode}', '418'],
    ['${integration.response.header.kind}', 'tea'],
    ['${integration.response.multivalueheader.kind}', '[pot, tea]'],
    ['${request.body.action}', 'join'],
    ['${integration.response.body.a}', '1'],
    ['static', 'static'],
  ])('is selected by %s', (selection, key) => {
    const deployed = http(
      integrationResponse('$default', { [key]: 'chosen', $default: 'else' }, { selection }),
    );
    expect(textOf(deployed, backendResponse(418, '{"a":1}', { headers: { kind: ['pot', 'tea'] } }))).toBe(
      'chosen',
    );
  });

  it('is the one for $default when no key matches', () => {
    const deployed = http(
      integrationResponse(
        '$default',
        { 200: 'a', $default: 'b' },
        { selection: '${integration.response.statuscode}' },
      ),
    );
    expect(textOf(deployed, backendResponse(500))).toBe('b');
  });

  it('throws its error', () => {
    expect(() =>
      textOf(
        http(integrationResponse('$default', { $default: '$input.json("$")' })),
        backendResponse(200, 'text'),
      ),
    ).toThrow(TemplateError);
  });
});

describe('content handling of an integration response', () => {
  it('encodes base64 for the template with CONVERT_TO_TEXT', () => {
    const deployed = http(
      integrationResponse('$default', { $default: '<$input.body>' }, { contentHandling: 'CONVERT_TO_TEXT' }),
    );
    expect(textOf(deployed, backendResponse(200, Buffer.from([0xff])))).toBe('</w==>');
  });

  it('decodes base64 with CONVERT_TO_BINARY', () => {
    const deployed = http(integrationResponse('$default', {}, { contentHandling: 'CONVERT_TO_BINARY' }));
    expect(textOf(deployed, backendResponse(200, 'aMOp'))).toBe('hé');
  });
});

describe('its headers', () => {
  const mapped = (parameters: Record<string, string>, response: BackendResponse) =>
    mapResponse(http(integrationResponse('$default', {}, { parameters })), response, connect).headers;

  it('are mapped from headers, body and literals', () => {
    expect(
      mapped(
        {
          'route.response.header.Sec-WebSocket-Protocol': 'integration.response.header.Chosen',
          'route.response.header.User': 'integration.response.body.user',
          'method.response.header.Fixed': "'value'",
          'route.response.header.Gone': 'integration.response.header.none',
        },
        backendResponse(200, '{"user":"Zoë"}', { headers: { chosen: 'chat' } }),
      ),
    ).toEqual({
      'sec-websocket-protocol': ['chat'],
      user: [Buffer.from('Zoë').toString('latin1')],
      fixed: ['value'],
    });
  });

  it('refuse a line break from a response', () => {
    const response = backendResponse(401, JSON.stringify({ a: 'x\r\nSet-Cookie: y' }));
    expect(() => mapped({ 'route.response.header.A': 'integration.response.body.a' }, response)).toThrow(
      MappingError,
    );
  });
});

describe('the status on $connect', () => {
  it.each([200, 401])('is the backend’s, %i, with or without an integration response', (status) => {
    expect(mapResponse(http(), backendResponse(status), connect).status).toBe(status);
    expect(mapResponse(http(integrationResponse('$default')), backendResponse(status), connect).status).toBe(
      status,
    );
  });

  it('is 502 when a function has failed', () => {
    const uri = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/chat/invocations';
    const lambda = deployedIntegration({ type: 'AWS', uri, responses: [integrationResponse('$default')] });
    expect(mapResponse(lambda, backendResponse(200, '', { errorMessage: 'no' }), connect).status).toBe(502);
  });
});
