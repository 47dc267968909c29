import assert from 'node:assert/strict';
import { beforeEach, describe, expect, it } from 'vitest';
import { ControlPlane } from '../../../../src/gateway/control/control-plane.js';
import { apiMappings } from '../../../../src/gateway/control/resources/api-mappings.js';
import { apis } from '../../../../src/gateway/control/resources/apis.js';
import { domainNames } from '../../../../src/gateway/control/resources/domain-names.js';
import { httpStages } from '../../../../src/gateway/control/http/http-stages.js';

describe('the stage behind a custom domain name (H1.11)', () => {
  let plane: ControlPlane;
  let apiId: string;

  /** Maps a key to a stage of that name. */
  function map(apiMappingKey: string, domain = 'books.example.com'): void {
    const resources = plane.apis.get(apiId);
    const domainName = plane.domainNames.get(domain);
    assert(resources?.protocol === 'HTTP' && domainName);
    const stageName = `s-${apiMappingKey.replaceAll('/', '-')}`;
    if (!resources.stages.has(stageName)) httpStages.create(resources, { stageName });
    apiMappings.create({ plane, domainName }, { apiId, stage: stageName, apiMappingKey });
  }

  beforeEach(() => {
    plane = new ControlPlane({ region: 'us-east-1', accountId: '000000000000' });
    apiId = apis.create(plane, { name: 'books', protocolType: 'HTTP' }).api.ApiId;
    for (const domainName of ['books.example.com', '*.example.org']) {
      domainNames.create(plane, {
        domainName,
        domainNameConfigurations: [{ certificateArn: 'arn:aws:acm' }],
      });
    }
  });

  it.each([
    ['/', ''],
    ['/v1', 'v1'],
    ['/v1/', 'v1'],
    ['/v1/orders', 'v1/orders'],
    ['/v1/orders/7', 'v1/orders'],
    ['/v1/orders7', 'v1'],
    ['/v10', ''],
    ['/V1', ''],
  ])('for %s is that of the mapping %j: the longest, whole parts compared', (path, basePath) => {
    for (const key of ['v1/orders', '', 'v1']) map(key);
    expect(plane.httpMapping('Books.example.com:8080', path)).toEqual({
      apiId,
      stage: `s-${basePath.replaceAll('/', '-')}`,
      basePath,
    });
  });

  it('does not exist without a matching mapping', () => {
    map('v1');
    expect(plane.httpMapping('books.example.com', '/v2')).toBeUndefined();
  });

  it('does not exist for another host', () => {
    map('');
    expect(plane.httpMapping('other.example.com', '/')).toBeUndefined();
  });

  it('is found by a name with a star', () => {
    map('', '*.example.org');
    expect(plane.httpMapping('a.example.org', '/x')).toMatchObject({ apiId, basePath: '' });
    expect(plane.httpMapping('a.b.example.org', '/x')).toBeUndefined();
  });
});
