import { describe, expect, it } from 'vitest';
import { type DeployedIntegration } from '../../../src/gateway/control/snapshot.js';
import { parseParameterMapping } from '../../../src/gateway/mapping/parameters.js';
import { MappingFailedError, mapRequest, type RouteEvent } from '../../../src/gateway/steps/map-request.js';

const integration = (
  uri: string,
  parameters: Record<string, string> = {},
  other: Partial<DeployedIntegration> = {},
): DeployedIntegration => ({
  type: 'HTTP_PROXY',
  method: 'POST',
  uri,
  vpcLinkId: undefined,
  timeoutMs: 29_000,
  passthrough: 'WHEN_NO_MATCH',
  contentHandling: undefined,
  requestTemplates: { selection: undefined, byKey: new Map() },
  responses: [],
  parameters: Object.entries(parameters).map(([to, from]) => parseParameterMapping(to, from)),
  ...other,
});

const event = (text: string, stageVariables: Record<string, string> = {}): RouteEvent => ({
  connection: {
    apiId: 'api1234567',
    stage: 'dev',
    domainName: 'api1234567.execute-api.us-east-1.amazonaws.com',
    connectionId: 'gbgBEG6oLQAYKEhVEA==',
    connectedAt: 1_705_751_697_419,
    sourceIp: '203.0.113.9',
    userAgent: undefined,
    authorized: {},
    gatewayIp: '192.0.2.1',
  },
  facts: {
    eventType: 'MESSAGE',
    routeKey: '$default',
    requestId: 'R1knPH17NjMFftw=',
    requestTime: 1_705_751_700_453,
  },
  stageVariables,
  message: { text, json: JSON.parse(text) as unknown },
});

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
    const { parameters } = integration('', { 'integration.request.header.Who': 'route.request.body.who' });
    expect(() =>
      mapRequest({ ...integration('http://h/'), parameters }, event('{"who":"x\\r\\nConnectionId: forged"}')),
    ).toThrow(MappingFailedError);
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
