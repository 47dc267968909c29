import { describe, expect, it } from 'vitest';
import { type Addressable, locateStage } from '../../../src/gateway/front/locate-stage.js';

const locate = (
  path: string,
  {
    host = 'localhost:8080',
    apis = ['api1'],
    httpApis = [] as string[],
    defaultApi = undefined as string | undefined,
    disabled = [] as string[],
  } = {},
) => {
  const addressable: Addressable = {
    apiIds: () => [...apis, ...httpApis],
    isHttpApi: (apiId) => httpApis.includes(apiId),
    api: (apiId) => ({ DisableExecuteApiEndpoint: disabled.includes(apiId) }),
    apiMapping: (name, segment) => {
      if (name !== 'chat.example') return undefined;
      return segment === 'v1'
        ? { apiId: 'api1', stage: 'one', isKeyed: true }
        : { apiId: 'api2', stage: 'two', isKeyed: false };
    },
  };
  const { address } = locateStage(new URL(`http://gateway${path}`), host, addressable, defaultApi);
  return address && [address.apiId, address.stage, ...address.rest];
};

describe('locateStage', () => {
  it('finds the only API', () => {
    expect(locate('/dev')).toEqual(['api1', 'dev']);
  });

  it('prefers the API in the host name', () => {
    expect(locate('/dev', { host: 'api2.execute-api.eu-central-1.amazonaws.com' })).toEqual(['api2', 'dev']);
  });

  it('finds the stage to which a custom domain name is mapped', () => {
    const host = 'chat.example';
    expect(locate('/v1/@connections/a%3D', { host })).toEqual(['api1', 'one', '@connections', 'a=']);
    expect(locate('/', { host })).toEqual(['api2', 'two']);
  });

  it('finds an API with a disabled endpoint only by its domain name', () => {
    const disabled = ['api1'];
    expect(locate('/dev', { disabled })).toBeUndefined();
    expect(locate('/dev', { disabled, host: 'api1.execute-api.x' })).toBeUndefined();
    expect(locate('/v1', { disabled, host: 'chat.example' })).toEqual(['api1', 'one']);
  });

  it('finds the API in the path', () => {
    expect(locate('/_apis/api2/dev/', { apis: ['api1', 'api2'] })).toEqual(['api2', 'dev']);
  });

  it('finds the default API among several', () => {
    expect(locate('/dev', { apis: ['api1', 'api2'], defaultApi: 'api2' })).toEqual(['api2', 'dev']);
  });

  it('finds the only WebSocket API beside HTTP APIs, also if --default-api names one of those', () => {
    expect(locate('/dev', { httpApis: ['http1', 'http2'] })).toEqual(['api1', 'dev']);
    expect(locate('/dev', { httpApis: ['http1'], defaultApi: 'http1' })).toEqual(['api1', 'dev']);
  });

  it('finds none of several APIs without a name', () => {
    expect(locate('/dev', { apis: ['api1', 'api2'] })).toBeUndefined();
  });

  it.each(['/dev/@connections/a=', '/dev/%40connections/a%3D', '/dev/%40connections/a%3d/'])(
    'decodes %s',
    (path) => {
      expect(locate(path)).toEqual(['api1', 'dev', '@connections', 'a=']);
    },
  );

  it.each(['/', '//', '/_apis/', '/_apis/api1', '/%E0%A4%A'])('finds nothing for %s', (path) => {
    expect(locate(path)).toBeUndefined();
  });
});
