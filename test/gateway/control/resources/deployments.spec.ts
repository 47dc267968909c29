import assert from 'node:assert/strict';
import {
  BadRequestException,
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  NotFoundException,
  UpdateApiCommand,
  UpdateDeploymentCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, createIntegration, createRoute, serveControlApiPerTest } from '../serve-control-api.js';

describe('deployments', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  let IntegrationId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
    IntegrationId = await createIntegration(served, ApiId);
    await createRoute(served, ApiId, '$default', IntegrationId);
  });

  const deploy = async () => {
    const { DeploymentId } = await served.v2.send(new CreateDeploymentCommand({ ApiId }));
    assert(DeploymentId);
    return DeploymentId;
  };
  const createStage = (StageName: string, DeploymentId?: string) =>
    served.v2.send(new CreateStageCommand({ ApiId, StageName, DeploymentId }));
  const snapshot = (stageName: string) => served.controlPlane.stage(ApiId, stageName)?.snapshot;

  it('returns 201 and AWS’s defaults for a creation', async () => {
    const { $metadata, DeploymentId, CreatedDate, ...deployment } = await served.v2.send(
      new CreateDeploymentCommand({ ApiId, Description: 'first' }),
    );
    expect($metadata.httpStatusCode).toBe(201);
    expect(DeploymentId).toMatch(/^[a-z0-9]{6}$/);
    expect(CreatedDate).toBeInstanceOf(Date);
    expect(deployment).toEqual({
      AutoDeployed: false,
      DeploymentStatus: 'DEPLOYED',
      Description: 'first',
    });
  });

  it('refuses to deploy an API without a route', async () => {
    const empty = await createApi(served);
    const deployment = served.v2.send(new CreateDeploymentCommand({ ApiId: empty }));
    await expect(deployment).rejects.toBeInstanceOf(BadRequestException);
  });

  it('becomes the deployment of the stage that it names', async () => {
    await createStage('dev');
    await served.v2.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }));
    expect(snapshot('dev')?.routes.get('$default')?.integration?.uri).toBe('http://backend.example/');
  });

  it('returns 404 for a stage that does not exist, and deploys nothing', async () => {
    const deployment = served.v2.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }));
    await expect(deployment).rejects.toBeInstanceOf(NotFoundException);
    expect(await served.v2.send(new GetDeploymentsCommand({ ApiId }))).toMatchObject({ Items: [] });
  });

  it('does not pass a changed integration on to the stage', async () => {
    await createStage('dev', await deploy());
    const IntegrationUri = 'http://elsewhere.example/';
    await served.v2.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, IntegrationUri }));
    expect(snapshot('dev')?.routes.get('$default')?.integration?.uri).toBe('http://backend.example/');
  });

  it('does not pass a new route on to the stage', async () => {
    await createStage('dev', await deploy());
    await createRoute(served, ApiId, 'join', IntegrationId);
    expect([...(snapshot('dev')?.routes.keys() ?? [])]).toEqual(['$default']);
  });

  it('does not pass a changed route selection on to the stage', async () => {
    await createStage('dev', await deploy());
    const before = snapshot('dev')?.routeSelection;
    await served.v2.send(new UpdateApiCommand({ ApiId, RouteSelectionExpression: '$request.body.type' }));
    expect(snapshot('dev')?.routeSelection).toBe(before);
  });

  it('serves each stage the deployment that it points to', async () => {
    await createStage('old', await deploy());
    await createRoute(served, ApiId, 'join', IntegrationId);
    await createStage('new', await deploy());
    expect([snapshot('old')?.routes.size, snapshot('new')?.routes.size]).toEqual([1, 2]);
  });

  it('changes the description of a deployment', async () => {
    const DeploymentId = await deploy();
    await served.v2.send(new UpdateDeploymentCommand({ ApiId, DeploymentId, Description: 'second' }));
    const deployment = await served.v2.send(new GetDeploymentCommand({ ApiId, DeploymentId }));
    expect(deployment.Description).toBe('second');
  });

  it('does not delete a deployment that a stage serves', async () => {
    const DeploymentId = await deploy();
    await createStage('dev', DeploymentId);
    const deletion = served.v2.send(new DeleteDeploymentCommand({ ApiId, DeploymentId }));
    await expect(deletion).rejects.toBeInstanceOf(BadRequestException);
  });

  it('deletes a deployment once no stage serves it', async () => {
    const DeploymentId = await deploy();
    await createStage('dev', DeploymentId);
    await served.v2.send(new DeleteStageCommand({ ApiId, StageName: 'dev' }));
    await served.v2.send(new DeleteDeploymentCommand({ ApiId, DeploymentId }));
    const get = served.v2.send(new GetDeploymentCommand({ ApiId, DeploymentId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });
});
