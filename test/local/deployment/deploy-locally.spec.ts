import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  GetApisCommand,
  GetAuthorizersCommand,
  GetDeploymentsCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  UpdateIntegrationCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Gateway } from '../../../src/gateway/gateway.js';
import {
  deployLocally,
  LOCAL_STAGE,
  type LocalDeployment,
} from '../../../src/local/deployment/deploy-locally.js';
import { FunctionModule } from '../../support/function-module.js';
import { HttpBackend } from '../../support/http-backend.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

const OLD_SECRET = 'the-secret-before';
const NEW_SECRET = 'the-secret-afterwards';
const ALLOW = `export const handler = async ({ methodArn }) => ({
  principalId: 'ann',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
  },
});`;
const AUTHORIZER = { functionName: 'allow', identitySource: ['route.request.querystring.token'] };

let allow: FunctionModule;
let backend: HttpBackend;
let gateway: Gateway;
let control: ApiGatewayV2Client;

beforeEach(async () => {
  allow = new FunctionModule(ALLOW);
  backend = await HttpBackend.start();
  gateway = await Gateway.start({
    host: '127.0.0.1',
    port: 0,
    region: 'us-east-1',
    accountId: '000000000000',
    targets: new Map(),
    functions: new Map([['allow', { kind: 'module', file: allow.file, exportName: 'handler' }]]),
    log: pino({ level: 'silent' }),
  });
  const credentials = { accessKeyId: 'admin', secretAccessKey: 'local' };
  control = new ApiGatewayV2Client({ endpoint: gateway.url, region: 'us-east-1', credentials });
});

afterEach(async () => {
  control.destroy();
  await gateway.stop();
  await backend[Symbol.asyncDispose]();
  allow[Symbol.dispose]();
});

const deploy = async (values: Partial<LocalDeployment> = {}) =>
  deployLocally({
    gatewayUrl: gateway.url,
    serviceUrl: backend.url,
    gatewaySecret: OLD_SECRET,
    ...values,
  });

const open = async () =>
  WebSocketClient.open(`${gateway.url.replace('http', 'ws')}/${LOCAL_STAGE}?token=demo`);

/** What clients and the control plane can see of the API, without the ids. */
async function shape(ApiId: string) {
  const [routes, integrations, authorizers] = await Promise.all([
    control.send(new GetRoutesCommand({ ApiId })),
    control.send(new GetIntegrationsCommand({ ApiId })),
    control.send(new GetAuthorizersCommand({ ApiId })),
  ]);
  const byId = new Map(integrations.Items?.map((each) => [`integrations/${each.IntegrationId}`, each]));
  return {
    integrations: integrations.Items?.length,
    authorizers: authorizers.Items?.map((authorizer) => ({ ...authorizer, AuthorizerId: '' })),
    routes: routes.Items?.map((route) => ({
      ...route,
      RouteId: '',
      Target: '',
      AuthorizerId: route.AuthorizerId !== undefined,
      integration: { ...byId.get(route.Target ?? ''), IntegrationId: '' },
    })).toSorted((a, b) => (a.RouteKey ?? '').localeCompare(b.RouteKey ?? '')),
  };
}

describe('an existing API', () => {
  it('keeps its id and its clients, whose next message uses the new deployment', async () => {
    const { apiId } = await deploy();
    using client = await open();
    expect((await backend.next()).headers['gatewaysecret']).toBe(OLD_SECRET);

    const again = await deploy({ gatewaySecret: NEW_SECRET });
    expect(again.apiId).toBe(apiId);

    client.send({ action: 'ping' });
    const message = await backend.next();
    expect([message.url, message.headers['gatewaysecret']]).toEqual(['/message', NEW_SECRET]);
    await client.close();
    const disconnect = await backend.next();
    expect([disconnect.url, disconnect.headers['gatewaysecret']]).toEqual(['/disconnect', NEW_SECRET]);
  });

  it('serves every message during the update with one of the two deployments', async () => {
    await deploy({ replies: 'response' });
    const seen = new Set<string>();
    backend.answer = ({ headers, body }) => {
      // a half-updated API would map only some of them
      const mapped = ['connectionid', 'routekey', 'gatewaysecret', 'sourceip'].filter(
        (name) => headers[name],
      );
      seen.add(`${mapped.length} ${String(headers['gatewaysecret'])}`);
      return { status: 200, body };
    };
    const clients = await Promise.all(Array.from({ length: 4 }, open));
    const updates = { areDone: false };
    const replies = clients.map(async (client, index) => {
      const failures: unknown[] = [];
      let count = 0;
      while (!updates.areDone) {
        const message = { action: 'echo', id: `${index}-${(count += 1)}` };
        client.send(message);
        const reply = await client.next();
        if (JSON.stringify(reply) !== JSON.stringify(message)) failures.push(reply);
      }
      return { failures, count };
    });
    for (let round = 0; round < 10; round += 1) {
      const gatewaySecret = round % 2 === 0 ? NEW_SECRET : OLD_SECRET;
      await deploy({ gatewaySecret, replies: 'response', ...(round % 4 < 2 && { authorizer: AUTHORIZER }) });
    }
    updates.areDone = true;
    const results = await Promise.all(replies);
    expect(results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(results.every(({ count }) => count > 1)).toBe(true);
    expect([...seen].toSorted()).toEqual([`4 ${NEW_SECRET}`, `4 ${OLD_SECRET}`].toSorted());
    for (const client of clients) client[Symbol.dispose]();
  });

  it.each<[string, Partial<LocalDeployment>, Partial<LocalDeployment>]>([
    ['two-way', {}, { replies: 'response' }],
    ['one-way', { replies: 'response' }, {}],
    ['with an authorizer', {}, { authorizer: AUTHORIZER }],
    ['without its authorizer', { authorizer: { ...AUTHORIZER, userKey: 'userId' } }, {}],
    [
      'with another identity source',
      { authorizer: AUTHORIZER },
      { authorizer: { ...AUTHORIZER, identitySource: ['route.request.header.Authorization'] } },
    ],
    ['with another service', { serviceUrl: 'http://127.0.0.1:9' }, {}],
  ])('becomes the same as a newly created one: %s', async (_, before, after) => {
    const created = await deploy({ ...after });
    const wanted = await shape(created.apiId);
    await deploy({ ...before });
    expect(await shape(created.apiId)).not.toEqual(wanted);
    expect((await deploy({ ...after })).apiId).toBe(created.apiId);
    expect(await shape(created.apiId)).toEqual(wanted);
  });

  it('is not changed when it matches the definition', async () => {
    const first = await deploy({ authorizer: AUTHORIZER, replies: 'response' });
    expect(first.changes).toContain('created the API');
    const again = await deploy({ authorizer: AUTHORIZER, replies: 'response' });
    expect(again).toEqual({ apiId: first.apiId, changes: [] });
    const { Items } = await control.send(new GetDeploymentsCommand({ ApiId: first.apiId }));
    expect(Items).toHaveLength(1);
  });

  it('loses resources that are not in the definition', async () => {
    const { apiId: ApiId } = await deploy();
    const wanted = await shape(ApiId);
    const { IntegrationId } = await control.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://127.0.0.1:9/',
      }),
    );
    const Target = `integrations/${IntegrationId}`;
    await control.send(new CreateRouteCommand({ ApiId, RouteKey: 'extra', Target }));
    expect((await deploy()).changes).toEqual([
      'deleted the route extra',
      `deleted the integration ${IntegrationId}`,
      `deployed to the stage ${LOCAL_STAGE}`,
    ]);
    expect(await shape(ApiId)).toEqual(wanted);
  });

  it('has headers restored that were changed by hand, also if that was deployed', async () => {
    const { apiId: ApiId } = await deploy();
    const wanted = await shape(ApiId);
    const { Items = [] } = await control.send(new GetIntegrationsCommand({ ApiId }));
    for (const { IntegrationId } of Items) {
      const RequestParameters = {
        'integration.request.header.GatewaySecret': "'forged'",
        'integration.request.header.Extra': "'x'",
      };
      await control.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters }));
    }
    await control.send(new UpdateStageCommand({ ApiId, StageName: LOCAL_STAGE, AutoDeploy: true }));
    await deploy();
    expect(await shape(ApiId)).toEqual(wanted);
    using client = await open();
    expect((await backend.next()).headers).toMatchObject({ gatewaysecret: OLD_SECRET });
    client.send('{}');
    expect((await backend.next()).headers).not.toHaveProperty('extra');
  });

  it('is deployed when the previous run stopped before that', async () => {
    const { apiId: ApiId } = await deploy();
    // everything of the new definition but the deployment
    const { Items = [] } = await control.send(new GetIntegrationsCommand({ ApiId }));
    for (const { IntegrationId } of Items) {
      const RequestParameters = { 'integration.request.header.GatewaySecret': `'${NEW_SECRET}'` };
      await control.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters }));
    }
    expect((await deploy({ gatewaySecret: NEW_SECRET })).changes).toEqual([
      `deployed to the stage ${LOCAL_STAGE}`,
    ]);
    using _ = await open();
    expect((await backend.next()).headers['gatewaysecret']).toBe(NEW_SECRET);
  });
});

it.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])('deploys with %s=true', async (variable) => {
  vi.stubEnv(variable, 'true');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await deploy()).changes).toContain('created the API');
});

it('finds its API among more than a page of others', async () => {
  for (let n = 0; n < 30; n += 1) {
    await control.send(
      new CreateApiCommand({
        Name: `other-${n}`,
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      }),
    );
  }
  const { apiId } = await deploy();
  expect(await deploy()).toEqual({ apiId, changes: [] });
});

it('leaves one API and one VPC link when several runs deploy at once', async () => {
  const results = await Promise.all(Array.from({ length: 3 }, async () => deploy()));
  const { Items: apis = [] } = await control.send(new GetApisCommand({}));
  expect(apis.map(({ ApiId }) => ApiId)).toEqual([results[0]?.apiId]);
  expect(new Set(results.map(({ apiId }) => apiId)).size).toBe(1);
  expect(await (await fetch(`${gateway.url}/vpclinks`)).json()).toMatchObject({ item: [{}] });
  using _ = await open();
  expect(await deploy()).toEqual({ apiId: results[0]?.apiId, changes: [] });
});

it('refuses to choose between two APIs of the same name', async () => {
  const { apiId } = await deploy();
  const { ApiId } = await control.send(
    new CreateApiCommand({
      Name: 'backchannel',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    }),
  );
  const message = deploy().catch((error: Error) => error.message);
  expect(await message).toContain('2 APIs with the name backchannel');
  expect(await message).toContain(apiId);
  expect(await message).toContain(ApiId);
});
