import { CreateVpcLinkCommand } from '@aws-sdk/client-api-gateway';
import {
  BadRequestException,
  ConflictException,
  CreateIntegrationCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  GetIntegrationCommand,
  GetIntegrationsCommand,
  NotFoundException,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createIntegration,
  createRoute,
  refusal,
  serveControlApiPerTest,
} from '../serve-control-api.js';

const LAMBDA =
  'arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:chat/invocations';
const PUT_ITEM = 'arn:aws:apigateway:eu-central-1:dynamodb:action/PutItem';

describe('integrations', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
  });

  const HTTP = { IntegrationMethod: 'POST', IntegrationUri: 'http://backend.example/' };
  const MINIMAL = {
    integrationType: 'HTTP_PROXY',
    integrationMethod: 'POST',
    integrationUri: 'http://backend.example/connect',
  };
  const createLink = async () => {
    const { id } = await served.v1.send(
      new CreateVpcLinkCommand({
        name: 'nlb',
        targetArns: ['arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/net/nlb/50dc6c49'],
      }),
    );
    return id;
  };
  const parametersOf = async (IntegrationId: string) => {
    const { RequestParameters } = await served.v2.send(new GetIntegrationCommand({ ApiId, IntegrationId }));
    return RequestParameters;
  };

  it('returns 201 and AWS’s defaults for a creation', async () => {
    const { $metadata, IntegrationId, ...integration } = await served.v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://backend.example/connect',
      }),
    );
    expect($metadata.httpStatusCode).toBe(201);
    expect(IntegrationId).toMatch(/^[a-z0-9]{7}$/);
    expect(integration).toEqual({
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'POST',
      IntegrationUri: 'http://backend.example/connect',
      ConnectionType: 'INTERNET',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 29_000,
    });
  });

  it('lists the integrations of one API', async () => {
    const IntegrationId = await createIntegration(served, ApiId);
    await createIntegration(served, await createApi(served));
    const { Items = [] } = await served.v2.send(new GetIntegrationsCommand({ ApiId }));
    expect(Items.map((item) => item.IntegrationId)).toEqual([IntegrationId]);
  });

  it('keeps all four mappings of four updates', async () => {
    const IntegrationId = await createIntegration(served, ApiId);
    const mappings = {
      'integration.request.querystring.stocks': 'route.request.querystring.stocks',
      'integration.request.querystring.connectionId': 'context.connectionId',
      'integration.request.querystring.userId': 'context.authorizer.userId',
      'integration.request.querystring.orgId': 'context.authorizer.orgId',
    };
    for (const [destination, source] of Object.entries(mappings)) {
      const RequestParameters = { [destination]: source };
      await served.v2.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters }));
    }
    expect(await parametersOf(IntegrationId)).toEqual(mappings);
  });

  it('removes a mapping that is sent as an empty string', async () => {
    const IntegrationId = await createIntegration(served, ApiId);
    const header = 'integration.request.header.ConnectionId';
    const kept = { 'integration.request.querystring.source': "'static value'" };
    for (const RequestParameters of [{ [header]: 'context.connectionId', ...kept }, { [header]: '' }]) {
      await served.v2.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters }));
    }
    expect(await parametersOf(IntegrationId)).toEqual(kept);
  });

  it('keeps the fields that an update does not name', async () => {
    const IntegrationId = await createIntegration(served, ApiId);
    const updated = await served.v2.send(
      new UpdateIntegrationCommand({ ApiId, IntegrationId, TimeoutInMillis: 50 }),
    );
    expect(updated).toMatchObject({
      TimeoutInMillis: 50,
      IntegrationUri: 'http://backend.example/',
    });
  });

  it('refuses an update to an invalid mapping, and keeps the others', async () => {
    const IntegrationId = await createIntegration(served, ApiId);
    const RequestParameters = { 'overwrite:header.ConnectionId': '$context.connectionId' };
    const update = new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters });
    await expect(served.v2.send(update)).rejects.toBeInstanceOf(BadRequestException);
    expect(await parametersOf(IntegrationId)).toBeUndefined();
  });

  it('accepts a v1 VPC link', async () => {
    const ConnectionId = await createLink();
    const integration = await served.v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://nlb.example:3000/connect',
        ConnectionType: 'VPC_LINK',
        ConnectionId,
      }),
    );
    expect(integration).toMatchObject({ ConnectionType: 'VPC_LINK', ConnectionId });
  });

  it('loses its link when it changes to INTERNET', async () => {
    const { IntegrationId } = await served.v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'POST',
        IntegrationUri: 'http://nlb.example:3000/connect',
        ConnectionType: 'VPC_LINK',
        ConnectionId: await createLink(),
      }),
    );
    const updated = await served.v2.send(
      new UpdateIntegrationCommand({ ApiId, IntegrationId, ConnectionType: 'INTERNET' }),
    );
    expect(updated.ConnectionId).toBeUndefined();
  });

  it('accepts a stage variable as the link', async () => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/integrations`, {
      ...MINIMAL,
      connectionType: 'VPC_LINK',
      connectionId: '${stageVariables.vpcLinkId}',
    });
    expect(response.status).toBe(201);
  });

  it.each([
    'https://backend.example',
    'http://${stageVariables.host}/connect',
    'http://nlb.${stageVariables.domain}:${stageVariables.port}/${stageVariables.path}',
    '${stageVariables.url}/connect',
    '${stageVariables.scheme}://backend.example/',
    'http://backend.example/{id}',
  ])('accepts the URI %s', async (integrationUri) => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/integrations`, {
      ...MINIMAL,
      integrationUri,
    });
    expect(response.status).toBe(201);
  });

  it.each([
    ['HTTP', { IntegrationMethod: 'POST', IntegrationUri: 'http://backend.example/' }],
    ['MOCK', {}],
    ['AWS', { IntegrationMethod: 'POST', IntegrationUri: PUT_ITEM }],
    [
      'AWS',
      {
        IntegrationMethod: 'POST',
        IntegrationUri: 'arn:aws:apigateway:eu-central-1:sqs:path/123456789012/${stageVariables.queue}',
      },
    ],
  ] as const)('selects the answer of %s by its status', async (IntegrationType, settings) => {
    const integration = await served.v2.send(
      new CreateIntegrationCommand({ ApiId, IntegrationType, ...settings }),
    );
    expect(integration.IntegrationResponseSelectionExpression).toBe('${integration.response.statuscode}');
  });

  it('selects the response of a non-proxy Lambda function by its error', async () => {
    const integration = await served.v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'AWS',
        IntegrationMethod: 'POST',
        IntegrationUri: LAMBDA,
      }),
    );
    expect(integration.IntegrationResponseSelectionExpression).toBe(
      '${integration.response.body.errorMessage}',
    );
  });

  it('invokes a Lambda proxy by POST by default', async () => {
    const integration = await served.v2.send(
      new CreateIntegrationCommand({ ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: LAMBDA }),
    );
    expect(integration).toMatchObject({ IntegrationMethod: 'POST', PassthroughBehavior: 'WHEN_NO_MATCH' });
    expect(integration).not.toHaveProperty('IntegrationResponseSelectionExpression', expect.any(String));
  });

  it('loses the selection of its response when it becomes a proxy', async () => {
    const { IntegrationId } = await served.v2.send(
      new CreateIntegrationCommand({ ...HTTP, ApiId, IntegrationType: 'HTTP' }),
    );
    const updated = await served.v2.send(
      new UpdateIntegrationCommand({ ApiId, IntegrationId, IntegrationType: 'HTTP_PROXY' }),
    );
    expect(updated.IntegrationResponseSelectionExpression).toBeUndefined();
  });

  it('stores all fields of a non-proxy integration', async () => {
    const settings = {
      IntegrationType: 'AWS',
      IntegrationMethod: 'POST',
      IntegrationUri: PUT_ITEM,
      CredentialsArn: 'arn:aws:iam::123456789012:role/writer',
      ContentHandlingStrategy: 'CONVERT_TO_BINARY',
      PassthroughBehavior: 'NEVER',
      RequestTemplates: { $default: 'x'.repeat(32 * 1024), empty: '' },
      TemplateSelectionExpression: '${request.body.kind}',
    } as const;
    const { IntegrationId } = await served.v2.send(new CreateIntegrationCommand({ ApiId, ...settings }));
    const integration = await served.v2.send(new GetIntegrationCommand({ ApiId, IntegrationId }));
    expect(integration).toMatchObject(settings);
  });

  it('replaces all templates with those of an update', async () => {
    const { IntegrationId } = await served.v2.send(
      new CreateIntegrationCommand({ ApiId, IntegrationType: 'MOCK', RequestTemplates: { a: '1', b: '2' } }),
    );
    const updated = await served.v2.send(
      new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestTemplates: { b: '3' } }),
    );
    expect(updated.RequestTemplates).toEqual({ b: '3' });
  });

  it('does not delete an integration that a route targets', async () => {
    const IntegrationId = await createIntegration(served, ApiId);
    await createRoute(served, ApiId, '$connect', IntegrationId);
    const deletion = served.v2.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
    await expect(deletion).rejects.toBeInstanceOf(ConflictException);
  });

  it('deletes an integration once no route targets it', async () => {
    const IntegrationId = await createIntegration(served, ApiId);
    const RouteId = await createRoute(served, ApiId, '$connect', IntegrationId);
    await served.v2.send(new DeleteRouteCommand({ ApiId, RouteId }));
    await served.v2.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
    const get = served.v2.send(new GetIntegrationCommand({ ApiId, IntegrationId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it.each([
    ['without a type', { integrationType: undefined }],
    ['of type AWS_PROXY to a URL', { integrationType: 'AWS_PROXY' }],
    ['of type AWS to a URL', { integrationType: 'AWS' }],
    ['of type AWS_PROXY to another service', { integrationType: 'AWS_PROXY', integrationUri: PUT_ITEM }],
    [
      'of type AWS without a method',
      { integrationType: 'AWS', integrationUri: PUT_ITEM, integrationMethod: undefined },
    ],
    ['of type HTTP without a method', { integrationType: 'HTTP', integrationMethod: undefined }],
    [
      'of a Lambda function by GET',
      { integrationType: 'AWS', integrationUri: LAMBDA, integrationMethod: 'GET' },
    ],
    [
      'of type AWS through a VPC link',
      {
        integrationType: 'AWS',
        integrationUri: PUT_ITEM,
        connectionType: 'VPC_LINK',
        connectionId: '${stageVariables.vpcLinkId}',
      },
    ],
    ['with credentials that are no role', { credentialsArn: 'arn:aws:s3:::bucket' }],
    ['with a template of more than 32 KB', { requestTemplates: { $default: 'x'.repeat(32 * 1024 + 1) } }],
    [
      'with a template selection by a response',
      { templateSelectionExpression: '${integration.response.statuscode}' },
    ],
    ['with another content handling', { contentHandlingStrategy: 'CONVERT' }],
    ['with response parameters, of HTTP APIs', { responseParameters: { 200: {} } }],
    ['with a TLS configuration, of HTTP APIs', { tlsConfig: { serverNameToVerify: 'x' } }],
    ['with a subtype, of HTTP APIs', { integrationSubtype: 'SQS-SendMessage' }],
    ['of a type that AWS does not have', { integrationType: 'HTTP2' }],
    ['without a method', { integrationMethod: undefined }],
    ['with a method in lower case', { integrationMethod: 'post' }],
    ['without a URI', { integrationUri: undefined }],
    ['to a URI that is not a URL', { integrationUri: 'backend' }],
    ['to a URI of another scheme', { integrationUri: 'ftp://backend.example/' }],
    ['to a URI with another variable', { integrationUri: 'http://${context.domainName}/' }],
    ['to a host without a scheme', { integrationUri: '${stageVariables.host}:8080/' }],
    ['with a timeout of 49 ms', { timeoutInMillis: 49 }],
    ['with a timeout of 29,001 ms', { timeoutInMillis: 29_001 }],
    ['with a timeout that is a string', { timeoutInMillis: '1000' }],
    ['with a timeout that is not a whole number', { timeoutInMillis: 99.5 }],
    ['through a link that is not named', { connectionType: 'VPC_LINK' }],
    ['through a link that does not exist', { connectionType: 'VPC_LINK', connectionId: 'abc123' }],
    ['over INTERNET with a link', { connectionId: '${stageVariables.vpcLinkId}' }],
    ['with an unknown destination', { requestParameters: { ConnectionId: 'context.connectionId' } }],
    ['with an unknown source', { requestParameters: { 'integration.request.header.A': 'connectionId' } }],
    ['with an empty source', { requestParameters: { 'integration.request.header.A': '' } }],
    [
      'with a source of 513 characters',
      { requestParameters: { 'integration.request.header.A': `'${'x'.repeat(511)}'` } },
    ],
  ])('refuses an integration %s', async (_, flaw) => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/integrations`, {
      ...MINIMAL,
      ...flaw,
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });
});
