import {
  BadRequestException,
  CreateDomainNameCommand,
  CreateStageCommand,
  GetApiCommand,
  GetDomainNameCommand,
  GetStageCommand,
  GetTagsCommand,
  NotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, serveControlApiPerTest } from '../serve-control-api.js';

describe('tags', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
  });

  const arn = (path: string) => `arn:aws:apigateway:eu-central-1::${path}`;
  const tag = (ResourceArn: string, Tags: Record<string, string>) =>
    served.v2.send(new TagResourceCommand({ ResourceArn, Tags }));

  it('are added to those of an API, and overwrite them', async () => {
    const ResourceArn = arn(`/apis/${ApiId}`);
    await tag(ResourceArn, { Team: 'chat', cost: '1' });
    const { $metadata } = await tag(ResourceArn, { cost: '2' });
    expect($metadata.httpStatusCode).toBe(201);
    const tags = { Team: 'chat', cost: '2' };
    expect(await served.v2.send(new GetTagsCommand({ ResourceArn }))).toMatchObject({ Tags: tags });
    expect((await served.v2.send(new GetApiCommand({ ApiId }))).Tags).toEqual(tags);
  });

  it('are removed by their keys', async () => {
    const ResourceArn = arn(`/apis/${ApiId}`);
    await tag(ResourceArn, { a: '1', b: '2', c: '3' });
    const { $metadata } = await served.v2.send(
      new UntagResourceCommand({ ResourceArn, TagKeys: ['a', 'b', 'unknown'] }),
    );
    expect($metadata.httpStatusCode).toBe(204);
    expect((await served.v2.send(new GetTagsCommand({ ResourceArn }))).Tags).toEqual({ c: '3' });
  });

  it('exist on a stage too', async () => {
    await served.v2.send(new CreateStageCommand({ ApiId, StageName: 'dev', Tags: { a: '1' } }));
    await tag(arn(`/apis/${ApiId}/stages/dev`), { b: '2' });
    const stage = await served.v2.send(new GetStageCommand({ ApiId, StageName: 'dev' }));
    expect(stage.Tags).toEqual({ a: '1', b: '2' });
  });

  it('exist on a domain name too', async () => {
    const DomainName = 'ws.example.com';
    const { DomainNameArn = '' } = await served.v2.send(
      new CreateDomainNameCommand({
        DomainName,
        DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1' }],
      }),
    );
    await tag(DomainNameArn, { b: '2' });
    expect((await served.v2.send(new GetDomainNameCommand({ DomainName }))).Tags).toEqual({ b: '2' });
  });

  it('are accessible by an ARN with unencoded slashes', async () => {
    const response = await served.send('GET', `/v2/tags/${arn(`/apis/${ApiId}`)}`);
    expect(await response.json()).toEqual({ tags: {} });
  });

  it.each(['/apis/nosuchapi0', '/apis/{api}/stages/dev', '/domainnames/ws.example.com'])(
    'returns 404 for %s, which does not exist',
    async (path) => {
      const ResourceArn = arn(path.replace('{api}', ApiId));
      await expect(served.v2.send(new GetTagsCommand({ ResourceArn }))).rejects.toBeInstanceOf(
        NotFoundException,
      );
    },
  );

  it('returns 404 for an ARN of another Region', async () => {
    const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
    await expect(served.v2.send(new GetTagsCommand({ ResourceArn }))).rejects.toBeInstanceOf(
      NotFoundException,
    );
  });

  it.each(['abc', 'arn:aws:s3:::bucket', 'arn:aws:apigateway:eu-central-1::/apis/{api}/routes/abc1234'])(
    'returns 400 for %s, which is not the ARN of a resource with tags',
    async (text) => {
      const ResourceArn = text.replace('{api}', ApiId);
      await expect(served.v2.send(new GetTagsCommand({ ResourceArn }))).rejects.toBeInstanceOf(
        BadRequestException,
      );
    },
  );

  it.each(['aws:reserved', 'x'.repeat(129)])('refuses the key %s', async (key) => {
    await expect(tag(arn(`/apis/${ApiId}`), { [key]: '1' })).rejects.toBeInstanceOf(BadRequestException);
  });
});
