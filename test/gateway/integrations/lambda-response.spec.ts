import { describe, expect, it } from 'vitest';
import { UnusableResponseError } from '../../../src/gateway/integrations/integration-errors.js';
import { readProxyResponse } from '../../../src/gateway/integrations/lambda-response.js';

const read = (result: unknown) => readProxyResponse(JSON.stringify(result));

describe('readProxyResponse', () => {
  it('reads status, headers and body', () => {
    expect(
      read({ statusCode: 403, headers: { 'X-Why': 'because' }, body: 'no', isBase64Encoded: false }),
    ).toEqual({ status: 403, headers: { 'x-why': ['because'] }, body: Buffer.from('no') });
  });

  it('requires only a status', () => {
    expect(read({ statusCode: 200 })).toEqual({ status: 200, headers: {}, body: Buffer.alloc(0) });
    expect(read({ statusCode: '200', headers: null, body: null })).toMatchObject({ status: 200 });
  });

  it('decodes base64', () => {
    expect(read({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }).body.toString()).toBe('hi');
  });

  it('merges both kinds of headers', () => {
    const { headers } = read({
      statusCode: 200,
      headers: { 'x-a': 'one', 'X-B': 'b', 'x-n': 1 },
      multiValueHeaders: { 'X-A': ['one', 'two'] },
    });
    expect(headers).toEqual({ 'x-a': ['one', 'two'], 'x-b': ['b'], 'x-n': ['1'] });
  });

  it('encodes headers as UTF-8', () => {
    const [value = ''] = read({ statusCode: 200, headers: { who: 'Zoë' } }).headers.who ?? [];
    expect(Buffer.from(value, 'latin1').toString('utf8')).toBe('Zoë');
  });

  it.each([
    ['null', null],
    ['text', 'ok'],
    ['a list', []],
    ['without a status', { body: 'ok' }],
    ['with a status that is a word', { statusCode: 'ok' }],
    ['with a status that is not an integer', { statusCode: 200.5 }],
    ['with a status that is not final', { statusCode: 101 }],
    ['with a status that HTTP does not have', { statusCode: 1000 }],
    ['with an object as its body', { statusCode: 200, body: { a: 1 } }],
    ['with headers that are not an object', { statusCode: 200, headers: 'x' }],
    ['with an object as a header', { statusCode: 200, headers: { x: {} } }],
    ['with a line break in a header', { statusCode: 200, headers: { x: 'a\r\nSet-Cookie: b' } }],
    ['with a line break in a header’s name', { statusCode: 200, headers: { 'x: y\r\nz': 'a' } }],
    ['with values that are not a list', { statusCode: 200, multiValueHeaders: { x: 'a' } }],
  ])('refuses a result: %s', (_, result) => {
    expect(() => read(result)).toThrow(UnusableResponseError);
  });

  it('refuses a result that is not JSON', () => {
    expect(() => readProxyResponse('Task timed out')).toThrow(UnusableResponseError);
  });
});
