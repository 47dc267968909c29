import { CreateVpcLinkCommand, DeleteVpcLinkCommand, GetVpcLinkCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import {
  below,
  created,
  createHttpApi,
  createUrlIntegration,
  type Json,
  operate,
} from './http-control-under-test.js';
import { hasSubnets, subnetIds } from './target.js';

describe('H12 the resources of an HTTP API', () => {
  it('H12.09: have ids of ten, seven and six characters [observed]', async () => {
    await using api = await createHttpApi();
    const { integrationId } = await createUrlIntegration(api);
    const { routeId } = await created(api, '/routes', { routeKey: 'GET /a' });
    const { deploymentId } = await created(api, '/deployments', {});
    expect(api.apiId).toMatch(/^[a-z0-9]{10}$/);
    expect(integrationId).toMatch(/^[a-z0-9]{7}$/);
    expect(routeId).toMatch(/^[a-z0-9]{7}$/);
    expect(deploymentId).toMatch(/^[a-z0-9]{6}$/);
  });

  it('H12.01: are created with 201, read and changed with 200, deleted with 204 [documented]', async () => {
    await using api = await createHttpApi();
    const { integrationId } = await createUrlIntegration(api);
    const { routeId } = await created(api, '/routes', { routeKey: 'GET /a' });
    const { deploymentId } = await created(api, '/deployments', {});
    await created(api, '/stages', { stageName: 'dev' });
    const resources: [string, Json][] = [
      [`/integrations/${String(integrationId)}`, { description: 'x' }],
      [`/routes/${String(routeId)}`, { operationName: 'x' }],
      [`/deployments/${String(deploymentId)}`, { description: 'x' }],
      ['/stages/dev', { description: 'x' }],
    ];
    for (const [path, change] of resources) {
      expect(await below(api, 'GET', path)).toMatchObject({ status: 200 });
      expect(await below(api, 'PATCH', path, change)).toMatchObject({ status: 200, body: change });
      expect((await below(api, 'DELETE', path)).status).toBe(204);
      expect((await below(api, 'GET', path)).status).toBe(404);
    }
  });

  it('H12.01: have the operations of the documented paths [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/stages', { stageName: 'dev' });
    expect((await below(api, 'DELETE', '/cors')).status).toBe(204);
    expect((await below(api, 'DELETE', '/stages/dev/cache/authorizers')).status).toBe(204);
    expect((await operate(api, 'GET', '/v2/vpclinks')).status).toBe(200);
    expect((await operate(api, 'GET', '/v2/vpclinks/none00')).status).toBe(404);
  });
});

describe('H11 a deployment', () => {
  it('H11.05: is deployed when it is created [observed]', async () => {
    await using api = await createHttpApi();
    await created(api, '/routes', { routeKey: 'GET /a' });
    expect(await created(api, '/deployments', {})).toMatchObject({
      autoDeployed: false,
      deploymentStatus: 'DEPLOYED',
    });
  });

  it('H11.01: is created by a change, for a stage with AutoDeploy [documented]', async () => {
    await using api = await createHttpApi();
    const before = await created(api, '/routes', { routeKey: 'GET /a' });
    await created(api, '/stages', { stageName: 'dev', autoDeploy: true });
    const { body: first } = await below(api, 'GET', '/stages/dev');
    await below(api, 'PATCH', `/routes/${String(before.routeId)}`, { operationName: 'x' });
    const { body: second } = await below(api, 'GET', '/stages/dev');
    expect(second.deploymentId).not.toBe(first.deploymentId);
    expect((await below(api, 'GET', `/deployments/${String(second.deploymentId)}`)).body).toMatchObject({
      autoDeployed: true,
    });
  });

  it('H11.06: that cannot be made automatically leaves a message at the stage [documented]', async () => {
    await using api = await createHttpApi();
    await created(api, '/stages', { stageName: 'dev', autoDeploy: true });
    const { body } = await below(api, 'GET', '/stages/dev');
    expect(body.lastDeploymentStatusMessage).toMatch(/./);
    expect(body).not.toHaveProperty('deploymentId');
  });
});

it.runIf(hasSubnets)('H5.15: a VPC link keeps its subnets and security groups [documented]', async () => {
  await using api = await createHttpApi();
  const { control } = api;
  const input = { Name: 'conformance', SubnetIds: subnetIds };
  const { VpcLinkId } = await control.send(new CreateVpcLinkCommand(input));
  const change = { name: 'renamed', subnetIds: ['subnet-9'], securityGroupIds: ['sg-9'] };
  await operate(api, 'PATCH', `/v2/vpclinks/${VpcLinkId}`, change);
  const link = await control.send(new GetVpcLinkCommand({ VpcLinkId }));
  expect(link).toMatchObject({ SubnetIds: subnetIds, SecurityGroupIds: [] });
  await control.send(new DeleteVpcLinkCommand({ VpcLinkId }));
});
