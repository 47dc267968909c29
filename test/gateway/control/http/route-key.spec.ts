import { describe, expect, it } from 'vitest';
import { ControlError } from '../../../../src/gateway/control/control-error.js';
import { parseRouteKey, routeIdentity } from '../../../../src/gateway/control/http/route-key.js';

describe('a route key', () => {
  it.each([
    ['$default', undefined],
    ['GET /', { method: 'GET', parts: [] }],
    ['ANY /{proxy+}', { method: 'ANY', parts: [{ kind: 'greedy', name: 'proxy' }] }],
    [
      'PATCH /v1.2/books_a/{book-id}/a:b',
      {
        method: 'PATCH',
        parts: [
          { kind: 'literal', text: 'v1.2' },
          { kind: 'literal', text: 'books_a' },
          { kind: 'variable', name: 'book-id' },
          { kind: 'literal', text: 'a:b' },
        ],
      },
    ],
  ])('%s is parsed (H2.01, H2.02)', (key, pattern) => {
    expect(parseRouteKey(key)).toEqual(pattern);
  });

  it.each([
    'books',
    'get /books',
    'GET  /books',
    'GET books',
    'TRACE /books',
    '$connect',
    'GET /books ',
    'GET /books/',
    'GET //',
    'GET /a//b',
    'GET /a@b',
    'GET /%7B',
    'GET /{}',
    'GET /{a',
    'GET /{a}b',
    'GET /{a+}/b',
    'GET /a\n',
  ])('%j is refused', (key) => {
    expect(() => parseRouteKey(key)).toThrow(ControlError);
  });

  it.each([
    ['GET /pets/{id}', 'GET /pets/{petId}', true],
    ['GET /pets/{id+}', 'GET /pets/{petId+}', true],
    ['GET /pets/{id}', 'GET /pets/{id+}', false],
    ['GET /pets/{id}', 'ANY /pets/{id}', false],
    ['GET /pets/{id}', 'GET /pets/id', false],
    ['$default', 'ANY /{proxy+}', false],
  ])('%s and %s are the same route: %s (H2.05)', (one, other, isSame) => {
    expect(routeIdentity(one) === routeIdentity(other)).toBe(isSame);
  });
});
