import assert from 'node:assert/strict';
import {
  BadRequestException,
  CreateVpcLinkCommand,
  DeleteVpcLinkCommand,
  GetVpcLinkCommand,
  GetVpcLinksCommand,
  NotFoundException,
  UpdateVpcLinkCommand,
} from '@aws-sdk/client-api-gateway';
import { describe, expect, it } from 'vitest';
import { createApi, refusal, serveControlApiPerTest } from '../serve-control-api.js';

describe('VPC links of the v1 control plane', () => {
  const served = serveControlApiPerTest();

  const NLB = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/nlb/50dc6c495c0c9188';
  const ALB = NLB.replace('/net/', '/app/');
  const createLink = async (name = 'nlb') => {
    const { id } = await served.v1.send(new CreateVpcLinkCommand({ name, targetArns: [NLB] }));
    assert(id);
    return id;
  };
  const createIntegrationThrough = async (connectionId: string) => {
    const ApiId = await createApi(served);
    await served.send('POST', `/v2/apis/${ApiId}/integrations`, {
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'POST',
      integrationUri: 'http://backend.example/',
      connectionType: 'VPC_LINK',
      connectionId,
    });
  };

  it('returns 202 and an available link for a creation', async () => {
    const { $metadata, id, ...link } = await served.v1.send(
      new CreateVpcLinkCommand({ name: 'nlb', targetArns: [NLB], tags: { Team: 'chat' } }),
    );
    expect($metadata.httpStatusCode).toBe(202);
    expect(id).toMatch(/^[a-z0-9]{6}$/);
    expect(link).toEqual({
      name: 'nlb',
      targetArns: [NLB],
      status: 'AVAILABLE',
      tags: { Team: 'chat' },
    });
  });

  it('passes a link to the data plane', async () => {
    const id = await createLink();
    expect(served.controlPlane.vpcLink(id)).toMatchObject({ id, targetArns: [NLB] });
  });

  it('lists the links page by page', async () => {
    const ids = [await createLink('a'), await createLink('b')];
    const first = await served.v1.send(new GetVpcLinksCommand({ limit: 1 }));
    const second = await served.v1.send(new GetVpcLinksCommand({ limit: 1, position: first.position }));
    const listed = [...(first.items ?? []), ...(second.items ?? [])].map(({ id }) => id);
    expect(listed).toEqual(ids.toSorted());
    expect(second.position).toBeUndefined();
  });

  it('replaces name and description', async () => {
    const vpcLinkId = await createLink();
    await served.v1.send(
      new UpdateVpcLinkCommand({
        vpcLinkId,
        patchOperations: [
          { op: 'replace', path: '/name', value: 'renamed' },
          { op: 'replace', path: '/description', value: 'described' },
        ],
      }),
    );
    const link = await served.v1.send(new GetVpcLinkCommand({ vpcLinkId }));
    expect(link).toMatchObject({ name: 'renamed', description: 'described', targetArns: [NLB] });
  });

  it('returns 202 for a deletion, after which the link does not exist', async () => {
    const vpcLinkId = await createLink();
    const { $metadata } = await served.v1.send(new DeleteVpcLinkCommand({ vpcLinkId }));
    expect($metadata.httpStatusCode).toBe(202);
    const get = served.v1.send(new GetVpcLinkCommand({ vpcLinkId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it('does not delete a link that an integration uses', async () => {
    const vpcLinkId = await createLink();
    await createIntegrationThrough(vpcLinkId);
    const deletion = served.v1.send(new DeleteVpcLinkCommand({ vpcLinkId }));
    await expect(deletion).rejects.toBeInstanceOf(BadRequestException);
  });

  it('deletes a link that is referenced by a stage variable', async () => {
    const vpcLinkId = await createLink();
    await createIntegrationThrough('${stageVariables.link}');
    await expect(served.v1.send(new DeleteVpcLinkCommand({ vpcLinkId }))).resolves.toBeTruthy();
  });

  it.each([
    ['without a name', { name: undefined }],
    ['without a target', { targetArns: undefined }],
    ['with an empty list of targets', { targetArns: [] }],
    ['to two load balancers', { targetArns: [NLB, NLB] }],
    ['to an application load balancer', { targetArns: [ALB] }],
    ['to a target that is not a list', { targetArns: NLB }],
  ])('refuses a link %s', async (_, flaw) => {
    const response = await served.send('POST', '/vpclinks', {
      name: 'nlb',
      targetArns: [NLB],
      ...flaw,
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it.each([
    ['that removes', { op: 'remove', path: '/name' }],
    ['of another path', { op: 'replace', path: '/targetArns', value: NLB }],
    ['without a value', { op: 'replace', path: '/name' }],
    ['to an empty name', { op: 'replace', path: '/name', value: '' }],
  ])('refuses a patch %s', async (_, operation) => {
    const id = await createLink();
    const response = await served.send('PATCH', `/vpclinks/${id}`, {
      patchOperations: [operation],
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });
});
