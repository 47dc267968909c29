import { describe, expect, it } from 'vitest';
import { ANSWERS } from '../../../../src/gateway/errors.js';
import { UnsupportedMediaTypeError } from '../../../../src/gateway/websocket/steps/map-request.js';
import { MappingFailedError } from '../../../../src/gateway/websocket/steps/mapping-failed.js';
import {
  admission,
  answerFor,
  badMessageFrame,
  errorFrame,
  messageFrame,
  refusal,
} from '../../../../src/gateway/websocket/steps/reply.js';
import { TemplateError } from '../../../../src/gateway/vtl/template-error.js';

const mapped = (
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string | string[]> = {},
) => ({
  status,
  headers,
  body: Buffer.from(body as string),
});

describe('a frame that the gateway makes, byte for byte', () => {
  it('for an error', () => {
    expect(errorFrame(ANSWERS.forbidden, 'eHrdFcnvvHcCE-w=', 'eHrjDEuVPHcFWMg=')).toBe(
      '{"message": "Forbidden", "connectionId":"eHrdFcnvvHcCE-w=", "requestId":"eHrjDEuVPHcFWMg="}',
    );
  });

  it('for a message that its model does not allow', () => {
    expect(badMessageFrame('eHrdFcnvvHcCE-w=', 'R1knPc2ntjMCFIA=')).toBe(
      '{"message" : "Bad request body", "connectionId": "eHrdFcnvvHcCE-w=", "messageId": "R1knPc2ntjMCFIA="}',
    );
  });
});

describe('the frame of a two-way route', () => {
  it.each(['text', '', '{"a":"é"}'])('is the body %j', (body) => {
    expect(messageFrame(mapped(200, body))).toBe(body);
  });

  it('is sent whatever the status', () => {
    expect(messageFrame(mapped(500, 'sorry'))).toBe('sorry');
  });

  it('has U+FFFD for what is not UTF-8', () => {
    expect(messageFrame(mapped(200, Buffer.from([0x61, 0xff, 0x62])))).toBe('a\uFFFDb');
  });

  it('may have 128 KB and no more', () => {
    expect(messageFrame(mapped(200, 'x'.repeat(131_072)))).toHaveLength(131_072);
    expect(() => messageFrame(mapped(200, 'x'.repeat(131_073)))).toThrow(MappingFailedError);
    expect(() => messageFrame(mapped(200, Buffer.alloc(50_000, 0xff)))).toThrow(MappingFailedError);
  });
});

describe('a handshake', () => {
  it('that the gateway refuses is told why, and which connection it would have been', () => {
    const { status, headers, body } = refusal(
      ANSWERS.unauthorized,
      'eHrdFcnvvHcCE-w=',
      'eHrjDEuVPHcFWMg=',
      'no token',
    );
    expect([status, String(body)]).toEqual([
      401,
      '{"message": "Unauthorized", "connectionId":"eHrdFcnvvHcCE-w=", "requestId":"eHrjDEuVPHcFWMg="}',
    ]);
    expect(headers).toContain('application/json; charset=UTF-8');
  });

  it('that never came to the gateway is refused with a page that names no connection', () => {
    const { status, headers, body } = refusal(
      ANSWERS.badRequest,
      'eHrdFcnvvHcCE-w=',
      'eHrjDEuVPHcFWMg=',
      'twice',
    );
    expect([status, headers]).toEqual([400, ['Content-Type', 'text/html']]);
    expect(String(body)).toMatch(/^<html>.*400 Bad Request.*<\/html>\r\n$/s);
  });

  it.each([200, 204, 299])('is accepted with %i', (status) => {
    const authorized = { 'authorizer.userId': 'ann' };
    expect(admission(mapped(status), authorized, 'id')).toEqual({
      kind: 'accepted',
      protocol: undefined,
      authorized,
    });
  });

  it.each(['chat', ['chat', 'other']])('has the sub-protocol %j of the answer', (value) => {
    const answer = mapped(200, '', { 'sec-websocket-protocol': value });
    expect(admission(answer, {}, 'id')).toMatchObject({ kind: 'accepted', protocol: 'chat' });
  });

  it('is refused with any other status, with the answer’s body and headers but not the connection’s', () => {
    const answer = mapped(401, 'who?', { 'x-a': ['1', '2'], connection: 'close', 'content-length': '4' });
    expect(admission(answer, {}, 'id')).toEqual({
      kind: 'refused',
      status: 401,
      headers: ['x-a', '1', 'x-a', '2'],
      body: Buffer.from('who?'),
      reason: 'the integration of $connect responded with 401',
      requestId: 'id',
    });
  });
});

it.each([
  [new TemplateError('$default', { line: 1, column: 1 }, 'x'), 500, 'Internal server error'],
  [new MappingFailedError('x'), 500, 'Internal server error'],
  [new UnsupportedMediaTypeError('x'), 415, 'Unsupported Media Type'],
  [new Error('x'), 502, 'Internal server error'],
])('%s is answered with %i', (error, status, message) => {
  expect(answerFor(error)).toMatchObject({ status, message });
});
