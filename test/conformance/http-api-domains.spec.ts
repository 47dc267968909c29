import {
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  DeleteDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type Received } from '../support/http-backend.js';
import { rawHttpRequest } from '../support/raw-http-request.js';
import { proxiedApi } from './http-api-under-test.js';
import { isAws } from './target.js';

const SEEN = {
  'append:header.base': '$context.customDomain.basePathMatched',
  'append:header.domain': '$context.domainName',
  'append:header.prefix': '$context.domainPrefix',
  'append:header.route': '$context.routeKey',
  'append:header.seen': '$request.path',
  'append:header.stage': '$context.stage',
};

/** An API whose stages `dev`, `orders` and `root` are behind a custom domain name of its own. */
async function mappedApi() {
  const served = await proxiedApi(['ANY /{proxy+}', 'GET /v1/orders/7'], {
    stages: { dev: {}, orders: {}, root: {} },
    api: { DisableExecuteApiEndpoint: true },
    integration: (url) => ({ IntegrationUri: url, RequestParameters: SEEN }),
  });
  const { apiId: ApiId, control, url } = served.api;
  const DomainName = `books-${crypto.randomUUID()}.example.com`;
  await control.send(
    new CreateDomainNameCommand({
      DomainName,
      DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/1' }],
    }),
  );
  for (const [ApiMappingKey, Stage] of [
    ['v1', 'dev'],
    ['v1/orders', 'orders'],
    ['', 'root'],
  ] as const) {
    await control.send(new CreateApiMappingCommand({ DomainName, ApiId, Stage, ApiMappingKey }));
  }
  return {
    ...served,
    DomainName,
    seen: async (path: string): Promise<Received['headers']> => {
      await rawHttpRequest(new URL(url).origin + path, { headers: ['Host', DomainName] });
      return (await served.backend.next()).headers;
    },
    async [Symbol.asyncDispose]() {
      await control.send(new DeleteDomainNameCommand({ DomainName }));
      await served[Symbol.asyncDispose]();
    },
  };
}

// a custom domain name of AWS needs a certificate of its own, which takes hours
describe.runIf(!isAws)('H1 a custom domain name', () => {
  it('H1.11: leads to the longest mapping, whole parts compared, whatever routes there are [documented]', async () => {
    await using api = await mappedApi();
    expect(await api.seen('/v1/orders/7')).toMatchObject({
      stage: 'orders',
      seen: '/7',
      route: 'ANY /{proxy+}',
    });
    expect(await api.seen('/v1/ordersx')).toMatchObject({ stage: 'dev', seen: '/ordersx' });
    expect(await api.seen('/v1x/orders')).toMatchObject({ stage: 'root', seen: '/v1x/orders' });
  });

  it('H1.12: has no stage in its paths, and the routes see what follows the mapping [documented]', async () => {
    await using api = await mappedApi();
    expect(await api.seen('/dev/pets')).toMatchObject({ stage: 'root', seen: '/dev/pets' });
    expect(await api.seen('/v1/dev/pets')).toMatchObject({ stage: 'dev', seen: '/dev/pets' });
  });

  it('H1.13: is the name of the domain, and its first part the prefix [observed]', async () => {
    await using api = await mappedApi();
    const { DomainName } = api;
    expect(await api.seen('/a')).toMatchObject({ domain: DomainName, prefix: DomainName.split('.')[0] });
  });

  it('H1.14: has the key of its mapping as a variable [documented]', async () => {
    await using api = await mappedApi();
    expect((await api.seen('/v1/orders/7'))['base']).toBe('v1/orders');
    expect((await api.seen('/v1/x'))['base']).toBe('v1');
  });

  it('H1.16: is served also where the own endpoint of the API is disabled [documented]', async () => {
    await using api = await mappedApi();
    expect((await api.api.request('/dev/pets')).status).toBe(403);
    expect((await api.seen('/v1/pets'))['stage']).toBe('dev');
  });
});
