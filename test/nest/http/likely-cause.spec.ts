import { expect, it } from 'vitest';
import { type ClientError, likelyCause } from '../../../src/nest/http/likely-cause.js';

const refused = (rawPacket: Buffer, code = 'HPE_INVALID_METHOD'): ClientError =>
  Object.assign(new Error('Parse Error'), { code, reason: 'Invalid method encountered', rawPacket });

it.each([
  ['proxy_protocol_v2', Buffer.from('0d0a0d0a000d0a515549540a21110000', 'hex')],
  ['proxy_protocol_v1', Buffer.from('PROXY UNKNOWN\r\n')],
  ['tls', Buffer.from('160301', 'hex')],
  ['http2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
])('recognizes %s', (cause, packet) => {
  expect(likelyCause(refused(packet))).toMatchObject({ cause, code: 'not_http' });
});

it.each([
  ['an unknown method', Buffer.from('BREW /pot HTTP/1.1\r\n')],
  ['the beginning of a signature', Buffer.from('PROX')],
  ['a signature that is not at the beginning', Buffer.from(' PROXY TCP4')],
  ['nothing', Buffer.alloc(0)],
])('calls %s malformed', (_, packet) => {
  expect(likelyCause(refused(packet))).toMatchObject({ cause: 'malformed', code: 'bad_request' });
});

it('does not repeat the bytes, which may be secret', () => {
  const { hint } = likelyCause(refused(Buffer.from('GatewaySecret: the-secret\r\n')));
  expect(hint).toBe('this is not HTTP/1.1: Invalid method encountered');
});

it('recognizes too large and too slow headers by the error code', () => {
  const packet = Buffer.from('GET / HTTP/1.1\r\n');
  expect(likelyCause(refused(packet, 'HPE_HEADER_OVERFLOW'))).toMatchObject({ code: 'headers_too_large' });
  expect(likelyCause(refused(packet, 'ERR_HTTP_REQUEST_TIMEOUT'))).toMatchObject({ code: 'request_timeout' });
});
