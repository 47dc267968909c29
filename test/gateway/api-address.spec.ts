import { describe, expect, it } from 'vitest';
import { findStage } from '../../src/gateway/api-address.js';

const find = (
  path: string,
  { host = 'localhost:8080', apis = ['api1'], defaultApi = undefined as string | undefined } = {},
) => {
  const address = findStage(new URL(`http://gateway${path}`), host, apis, defaultApi);
  return address && [address.apiId, address.stage, ...address.rest];
};

describe('a request means', () => {
  it('the only API', () => {
    expect(find('/dev')).toEqual(['api1', 'dev']);
  });

  it('the API in its host name, before all else', () => {
    expect(find('/dev', { host: 'api2.execute-api.eu-central-1.amazonaws.com' })).toEqual(['api2', 'dev']);
  });

  it('the API in its path', () => {
    expect(find('/_apis/api2/dev/', { apis: ['api1', 'api2'] })).toEqual(['api2', 'dev']);
  });

  it('the default API among several', () => {
    expect(find('/dev', { apis: ['api1', 'api2'], defaultApi: 'api2' })).toEqual(['api2', 'dev']);
  });

  it('none of several without a word', () => {
    expect(find('/dev', { apis: ['api1', 'api2'] })).toBeUndefined();
  });

  it.each(['/dev/@connections/a=', '/dev/%40connections/a%3D', '/dev/%40connections/a%3d/'])(
    'the same connection by %s',
    (path) => {
      expect(find(path)).toEqual(['api1', 'dev', '@connections', 'a=']);
    },
  );

  it.each(['/', '//', '/_apis/', '/_apis/api1', '/%E0%A4%A'])('nothing by %s', (path) => {
    expect(find(path)).toBeUndefined();
  });
});
