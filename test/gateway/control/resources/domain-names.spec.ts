import {
  BadRequestException,
  ConflictException,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteApiMappingCommand,
  DeleteDomainNameCommand,
  DeleteStageCommand,
  GetApiMappingsCommand,
  GetDomainNameCommand,
  GetDomainNamesCommand,
  NotFoundException,
  UpdateApiMappingCommand,
  UpdateDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, refusal, serveControlApiPerTest } from '../serve-control-api.js';

const CertificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1';

describe('domain names', () => {
  const served = serveControlApiPerTest();

  const create = (DomainName: string) =>
    served.v2.send(
      new CreateDomainNameCommand({ DomainName, DomainNameConfigurations: [{ CertificateArn }] }),
    );

  it('returns 201 and AWS’s defaults for a creation', async () => {
    const { $metadata, DomainNameConfigurations, ...domainName } = await create('ws.example.com');
    expect($metadata.httpStatusCode).toBe(201);
    expect(domainName).toEqual({
      DomainName: 'ws.example.com',
      DomainNameArn: 'arn:aws:apigateway:eu-central-1::/domainnames/ws.example.com',
      ApiMappingSelectionExpression: '$request.basepath',
      RoutingMode: 'API_MAPPING_ONLY',
      Tags: {},
    });
    expect(DomainNameConfigurations).toEqual([
      {
        ApiGatewayDomainName: expect.stringMatching(
          /^d-[a-z0-9]{10}\.execute-api\.eu-central-1\.amazonaws\.com$/,
        ),
        CertificateArn,
        DomainNameStatus: 'AVAILABLE',
        EndpointType: 'REGIONAL',
        IpAddressType: 'ipv4',
        SecurityPolicy: 'TLS_1_2',
      },
    ]);
  });

  it('lists the domain names', async () => {
    await create('b.example.com');
    await create('a.example.com');
    const { Items = [] } = await served.v2.send(new GetDomainNamesCommand({}));
    expect(Items.map(({ DomainName }) => DomainName)).toEqual(['a.example.com', 'b.example.com']);
  });

  it('returns 409 for a name that exists', async () => {
    await create('ws.example.com');
    await expect(create('ws.example.com')).rejects.toBeInstanceOf(ConflictException);
  });

  it('changes the certificate and keeps the API mappings', async () => {
    const DomainName = 'ws.example.com';
    const before = await create(DomainName);
    const other = `${CertificateArn}2`;
    const after = await served.v2.send(
      new UpdateDomainNameCommand({ DomainName, DomainNameConfigurations: [{ CertificateArn: other }] }),
    );
    expect(after.DomainNameConfigurations).toEqual([
      { ...before.DomainNameConfigurations?.[0], CertificateArn: other },
    ]);
  });

  it('does not list or return a deleted one', async () => {
    const DomainName = 'ws.example.com';
    await create(DomainName);
    await served.v2.send(new DeleteDomainNameCommand({ DomainName }));
    const get = served.v2.send(new GetDomainNameCommand({ DomainName }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it.each([
    ['without a name', { domainName: undefined }],
    ['with a name in upper case', { domainName: 'WS.example.com' }],
    ['with a port in its name', { domainName: 'ws.example.com:8080' }],
    ['without a configuration', { domainNameConfigurations: [] }],
    ['without a certificate', { domainNameConfigurations: [{}] }],
    ['at the edge', { domainNameConfigurations: [{ certificateArn: CertificateArn, endpointType: 'EDGE' }] }],
    ['with routing rules', { routingMode: 'ROUTING_RULE_ONLY' }],
  ])('refuses one %s', async (_, flaw) => {
    const response = await served.send('POST', '/v2/domainnames', {
      domainName: 'ws.example.com',
      domainNameConfigurations: [{ certificateArn: CertificateArn }],
      ...flaw,
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  describe('with API mappings', () => {
    const DomainName = 'ws.example.com';
    let ApiId: string;
    beforeEach(async () => {
      ApiId = await createApi(served);
      for (const StageName of ['dev', 'prod']) {
        await served.v2.send(new CreateStageCommand({ ApiId, StageName }));
      }
      await create(DomainName);
    });

    const map = (Stage: string, ApiMappingKey?: string, name = DomainName) =>
      served.v2.send(new CreateApiMappingCommand({ DomainName: name, ApiId, Stage, ApiMappingKey }));

    it('returns 201 and an empty key by default for a creation', async () => {
      const { $metadata, ApiMappingId, ...mapping } = await map('dev');
      expect($metadata.httpStatusCode).toBe(201);
      expect(ApiMappingId).toMatch(/^[a-z0-9]{6}$/);
      expect(mapping).toEqual({ ApiId, Stage: 'dev', ApiMappingKey: '' });
    });

    it.each([
      ['ws.example.com', 'chat', { stage: 'prod', isKeyed: true }],
      ['WS.example.com:8080', 'chat', { stage: 'prod', isKeyed: true }],
      ['ws.example.com', 'dev', { stage: 'dev', isKeyed: false }],
      ['ws.example.com', undefined, { stage: 'dev', isKeyed: false }],
      ['ws.example.com', '', { stage: 'dev', isKeyed: false }],
    ])('map %s and the segment %s to a stage', async (host, segment, expected) => {
      await map('dev');
      await map('prod', 'chat');
      expect(served.controlPlane.apiMapping(host, segment)).toEqual({ apiId: ApiId, ...expected });
    });

    it.each([
      ['example.com', 'chat'],
      ['other.example.com', 'chat'],
      ['ws.example.com', 'other'],
      ['ws.example.com', undefined],
    ])('map %s and the segment %s to no stage', async (host, segment) => {
      await map('prod', 'chat');
      expect(served.controlPlane.apiMapping(host, segment)).toBeUndefined();
    });

    it('map every name that a star matches to a stage', async () => {
      await create('*.example.com');
      await map('prod', undefined, '*.example.com');
      const stageOf = (host: string) => served.controlPlane.apiMapping(host, undefined)?.stage;
      expect([stageOf('a.example.com'), stageOf('a.b.example.com')]).toEqual(['prod', undefined]);
    });

    it('are limited to one for each key', async () => {
      await map('dev', 'chat');
      await expect(map('prod', 'chat')).rejects.toBeInstanceOf(ConflictException);
    });

    it('map to another stage after an update', async () => {
      const { ApiMappingId } = await map('dev', 'chat');
      await served.v2.send(new UpdateApiMappingCommand({ DomainName, ApiMappingId, ApiId, Stage: 'prod' }));
      expect(served.controlPlane.apiMapping(DomainName, 'chat')?.stage).toBe('prod');
    });

    it('map to no stage once deleted', async () => {
      const { ApiMappingId } = await map('dev');
      await served.v2.send(new DeleteApiMappingCommand({ DomainName, ApiMappingId }));
      expect(await served.v2.send(new GetApiMappingsCommand({ DomainName }))).toMatchObject({ Items: [] });
      expect(served.controlPlane.apiMapping(DomainName, undefined)).toBeUndefined();
    });

    it('prevent the deletion of their API and stage', async () => {
      await map('dev');
      const deletion = served.v2.send(new DeleteApiCommand({ ApiId }));
      await expect(deletion).rejects.toBeInstanceOf(BadRequestException);
      const deleteStage = (StageName: string) => served.v2.send(new DeleteStageCommand({ ApiId, StageName }));
      await expect(deleteStage('dev')).rejects.toMatchObject({ name: 'BadRequestException' });
      await expect(deleteStage('prod')).resolves.toBeTruthy();
    });

    it('allow the deletion of their API once their domain name is deleted', async () => {
      await map('dev');
      await served.v2.send(new DeleteDomainNameCommand({ DomainName }));
      await expect(served.v2.send(new DeleteApiCommand({ ApiId }))).resolves.toBeTruthy();
    });

    it.each([
      ['to an API that does not exist', { apiId: 'nosuchapi0' }],
      ['to a stage that does not exist', { stage: 'test' }],
      ['with a key of two segments', { apiMappingKey: 'chat/v1' }],
    ])('cannot map %s', async (_, flaw) => {
      const response = await served.send('POST', `/v2/domainnames/${DomainName}/apimappings`, {
        apiId: ApiId,
        stage: 'dev',
        ...flaw,
      });
      expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
    });
  });
});
