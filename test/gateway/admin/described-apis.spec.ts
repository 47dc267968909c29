import { CreateApiCommand, CreateStageCommand, UpdateApiCommand } from '@aws-sdk/client-apigatewayv2';
import { expect, it } from 'vitest';
import { AdminClient } from '../../support/admin-client.js';
import { DeployedGateway } from '../../support/deployed-gateway.js';

interface Described {
  readonly apiId: string;
  readonly stages: readonly {
    readonly stageName: string;
    readonly path?: string;
    readonly deployedRouteKeys: readonly string[];
  }[];
  readonly routes: readonly { readonly routeKey: string; readonly target?: string }[];
  readonly integrations: readonly { readonly integrationId: string }[];
}

async function start() {
  const integration = { IntegrationUri: 'http://127.0.0.1:1/' };
  const gateway = await DeployedGateway.start({ $default: { integration } });
  const admin = new AdminClient(gateway.gateway.url);
  const read = async () => ((await admin.get('apis')) as { items: readonly Described[] }).items;
  const addApi = async (ProtocolType: 'HTTP' | 'WEBSOCKET') => {
    const { ApiId = '' } = await gateway.control.send(
      new CreateApiCommand({
        Name: 'other',
        ProtocolType,
        ...(ProtocolType === 'WEBSOCKET' && { RouteSelectionExpression: '$request.body.action' }),
      }),
    );
    const StageName = ProtocolType === 'HTTP' ? '$default' : 'dev';
    await gateway.control.send(new CreateStageCommand({ ApiId, StageName }));
    return ApiId;
  };
  return { gateway, read, addApi };
}

it('lists an API with its routes and integrations, and the routes that a stage serves', async () => {
  const { gateway, read } = await start();
  await using _ = gateway;
  await gateway.createRoutes({ later: {} });
  const [api] = await read();
  expect(api?.apiId).toBe(gateway.apiId);
  expect(api?.routes.map(({ routeKey }) => routeKey)).toEqual(['$default', 'later']);
  expect(api?.routes[0]?.target).toBe(`integrations/${api?.integrations[0]?.integrationId}`);
  // `later` is not deployed yet
  expect(api?.stages).toMatchObject([{ stageName: 'dev', deployedRouteKeys: ['$default'] }]);
});

it('names the path of each stage: with the id of the API where there are several of its protocol', async () => {
  const { gateway, read, addApi } = await start();
  await using _ = gateway;
  const paths = async () => (await read()).flatMap(({ stages }) => stages.map(({ path }) => path));
  const http = await addApi('HTTP');
  expect(await paths()).toEqual(['/dev', '/']);
  const other = await addApi('WEBSOCKET');
  expect(await paths()).toEqual([`/_apis/${gateway.apiId}/dev`, '/', `/_apis/${other}/dev`]);
  const second = await addApi('HTTP');
  expect(await paths()).toContain(`/_apis/${second}`);
  const { gateway: served } = gateway;
  expect((await fetch(`${served.url}/_apis/${http}`)).headers.has('apigw-requestid')).toBe(true);
});

it('names no path for an API that only its domain names reach', async () => {
  const { gateway, read } = await start();
  await using _ = gateway;
  await gateway.control.send(new UpdateApiCommand({ ApiId: gateway.apiId, DisableExecuteApiEndpoint: true }));
  const [api] = await read();
  expect(api?.stages[0]).not.toHaveProperty('path');
});
