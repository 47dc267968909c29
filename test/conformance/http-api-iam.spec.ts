import { describe, expect, it } from 'vitest';
import { IAM_OFF } from '../../src/gateway/iam/iam-settings.js';
import { parsePolicy } from '../../src/gateway/iam/policy.js';
import { HttpBackend } from '../support/http-backend.js';
import { HttpApiInTarget } from './http-api-under-test.js';
import { signedRequest } from './signed-request.js';
import { backendAddress, isOwnStandIn, type StandInOptions } from './target.js';

async function signedApi(standIn: StandInOptions = {}) {
  const backend = await HttpBackend.start(backendAddress.port);
  const api = await HttpApiInTarget.deployed({ routes: {}, stages: {}, standIn });
  const uri = backendAddress.publicUrl ?? backend.url;
  const RequestParameters = { 'append:header.arn': '$context.identity.userArn' };
  await api.createRoute(
    'ANY /pets/{id}',
    { IntegrationUri: uri, RequestParameters },
    { AuthorizationType: 'AWS_IAM' },
  );
  await api.createStage('$default');
  return {
    api,
    backend,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('H9 a route with AWS_IAM', () => {
  it('H9.38: refuses a request that is not signed with 403, and no error type [observed]', async () => {
    await using served = await signedApi();
    const response = await served.api.request('/pets/1');
    expect([response.status, await response.text()]).toEqual([403, '{"message":"Forbidden"}']);
    expect(response.headers.get('x-amzn-errortype')).toBeNull();
    expect(served.backend.unexpected).toEqual([]);
  });

  it('H9.37: serves a request that is signed, with its body [documented]', async () => {
    await using served = await signedApi();
    const { api, backend } = served;
    const response = await signedRequest(api.target, 'execute-api', `${api.url}/pets/1?x=1`, {
      method: 'POST',
      body: 'hello',
    });
    expect(response.status).toBe(200);
    const { body, headers } = await backend.next();
    expect([body, headers['arn']]).toEqual(['hello', expect.stringMatching(/^arn:aws:(iam|sts)::\d{12}:/)]);
  });

  it.runIf(isOwnStandIn)('H2.19: is allowed by method and path [observed]', async () => {
    const Resource = 'arn:aws:execute-api:us-east-1:000000000000:*/$default/GET/pets/1';
    const Statement = [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource }];
    const policies = { byArn: new Map(), others: parsePolicy({ Version: '2012-10-17', Statement }) };
    await using served = await signedApi({ iam: { ...IAM_OFF, policies } });
    const { api } = served;
    const statusOf = async (path: string, method = 'GET') =>
      (await signedRequest(api.target, 'execute-api', api.url + path, { method })).status;
    expect([await statusOf('/pets/1'), await statusOf('/pets/2'), await statusOf('/pets/1', 'PUT')]).toEqual([
      200, 403, 403,
    ]);
  });
});
