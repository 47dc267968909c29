import { describe, expect, it } from 'vitest';
import { GATEWAY_RESPONSES } from '../../../../src/gateway/errors.js';
import { admission, refusal } from '../../../../src/gateway/websocket/steps/handshake-reply.js';

const mapped = (status: number, body = '', headers: Record<string, string | string[]> = {}) => ({
  status,
  headers,
  body: Buffer.from(body),
});

describe('refusal', () => {
  it('has the text, and the id of the connection that was refused', () => {
    const { status, headers, body } = refusal(
      GATEWAY_RESPONSES.unauthorized,
      'eHrdFcnvvHcCE-w=',
      'eHrjDEuVPHcFWMg=',
      'no token',
    );
    expect([status, String(body)]).toEqual([
      401,
      '{"message": "Unauthorized", "connectionId":"eHrdFcnvvHcCE-w=", "requestId":"eHrjDEuVPHcFWMg="}',
    ]);
    expect(headers).toEqual([
      'Content-Type',
      'application/json; charset=UTF-8',
      'x-amz-apigw-id',
      'eHrjDEuVPHcFWMg=',
    ]);
  });

  it('is an HTML page without ids for a malformed request', () => {
    const { status, headers, body } = refusal(
      GATEWAY_RESPONSES.badRequest,
      'eHrdFcnvvHcCE-w=',
      'eHrjDEuVPHcFWMg=',
      'twice',
    );
    expect([status, headers]).toEqual([400, ['Content-Type', 'text/html']]);
    expect(String(body)).toMatch(/^<html>.*400 Bad Request.*<\/html>\r\n$/s);
  });
});

describe('admission', () => {
  it.each([200, 204, 299])('accepts a handshake with %i', (status) => {
    const authorized = { 'authorizer.userId': 'ann' };
    expect(admission(mapped(status), authorized, 'id')).toEqual({
      kind: 'accepted',
      protocol: undefined,
      authorized,
    });
  });

  it.each(['chat', ['chat', 'other']])('has the subprotocol of the response, %j', (value) => {
    const response = mapped(200, '', { 'sec-websocket-protocol': value });
    expect(admission(response, {}, 'id')).toMatchObject({ kind: 'accepted', protocol: 'chat' });
  });

  it('refuses with any other status, the body and the headers, without those of the backend’s connection', () => {
    const response = mapped(401, 'who?', {
      'content-type': 'text/plain',
      'x-a': ['1', '2'],
      connection: 'close',
      'content-length': '4',
      date: 'Fri, 25 Sep 2026 01:15:58 GMT',
      'x-amz-apigw-id': 'another',
    });
    expect(admission(response, {}, 'id')).toEqual({
      kind: 'refused',
      status: 401,
      headers: ['content-type', 'text/plain', 'x-a', '1', 'x-a', '2', 'x-amz-apigw-id', 'id'],
      body: Buffer.from('who?'),
      reason: 'the integration of $connect responded with 401',
      requestId: 'id',
    });
  });
});
