import { describe, expect, it } from 'vitest';
import { type Addressable, findStage } from '../../../src/gateway/front/api-address.js';

const find = (
  path: string,
  {
    host = 'localhost:8080',
    apis = ['api1'],
    defaultApi = undefined as string | undefined,
    disabled = [] as string[],
  } = {},
) => {
  const addressable: Addressable = {
    apiIds: () => apis,
    api: (apiId) => ({ DisableExecuteApiEndpoint: disabled.includes(apiId) }),
    apiMapping: (name, segment) => {
      if (name !== 'chat.example') return undefined;
      return segment === 'v1'
        ? { apiId: 'api1', stage: 'one', isKeyed: true }
        : { apiId: 'api2', stage: 'two', isKeyed: false };
    },
  };
  const address = findStage(new URL(`http://gateway${path}`), host, addressable, defaultApi);
  return address && [address.apiId, address.stage, ...address.rest];
};

describe('a request means', () => {
  it('the only API', () => {
    expect(find('/dev')).toEqual(['api1', 'dev']);
  });

  it('the API in its host name, before all else', () => {
    expect(find('/dev', { host: 'api2.execute-api.eu-central-1.amazonaws.com' })).toEqual(['api2', 'dev']);
  });

  it("the stage that a domain name of the user's is mapped to", () => {
    const host = 'chat.example';
    expect(find('/v1/@connections/a%3D', { host })).toEqual(['api1', 'one', '@connections', 'a=']);
    expect(find('/', { host })).toEqual(['api2', 'two']);
  });

  it('no API whose own endpoint is disabled, but for its domain name', () => {
    const disabled = ['api1'];
    expect(find('/dev', { disabled })).toBeUndefined();
    expect(find('/dev', { disabled, host: 'api1.execute-api.x' })).toBeUndefined();
    expect(find('/v1', { disabled, host: 'chat.example' })).toEqual(['api1', 'one']);
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
