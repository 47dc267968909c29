import { describe, expect, it } from 'vitest';
import { type AddressableHttpApis, locateHttpApi } from '../../../src/gateway/front/locate-http-api.js';

interface Options {
  readonly host?: string;
  readonly apis?: readonly string[];
  readonly defaultApi?: string;
}

/** Ids that begin with `http` are those of HTTP APIs. */
function locate(
  target: string,
  { host = 'localhost:8080', apis = ['http1', 'ws1'], defaultApi }: Options = {},
) {
  const addressable: AddressableHttpApis = {
    apiIds: () => apis,
    isHttpApi: (apiId) => apiId.startsWith('http') && apis.includes(apiId),
    isDomainName: (name) => name === 'books.example' || name === 'chat.example',
    httpMapping: (name, path) =>
      name === 'books.example' && path.startsWith('/v1')
        ? { apiId: 'http1', stage: 'dev', basePath: 'v1' }
        : undefined,
  };
  const address = locateHttpApi(target, host, addressable, defaultApi);
  return address && [address.apiId, address.path, address.queryString, address.customDomain?.basePath];
}

describe('locateHttpApi', () => {
  it('finds the API in the host name, also where the control plane has a path', () => {
    const host = 'http1.execute-api.us-east-1.amazonaws.com';
    for (const path of ['/v2/apis', '/_gateway/health', '/dev/@connections/a', '/_apis/http2/x']) {
      expect(locate(path, { host })).toEqual(['http1', path, '', undefined]);
    }
  });

  it('finds none for the host name of another API', () => {
    expect(locate('/books', { host: 'ws1.execute-api.us-east-1.amazonaws.com' })).toBeUndefined();
    expect(locate('/books', { host: 'gone.execute-api.us-east-1.amazonaws.com' })).toBeUndefined();
  });

  it('finds the API in the path', () => {
    const apis = ['http1', 'http2'];
    expect(locate('/_apis/http2/dev/a%20b?x=%20', { apis })).toEqual([
      'http2',
      '/dev/a b',
      'x=%20',
      undefined,
    ]);
    expect(locate('/_apis/http2', { apis })).toEqual(['http2', '/', '', undefined]);
    expect(locate('/_apis/http2?x', { apis })).toEqual(['http2', '/', 'x', undefined]);
    expect(locate('/_apis/ws1/dev')).toBeUndefined();
  });

  it('H1.11: finds the API that is mapped to a domain name, and none without a mapping', () => {
    expect(locate('/v1/x', { host: 'books.example:443' })).toBeUndefined();
    expect(locate('/v1/x', { host: 'books.example' })).toEqual(['http1', '/v1/x', '', 'v1']);
    expect(locate('/other', { host: 'books.example' })).toBeUndefined();
    expect(locate('/books', { host: 'chat.example:8080' })).toBeUndefined();
  });

  it('finds the only HTTP API, or that of --default-api', () => {
    expect(locate('/books')).toEqual(['http1', '/books', '', undefined]);
    expect(locate('/books', { apis: ['http1', 'http2'] })).toBeUndefined();
    expect(locate('/books', { apis: ['http1', 'http2'], defaultApi: 'http2' })?.[0]).toBe('http2');
    expect(locate('/books', { defaultApi: 'ws1' })?.[0]).toBe('http1');
  });

  it.each(['/v2/apis', '/vpclinks', '/_gateway/health', '/dev/@connections/a', '/dev/%40connections/a'])(
    'leaves %s to the gateway if no API is named',
    (path) => {
      expect(locate(path)).toBeUndefined();
    },
  );

  it.each(['*', 'http://books.example/v1', ''])('finds none for the target %j', (target) => {
    expect(locate(target)).toBeUndefined();
  });

  it('H2.16, H2.17: decodes the path and cuts it at a question mark', () => {
    expect(locate('/a%2Fb+c%3Fd')?.[1]).toBe('/a/b+c');
    expect(locate('/%ff')?.slice(0, 2)).toEqual(['http1', undefined]);
  });
});
