import { describe, expect, it } from 'vitest';
import { UnusableAnswerError } from '../../../src/gateway/integrations/integration-errors.js';
import { readProxyAnswer } from '../../../src/gateway/integrations/lambda-response.js';

const read = (answer: unknown) => readProxyAnswer(JSON.stringify(answer));

describe('what a function returned', () => {
  it('is status, headers and body', () => {
    expect(
      read({ statusCode: 403, headers: { 'X-Why': 'because' }, body: 'no', isBase64Encoded: false }),
    ).toEqual({ status: 403, headers: { 'x-why': ['because'] }, body: Buffer.from('no') });
  });

  it('needs a status alone', () => {
    expect(read({ statusCode: 200 })).toEqual({ status: 200, headers: {}, body: Buffer.alloc(0) });
    expect(read({ statusCode: '200', headers: null, body: null })).toMatchObject({ status: 200 });
  });

  it('may be Base64', () => {
    expect(read({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }).body.toString()).toBe('hi');
  });

  it('has both kinds of headers in one list', () => {
    const { headers } = read({
      statusCode: 200,
      headers: { 'x-a': 'one', 'X-B': 'b', 'x-n': 1 },
      multiValueHeaders: { 'X-A': ['one', 'two'] },
    });
    expect(headers).toEqual({ 'x-a': ['one', 'two'], 'x-b': ['b'], 'x-n': ['1'] });
  });

  it('has headers in UTF-8', () => {
    const [value = ''] = read({ statusCode: 200, headers: { who: 'Zoë' } }).headers.who ?? [];
    expect(Buffer.from(value, 'latin1').toString('utf8')).toBe('Zoë');
  });

  it.each([
    ['null', null],
    ['text', 'ok'],
    ['a list', []],
    ['without a status', { body: 'ok' }],
    ['with a status that is a word', { statusCode: 'ok' }],
    ['with a status that is no whole number', { statusCode: 200.5 }],
    ['with a status that is not the last one', { statusCode: 101 }],
    ['with a status that HTTP does not have', { statusCode: 1000 }],
    ['with an object as its body', { statusCode: 200, body: { a: 1 } }],
    ['with headers that are no object', { statusCode: 200, headers: 'x' }],
    ['with an object as a header', { statusCode: 200, headers: { x: {} } }],
    ['with a header that ends itself', { statusCode: 200, headers: { x: 'a\r\nSet-Cookie: b' } }],
    ['with a header’s name that ends it', { statusCode: 200, headers: { 'x: y\r\nz': 'a' } }],
    ['with values that are no list', { statusCode: 200, multiValueHeaders: { x: 'a' } }],
  ])('is unusable: %s', (_, answer) => {
    expect(() => read(answer)).toThrow(UnusableAnswerError);
  });

  it('is unusable when it is no JSON', () => {
    expect(() => readProxyAnswer('Task timed out')).toThrow(UnusableAnswerError);
  });
});
