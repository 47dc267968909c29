import { describe, expect, it } from 'vitest';
import { Router } from '../../../../src/gateway/http/steps/router.js';
import { httpRoute } from '../../../support/http-api.js';

const select = (routeKeys: readonly string[], method: string, path: string) => {
  const match = new Router(routeKeys.map((key) => httpRoute(key))).select(method, path);
  return match && [match.route.routeKey, Object.fromEntries(match.pathParameters)];
};

describe('Router', () => {
  // the table of DG:http-api-develop-routes
  const DOCUMENTED = [
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /{proxy+}',
    '$default',
  ];
  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['GET', '/', '$default', {}],
  ])('H2.06, H2.09: %s %s is %s', (method, path, routeKey, parameters) => {
    expect(select(DOCUMENTED, method, path)).toEqual([routeKey, parameters]);
  });

  it('H2.07: static parts beat variables, from the left', () => {
    const routes = ['GET /a/{x}/c', 'GET /{y}/b/c', 'GET /a/b/{z}'];
    expect(select(routes, 'GET', '/a/b/c')).toEqual(['GET /a/b/{z}', { z: 'c' }]);
    expect(select(routes, 'GET', '/a/q/c')).toEqual(['GET /a/{x}/c', { x: 'q' }]);
    expect(select(routes, 'GET', '/q/b/c')).toEqual(['GET /{y}/b/c', { y: 'q' }]);
  });

  it('H2.08: the exact method beats ANY', () => {
    expect(select(['ANY /pets', 'GET /pets'], 'GET', '/pets')?.[0]).toBe('GET /pets');
    expect(select(['ANY /pets', 'GET /pets'], 'PUT', '/pets')?.[0]).toBe('ANY /pets');
  });

  it('H2.10: a complete match with ANY beats a greedy one with the method', () => {
    expect(select(['ANY /pets/{id}', 'GET /{proxy+}'], 'GET', '/pets/1')?.[0]).toBe('ANY /pets/{id}');
  });

  it('H2.06: another path with a variable serves a method that the static one has not', () => {
    expect(select(['POST /pets/dog', 'GET /pets/{id}'], 'GET', '/pets/dog')?.[0]).toBe('GET /pets/{id}');
  });

  it('H2.11: a path that only has other methods has no route', () => {
    expect(select(['POST /pets'], 'GET', '/pets')).toBeUndefined();
    expect(select(['POST /pets', '$default'], 'GET', '/pets')?.[0]).toBe('$default');
  });

  it('H2.12: HEAD needs a route of its own', () => {
    expect(select(['GET /pets'], 'HEAD', '/pets')).toBeUndefined();
  });

  it('H2.04: a variable is exactly one part that is not empty, a greedy one at least one character', () => {
    expect(select(['GET /pets/{id}'], 'GET', '/pets/')).toBeUndefined();
    expect(select(['GET /pets/{id}'], 'GET', '/pets/1/2')).toBeUndefined();
    expect(select(['GET /pets/{proxy+}'], 'GET', '/pets')).toBeUndefined();
    expect(select(['GET /pets/{proxy+}'], 'GET', '/pets/')).toBeUndefined();
    expect(select(['GET /pets/{proxy+}'], 'GET', '/pets/a/')).toEqual([
      'GET /pets/{proxy+}',
      { proxy: 'a/' },
    ]);
  });

  it('H2.15: a slash at the end is another path', () => {
    expect(select(['GET /metrics'], 'GET', '/metrics/')).toBeUndefined();
  });

  it('matches the root only by its own route', () => {
    expect(select(['GET /'], 'GET', '/')).toEqual(['GET /', {}]);
    expect(select(['GET /'], 'GET', '/a')).toBeUndefined();
  });

  it('searches a path with many parts as far as routes go', () => {
    expect(select(['GET /{a}/{b}', 'ANY /{proxy+}'], 'GET', '/x'.repeat(5_000))?.[0]).toBe('ANY /{proxy+}');
  });

  it('has variables named like properties of objects', () => {
    expect(select(['GET /{constructor}'], 'GET', '/__proto__')).toEqual([
      'GET /{constructor}',
      { constructor: '__proto__' },
    ]);
  });
});
