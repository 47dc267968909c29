import {
  UpdateApiCommand,
  UpdateIntegrationCommand,
  GetIntegrationsCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { proxiedApi } from './http-api-under-test.js';

const ORIGIN = { headers: { origin: 'https://app.example' } };

/** A change after the deployment: it has no effect, and then, once it is deployed, it has. */
describe('H11.01 before the next deployment there is no effect of', () => {
  it('a new route [documented]', async () => {
    await using served = await proxiedApi(['GET /old']);
    const { api, publicUrl } = served;
    await api.createRoute('GET /new', { IntegrationUri: publicUrl });
    const statusOf = async (path: string) => (await api.request(path)).status;
    expect([await statusOf('/old'), await statusOf('/new')]).toEqual([200, 404]);
    await api.deploy('$default');
    expect([await statusOf('/old'), await statusOf('/new')]).toEqual([200, 200]);
  });

  it('a changed integration [documented]', async () => {
    await using served = await proxiedApi(['GET /p'], {
      integration: (url) => ({ IntegrationUri: `${url}/old` }),
    });
    const { api, publicUrl } = served;
    const { apiId: ApiId, control } = api;
    const { Items = [] } = await control.send(new GetIntegrationsCommand({ ApiId }));
    const IntegrationId = Items[0]?.IntegrationId;
    const change = { ApiId, IntegrationId, IntegrationUri: `${publicUrl}/new` };
    await control.send(new UpdateIntegrationCommand(change));
    expect((await served.received('/p')).url).toBe('/old');
    await api.deploy('$default');
    expect((await served.received('/p')).url).toBe('/new');
  });

  it('H3.01: a CORS configuration [documented]', async () => {
    await using served = await proxiedApi(['GET /p']);
    const { api } = served;
    const CorsConfiguration = { AllowOrigins: ['https://app.example'] };
    await api.control.send(new UpdateApiCommand({ ApiId: api.apiId, CorsConfiguration }));
    const allowed = async () => (await api.request('/p', ORIGIN)).headers.get('access-control-allow-origin');
    expect(await allowed()).toBeNull();
    await api.deploy('$default');
    expect(await allowed()).toBe('https://app.example');
  });

  it('H1.16: a disabled endpoint [documented]', async () => {
    await using served = await proxiedApi(['GET /p']);
    const { api } = served;
    await api.control.send(new UpdateApiCommand({ ApiId: api.apiId, DisableExecuteApiEndpoint: true }));
    expect((await api.request('/p')).status).toBe(200);
    await api.deploy('$default');
    expect((await api.request('/p')).status).toBe(403);
  });
});

it('H11.01: each stage serves its own deployment [documented]', async () => {
  await using served = await proxiedApi(['GET /old'], { stages: { one: {}, two: {} } });
  const { api, publicUrl } = served;
  await api.createRoute('GET /new', { IntegrationUri: publicUrl });
  await api.deploy('two');
  const statuses = [];
  for (const stage of ['one', 'two']) statuses.push((await api.request(`/${stage}/new`)).status);
  expect(statuses).toEqual([404, 200]);
});
