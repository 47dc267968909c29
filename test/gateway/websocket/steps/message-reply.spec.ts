import { describe, expect, it } from 'vitest';
import { GATEWAY_RESPONSES } from '../../../../src/gateway/errors.js';
import { MappingError } from '../../../../src/gateway/mapping/mapping-errors.js';
import {
  badMessageFrame,
  errorFrame,
  messageFrame,
} from '../../../../src/gateway/websocket/steps/message-reply.js';

const mapped = (status: number, body: string | Buffer = '') => ({
  status,
  headers: {},
  body: Buffer.from(body as string),
});

describe('a frame of the gateway, byte for byte', () => {
  it('for an error', () => {
    expect(errorFrame(GATEWAY_RESPONSES.forbidden, 'eHrdFcnvvHcCE-w=', 'eHrjDEuVPHcFWMg=')).toBe(
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

  it('is sent for any status', () => {
    expect(messageFrame(mapped(500, 'sorry'))).toBe('sorry');
  });

  it('has U+FFFD in place of bytes that are not UTF-8', () => {
    expect(messageFrame(mapped(200, Buffer.from([0x61, 0xff, 0x62])))).toBe('a\uFFFDb');
  });

  it('has at most 128 KB', () => {
    expect(messageFrame(mapped(200, 'x'.repeat(131_072)))).toHaveLength(131_072);
    expect(() => messageFrame(mapped(200, 'x'.repeat(131_073)))).toThrow(MappingError);
    expect(() => messageFrame(mapped(200, Buffer.alloc(50_000, 0xff)))).toThrow(MappingError);
  });
});
