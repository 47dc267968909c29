import {
  BadRequestException,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateIntegrationResponseCommand,
  CreateModelCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  CreateStageCommand,
  DeleteIntegrationResponseCommand,
  DeleteRouteCommand,
  DeleteRouteResponseCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  UpdateApiCommand,
  UpdateAuthorizerCommand,
  UpdateIntegrationCommand,
  UpdateModelCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, createIntegration, createRoute, serveControlApiPerTest } from './serve-control-api.js';

describe('a stage with AutoDeploy', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  let IntegrationId: string;
  let RouteId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
    IntegrationId = await createIntegration(served, ApiId);
    RouteId = await createRoute(served, ApiId, '$default', IntegrationId);
    await served.v2.send(new CreateStageCommand({ ApiId, StageName: 'auto', AutoDeploy: true }));
  });

  const stage = () => served.v2.send(new GetStageCommand({ ApiId, StageName: 'auto' }));
  const snapshot = () => served.controlPlane.stage(ApiId, 'auto')?.snapshot;

  it('serves the API when it is created', () => {
    expect([...(snapshot()?.routes.keys() ?? [])]).toEqual(['$default']);
  });

  it('marks its deployment as automatic', async () => {
    const { Items = [] } = await served.v2.send(new GetDeploymentsCommand({ ApiId }));
    expect(Items.map(({ AutoDeployed }) => AutoDeployed)).toEqual([true]);
  });

  it('serves a new route at once', async () => {
    await createRoute(served, ApiId, 'join', IntegrationId);
    expect(snapshot()?.routes.has('join')).toBe(true);
  });

  it('serves a changed integration at once', async () => {
    await served.v2.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, TimeoutInMillis: 1000 }));
    expect(snapshot()?.routes.get('$default')?.integration?.timeoutMs).toBe(1000);
  });

  it('serves a changed route selection at once', async () => {
    const before = snapshot()?.routeSelection;
    await served.v2.send(new UpdateApiCommand({ ApiId, RouteSelectionExpression: '$request.body.type' }));
    expect(snapshot()?.routeSelection).not.toEqual(before);
  });

  it('serves a new integration response at once', async () => {
    await served.v2.send(
      new CreateIntegrationResponseCommand({ ApiId, IntegrationId, IntegrationResponseKey: '/200/' }),
    );
    expect(
      snapshot()
        ?.routes.get('$default')
        ?.integration?.responses.map(({ key }) => key),
    ).toEqual(['/200/']);
  });

  it('does not serve a deleted integration response', async () => {
    const { IntegrationResponseId } = await served.v2.send(
      new CreateIntegrationResponseCommand({ ApiId, IntegrationId, IntegrationResponseKey: '/200/' }),
    );
    await served.v2.send(
      new DeleteIntegrationResponseCommand({ ApiId, IntegrationId, IntegrationResponseId }),
    );
    expect(snapshot()?.routes.get('$default')?.integration?.responses).toEqual([]);
  });

  it('serves a route that becomes one-way at once', async () => {
    const { RouteResponseId } = await served.v2.send(
      new CreateRouteResponseCommand({ ApiId, RouteId, RouteResponseKey: '$default' }),
    );
    await served.v2.send(new DeleteRouteResponseCommand({ ApiId, RouteId, RouteResponseId }));
    expect(snapshot()?.routes.get('$default')?.isTwoWay).toBe(false);
  });

  it('serves a route that becomes two-way at once', async () => {
    await served.v2.send(new CreateRouteResponseCommand({ ApiId, RouteId, RouteResponseKey: '$default' }));
    expect(snapshot()?.routes.get('$default')?.isTwoWay).toBe(true);
  });

  it('serves a changed model at once', async () => {
    const { ModelId } = await served.v2.send(
      new CreateModelCommand({ ApiId, Name: 'Message', Schema: '{"type":"object"}' }),
    );
    const RequestModels = { $default: 'Message' };
    await served.v2.send(new UpdateRouteCommand({ ApiId, RouteId, RequestModels }));
    await served.v2.send(new UpdateModelCommand({ ApiId, ModelId, Schema: '{"type":"array"}' }));
    expect(snapshot()?.routes.get('$default')?.models?.schemas.get('$default')).toEqual({ type: 'array' });
  });

  it('serves a changed authorizer at once', async () => {
    const uri = (name: string) =>
      `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:${name}/invocations`;
    const { AuthorizerId } = await served.v2.send(
      new CreateAuthorizerCommand({
        ApiId,
        Name: 'door',
        AuthorizerType: 'REQUEST',
        AuthorizerUri: uri('old'),
        IdentitySource: ['route.request.querystring.token'],
      }),
    );
    await served.v2.send(
      new CreateRouteCommand({ ApiId, RouteKey: '$connect', AuthorizationType: 'CUSTOM', AuthorizerId }),
    );
    await served.v2.send(new UpdateAuthorizerCommand({ ApiId, AuthorizerId, AuthorizerUri: uri('new') }));
    expect(snapshot()?.routes.get('$connect')?.authorization).toMatchObject({
      functionName: 'arn:aws:lambda:eu-central-1:123456789012:function:new',
    });
  });

  it.each([
    { ApiKeySelectionExpression: '$context.authorizer.usageIdentifierKey' },
    { DisableSchemaValidation: true },
  ])('is deployed again when %o changes', async (change) => {
    const before = snapshot();
    await served.v2.send(new UpdateApiCommand({ ApiId, ...change }));
    expect(snapshot()).not.toBe(before);
  });

  it('is not deployed again when only the name of the API changes', async () => {
    const before = snapshot();
    await served.v2.send(new UpdateApiCommand({ ApiId, Name: 'renamed' }));
    expect(snapshot()).toBe(before);
  });

  it('keeps serving the last deployment when the last route is deleted, and reports it', async () => {
    const before = snapshot();
    await served.v2.send(new DeleteRouteCommand({ ApiId, RouteId }));
    expect(snapshot()).toBe(before);
    expect((await stage()).LastDeploymentStatusMessage).toMatch(/^Deployment attempt failed/);
  });

  it('can be created before any route, and then serves nothing', async () => {
    const empty = await createApi(served);
    await served.v2.send(new CreateStageCommand({ ApiId: empty, StageName: 'auto', AutoDeploy: true }));
    expect(served.controlPlane.stage(empty, 'auto')).toMatchObject({ snapshot: undefined });
  });

  it('cannot be created with a deployment of its own', async () => {
    const { DeploymentId } = await stage();
    const command = new CreateStageCommand({
      ApiId,
      StageName: 'dev',
      AutoDeploy: true,
      DeploymentId,
    });
    await expect(served.v2.send(command)).rejects.toBeInstanceOf(BadRequestException);
  });

  it('cannot be pointed to a deployment', async () => {
    const { DeploymentId } = await stage();
    const command = new UpdateStageCommand({ ApiId, StageName: 'auto', DeploymentId });
    await expect(served.v2.send(command)).rejects.toBeInstanceOf(BadRequestException);
  });

  it('cannot be the target of a manual deployment', async () => {
    const deployment = served.v2.send(new CreateDeploymentCommand({ ApiId, StageName: 'auto' }));
    await expect(deployment).rejects.toBeInstanceOf(BadRequestException);
  });

  it('keeps its deployment once AutoDeploy is off', async () => {
    await served.v2.send(new UpdateStageCommand({ ApiId, StageName: 'auto', AutoDeploy: false }));
    await createRoute(served, ApiId, 'join', IntegrationId);
    expect(snapshot()?.routes.has('join')).toBe(false);
  });

  it('deploys when AutoDeploy is switched on', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, StageName: 'dev' }));
    await served.v2.send(new UpdateStageCommand({ ApiId, StageName: 'dev', AutoDeploy: true }));
    expect(served.controlPlane.stage(ApiId, 'dev')?.snapshot?.routes.has('$default')).toBe(true);
  });
});
