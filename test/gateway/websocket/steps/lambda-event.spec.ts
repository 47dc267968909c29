import { describe, expect, it } from 'vitest';
import { authorizerEvent, proxyEvent } from '../../../../src/gateway/websocket/steps/lambda-event.js';
import { connectEvent, disconnectEvent, messageEvent } from '../../../support/route-event.js';

const HEADERS = [
  'Host', 'api1234567.execute-api.us-east-1.amazonaws.com',
  'Connection', 'Upgrade',
  'Upgrade', 'websocket',
  'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==',
  'X-Room', 'a',
  'x-room', 'b',
]; // prettier-ignore

const CONTEXT = {
  routeKey: '$connect',
  eventType: 'CONNECT',
  extendedRequestId: 'R1knPH17NjMFftw=',
  requestTime: '20/Jan/2024:11:55:00 +0000',
  messageDirection: 'IN',
  stage: 'dev',
  connectedAt: 1_705_751_697_419,
  requestTimeEpoch: 1_705_751_700_453,
  identity: { sourceIp: '203.0.113.9' },
  requestId: 'R1knPH17NjMFftw=',
  domainName: 'api1234567.execute-api.us-east-1.amazonaws.com',
  connectionId: 'gbgBEG6oLQAYKEhVEA==',
  apiId: 'api1234567',
};

/** As it is sent: without `undefined`. */
const sent = (event: object) => JSON.parse(JSON.stringify(event)) as Record<string, never>;

describe('the event of $connect', () => {
  it('has the recorded keys, and no others', () => {
    expect(sent(proxyEvent(connectEvent(HEADERS)))).toEqual({
      headers: {
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'X-Room': 'b',
        Host: 'api1234567.execute-api.us-east-1.amazonaws.com',
        'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-/),
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Port': '443',
        'X-Forwarded-Proto': 'https',
      },
      multiValueHeaders: {
        'Sec-WebSocket-Key': ['dGhlIHNhbXBsZSBub25jZQ=='],
        'X-Room': ['a', 'b'],
        Host: ['api1234567.execute-api.us-east-1.amazonaws.com'],
        'X-Amzn-Trace-Id': [expect.stringMatching(/^Root=1-/)],
        'X-Forwarded-For': ['203.0.113.9'],
        'X-Forwarded-Port': ['443'],
        'X-Forwarded-Proto': ['https'],
      },
      requestContext: CONTEXT,
      isBase64Encoded: false,
    });
  });

  it('has the query string, with the last value and with all values', () => {
    expect(sent(proxyEvent(connectEvent([], 'a=1&a=2&token=x')))).toMatchObject({
      queryStringParameters: { a: '2', token: 'x' },
      multiValueQueryStringParameters: { a: ['1', '2'], token: ['x'] },
    });
  });

  it('has stage variables if the stage has any', () => {
    expect(sent(proxyEvent(connectEvent([], '', { stageVariables: { host: 'h' } })))).toHaveProperty(
      'stageVariables',
      { host: 'h' },
    );
  });

  it('has a header and a parameter of any name', () => {
    const event = sent(proxyEvent(connectEvent(['__proto__', 'h'], '__proto__=q')));
    expect(JSON.stringify(event.headers)).toContain('"__proto__":"h"');
    expect(JSON.stringify(event.queryStringParameters)).toContain('"__proto__":"q"');
  });

  it('has the authorizer’s context, and its latency as a number', () => {
    const { connection } = connectEvent();
    const authorized = {
      'authorizer.principalId': 'me',
      'authorizer.age': '1',
      'authorizer.integrationLatency': '12',
    };
    const event = connectEvent([], '', { connection: { ...connection, authorized } });
    expect(sent(proxyEvent(event)).requestContext).toHaveProperty('authorizer', {
      principalId: 'me',
      age: '1',
      integrationLatency: 12,
    });
  });
});

describe('the event of a message', () => {
  it('has the recorded keys, and no others', () => {
    const event = messageEvent('{"a":1}');
    const connection = { ...event.connection, userAgent: 'Mozilla/5.0' };
    expect(sent(proxyEvent({ ...event, connection }))).toEqual({
      requestContext: {
        ...CONTEXT,
        routeKey: '$default',
        messageId: 'gbgHN0-zjQAYKEhjgA==',
        eventType: 'MESSAGE',
        identity: { userAgent: 'Mozilla/5.0', sourceIp: '203.0.113.9' },
      },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
  });
});

describe('the event of $disconnect', () => {
  it('has the recorded keys, and no others', () => {
    const headers = {
      Host: 'api1234567.execute-api.us-east-1.amazonaws.com',
      'x-api-key': '',
      'X-Forwarded-For': '',
      'x-restapi': '',
    };
    expect(sent(proxyEvent(disconnectEvent(1000, 'probe-complete')))).toEqual({
      headers,
      multiValueHeaders: {
        Host: ['api1234567.execute-api.us-east-1.amazonaws.com'],
        'x-api-key': [''],
        'X-Forwarded-For': [''],
        'x-restapi': [''],
      },
      requestContext: {
        ...CONTEXT,
        routeKey: '$disconnect',
        disconnectStatusCode: 1000,
        eventType: 'DISCONNECT',
        disconnectReason: 'probe-complete',
      },
      isBase64Encoded: false,
    });
  });

  it('keeps an empty reason', () => {
    expect(sent(proxyEvent(disconnectEvent(1001, ''))).requestContext).toMatchObject({
      disconnectStatusCode: 1001,
      disconnectReason: '',
    });
  });
});

describe('the event of an authorizer', () => {
  const ARN = 'arn:aws:execute-api:us-east-1:000000000000:api1234567/dev/$connect';

  it('has the documented keys', () => {
    const event = sent(authorizerEvent(connectEvent(HEADERS, 'token=x'), ARN));
    expect(Object.keys(event)).toEqual([
      'type',
      'methodArn',
      'headers',
      'multiValueHeaders',
      'queryStringParameters',
      'multiValueQueryStringParameters',
      'stageVariables',
      'requestContext',
    ]);
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: ARN,
      queryStringParameters: { token: 'x' },
      stageVariables: {},
      requestContext: CONTEXT,
    });
  });

  it('has the headers of the connection, unlike that of the integration', () => {
    const { headers, multiValueHeaders } = sent(authorizerEvent(connectEvent(HEADERS), ARN));
    expect(headers).toMatchObject({ Connection: 'upgrade', Upgrade: 'websocket', 'content-length': '0' });
    expect(multiValueHeaders).toMatchObject({ Connection: ['upgrade'] });
  });
});
