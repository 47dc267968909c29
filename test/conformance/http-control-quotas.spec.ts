import { describe, expect, it } from 'vitest';
import { type ApiUnderTest } from './api-under-test.js';
import { proxiedApi } from './http-api-under-test.js';
import {
  below,
  created,
  createHttpApi,
  createUrlIntegration,
  type Json,
  operate,
  URL_INTEGRATION,
} from './http-control-under-test.js';
import { isOwnStandIn } from './target.js';

/** Creates resources up to the quota, and returns the statuses of the last allowed one and of the next. */
async function atQuota(quota: number, create: (index: number) => Promise<{ readonly status: number }>) {
  for (let index = 1; index < quota; index += 1) expect((await create(index)).status).toBe(201);
  return [(await create(quota)).status, (await create(quota + 1)).status];
}

const post = async (api: ApiUnderTest, path: string, body: Json) => below(api, 'POST', path, body);

// on AWS some quotas are adjustable, and reaching the others takes minutes
describe.runIf(isOwnStandIn)('H14 the quota of', () => {
  it('H14.01: 300 routes of an API [documented]', async () => {
    await using api = await createHttpApi();
    const statuses = await atQuota(300, async (index) =>
      post(api, '/routes', { routeKey: `GET /r${index}` }),
    );
    expect(statuses).toEqual([201, 429]);
  });

  it('H14.02: 300 integrations of an API [documented]', async () => {
    await using api = await createHttpApi();
    expect(await atQuota(300, async () => post(api, '/integrations', URL_INTEGRATION))).toEqual([201, 429]);
  });

  it('H14.04: 10 stages of an API [documented]', async () => {
    await using api = await createHttpApi();
    const statuses = await atQuota(10, async (index) => post(api, '/stages', { stageName: `s${index}` }));
    expect(statuses).toEqual([201, 429]);
  });

  it('H14.05: 200 mappings of a domain name with several parts [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/stages', { stageName: 'dev' });
    const domainName = 'quota.example.com';
    const certificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/1';
    await operate(api, 'POST', '/v2/domainnames', {
      domainName,
      domainNameConfigurations: [{ certificateArn }],
    });
    const map = async (apiMappingKey: string) => {
      const mapping = { apiId: api.apiId, stage: 'dev', apiMappingKey };
      return operate(api, 'POST', `/v2/domainnames/${domainName}/apimappings`, mapping);
    };
    expect(await atQuota(200, async (index) => map(`v1/${index}`))).toEqual([201, 429]);
    // one part is not limited by this quota
    expect((await map('v2')).status).toBe(201);
    await operate(api, 'DELETE', `/v2/domainnames/${domainName}`);
  });

  it('H14.09: 10 authorizers of an API [documented]', async () => {
    await using api = await createHttpApi();
    const authorizer = {
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { audience: ['a'], issuer: 'https://accounts.google.com' },
    };
    const statuses = await atQuota(10, async (index) =>
      post(api, '/authorizers', { ...authorizer, name: `jwt${index}` }),
    );
    expect(statuses).toEqual([201, 429]);
  });

  it('H14.11: 10 VPC links of an account [documented]', async () => {
    await using api = await createHttpApi();
    const link = { name: 'link', subnetIds: ['subnet-1'] };
    expect(await atQuota(10, async () => operate(api, 'POST', '/v2/vpclinks', link))).toEqual([201, 429]);
  });

  it('H14.13: 120 domain names of an account [documented]', async () => {
    await using api = await createHttpApi();
    const certificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/1';
    const statuses = await atQuota(120, async (index) =>
      operate(api, 'POST', '/v2/domainnames', {
        domainName: `d${index}.example.com`,
        domainNameConfigurations: [{ certificateArn }],
      }),
    );
    expect(statuses).toEqual([201, 429]);
  });
});

const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('H14 the limits of one resource', () => {
  it.each<[string, number, number]>([
    ['of 30 s of an integration (H14.03, H4.24)', 30_000, 201],
    ['over it', 30_001, 400],
    ['of 50 ms', 50, 201],
    ['under it', 49, 400],
  ])('a timeout %s: %i is %i [documented]', async (_, timeoutInMillis, status) => {
    await using api = await createHttpApi();
    expect((await post(api, '/integrations', { ...URL_INTEGRATION, timeoutInMillis })).status).toBe(status);
  });

  it('H4.24: an integration without a timeout has one of 30 s [observed]', async () => {
    await using api = await createHttpApi();
    expect(await createUrlIntegration(api)).toMatchObject({ timeoutInMillis: 30_000 });
  });

  // on AWS the log group does not exist
  it.runIf(isOwnStandIn).each([
    [3 * 1024, 201],
    [3 * 1024 + 1, 400],
  ])('H14.08: the format of an access log with %i characters is %i [documented]', async (length, status) => {
    await using api = await createHttpApi();
    const destinationArn = 'arn:aws:logs:us-east-1:000000000000:log-group:access';
    const format = '$context.requestId '.padEnd(length, 'x');
    const stage = { stageName: 'dev', accessLogSettings: { destinationArn, format } };
    expect((await post(api, '/stages', stage)).status).toBe(status);
  });

  it.each([
    [50, 201],
    [51, 400],
  ])('H14.09: %i audiences of a JWT authorizer: %i [documented]', async (count, status) => {
    await using api = await createHttpApi();
    const authorizer = {
      name: 'jwt',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { audience: names(count, 'a'), issuer: 'https://accounts.google.com' },
    };
    expect((await post(api, '/authorizers', authorizer)).status).toBe(status);
  });

  it.each([
    [10, 201],
    [11, 400],
  ])('H14.09: %i scopes of a route: %i [documented]', async (count, status) => {
    await using api = await createHttpApi();
    const { authorizerId } = await created(api, '/authorizers', {
      name: 'jwt',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { audience: ['a'], issuer: 'https://accounts.google.com' },
    });
    const route = { routeKey: 'GET /a', authorizationType: 'JWT', authorizerId };
    const authorizationScopes = names(count, 'scope');
    expect((await post(api, '/routes', { ...route, authorizationScopes })).status).toBe(status);
  });

  it.runIf(isOwnStandIn).each([
    [10, 201],
    [11, 400],
    [0, 400],
  ])('H14.11: %i subnets of a VPC link: %i [documented]', async (count, status) => {
    await using api = await createHttpApi();
    const link = { name: 'link', subnetIds: names(count, 'subnet-') };
    expect((await operate(api, 'POST', '/v2/vpclinks', link)).status).toBe(status);
  });

  it.each<[string, Record<string, string>, number]>([
    ['100', Object.fromEntries(names(100, 'v').map((name) => [name, 'x'])), 201],
    ['101', Object.fromEntries(names(101, 'v').map((name) => [name, 'x'])), 400],
    ['a name of 64 characters', { ['n'.repeat(64)]: 'x' }, 201],
    ['a name of 65 characters', { ['n'.repeat(65)]: 'x' }, 400],
    ['a value of 512 characters', { name: 'x'.repeat(512) }, 201],
    ['a value of 513 characters', { name: 'x'.repeat(513) }, 400],
    ['every character of a value (H11.07)', { name: 'aZ0-._~:/?#&=,' }, 201],
    ['a space in a value (H11.07)', { name: 'a b' }, 400],
    ['a hyphen in a name (H11.07)', { 'a-b': 'x' }, 400],
  ])('H14.12: stage variables with %s [documented]', async (_, stageVariables, status) => {
    await using api = await createHttpApi();
    expect((await post(api, '/stages', { stageName: 'dev', stageVariables })).status).toBe(status);
  });
});

describe('H14 a request', () => {
  it('H14.07: may have a body of 10 MB, and no more [documented]', async () => {
    await using served = await proxiedApi(['POST /p']);
    const allowed = await served.api.request('/p', {
      method: 'POST',
      body: Buffer.alloc(10 * 1024 * 1024, 'x'),
    });
    expect(allowed.status).toBe(200);
    expect((await served.backend.next()).body).toHaveLength(10 * 1024 * 1024);
    const refused = await served.api.request('/p', {
      method: 'POST',
      body: Buffer.alloc(10 * 1024 * 1024 + 1, 'x'),
    });
    expect(refused.status).toBe(413);
    expect(served.backend.unexpected).toEqual([]);
  });

  it('H14.06: may have 10,240 bytes of headers, and no more [documented]', async () => {
    await using served = await proxiedApi(['$default']);
    const statusOf = async (bytes: number) =>
      (await served.api.request('/p', { headers: { 'x-long': 'x'.repeat(bytes) } })).status;
    expect(await statusOf(9_000)).toBe(200);
    expect(await statusOf(10_240)).toBe(431);
  });
});
