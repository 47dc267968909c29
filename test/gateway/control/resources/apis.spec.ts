import {
  BadRequestException,
  CreateApiCommand,
  DeleteApiCommand,
  GetApiCommand,
  GetApisCommand,
  NotFoundException,
  UpdateApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { createApi, refusal, serveControlApiPerTest } from '../serve-control-api.js';

describe('APIs', () => {
  const served = serveControlApiPerTest();

  const MINIMAL = {
    name: 'chat',
    protocolType: 'WEBSOCKET',
    routeSelectionExpression: '$request.body.action',
  };

  it('returns 201 and AWS’s defaults for a creation', async () => {
    const { $metadata, ApiId, CreatedDate, ...api } = await served.v2.send(
      new CreateApiCommand({
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      }),
    );
    expect($metadata.httpStatusCode).toBe(201);
    expect(ApiId).toMatch(/^[a-z0-9]{10}$/);
    expect(CreatedDate).toBeInstanceOf(Date);
    expect(api).toEqual({
      Name: 'chat',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
      ApiEndpoint: `wss://${ApiId}.execute-api.eu-central-1.amazonaws.com`,
      ApiKeySelectionExpression: '$request.header.x-api-key',
      DisableExecuteApiEndpoint: false,
      IpAddressType: 'ipv4',
    });
  });

  it('stores the tags unmodified', async () => {
    const { ApiId } = await served.v2.send(
      new CreateApiCommand({
        Name: 'chat',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '\\$default',
        Tags: { CostCentre: '42' },
      }),
    );
    const { Tags } = await served.v2.send(new GetApiCommand({ ApiId }));
    expect(Tags).toEqual({ CostCentre: '42' });
  });

  it('writes dates in whole seconds, as AWS does', async () => {
    const response = await served.send('POST', '/v2/apis', MINIMAL);
    expect(await response.json()).toHaveProperty(
      'createdDate',
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    );
  });

  it('lists all APIs', async () => {
    const ids = [await createApi(served), await createApi(served)];
    const { Items = [] } = await served.v2.send(new GetApisCommand({}));
    expect(new Set(Items.map(({ ApiId }) => ApiId))).toEqual(new Set(ids));
  });

  it('changes the fields that an update names and keeps the others', async () => {
    const ApiId = await createApi(served);
    await served.v2.send(new UpdateApiCommand({ ApiId, Description: 'for tests' }));
    const api = await served.v2.send(new GetApiCommand({ ApiId }));
    expect(api).toMatchObject({
      Name: 'chat',
      Description: 'for tests',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  it('does not return a deleted API and its stages', async () => {
    const ApiId = await createApi(served);
    await served.send('POST', `/v2/apis/${ApiId}/stages`, { stageName: 'dev' });
    await served.v2.send(new DeleteApiCommand({ ApiId }));
    await expect(served.v2.send(new GetApiCommand({ ApiId }))).rejects.toBeInstanceOf(NotFoundException);
    expect(served.controlPlane.stage(ApiId, 'dev')).toBeUndefined();
  });

  it('returns 404 with a resource type for an unknown id', async () => {
    const failed = served.v2.send(new UpdateApiCommand({ ApiId: 'nosuchapi0', Name: 'x' }));
    await expect(failed).rejects.toMatchObject({ name: 'NotFoundException', ResourceType: 'API' });
  });

  it('refuses an update to an invalid expression, and keeps the old one', async () => {
    const ApiId = await createApi(served);
    const update = new UpdateApiCommand({ ApiId, RouteSelectionExpression: '$request.header.x' });
    await expect(served.v2.send(update)).rejects.toBeInstanceOf(BadRequestException);
    expect(served.controlPlane.api(ApiId)?.RouteSelectionExpression).toBe('$request.body.action');
  });

  it.each([
    ['without a name', { name: undefined }],
    ['with an empty name', { name: '' }],
    ['with a name that is a number', { name: 5 }],
    ['with a name of 129 characters', { name: 'x'.repeat(129) }],
    ['without a protocol', { protocolType: undefined }],
    ['of the protocol HTTP', { protocolType: 'HTTP' }],
    ['without a route selection expression', { routeSelectionExpression: undefined }],
    ['with a filter in the expression', { routeSelectionExpression: '$request.body[?(@.a)]' }],
    ['with another API key selection expression', { apiKeySelectionExpression: '$request.header.key' }],
    ['with tags that are a list', { tags: ['a'] }],
    ['with a tag that is a number', { tags: { a: 1 } }],
    ['with a CORS configuration', { corsConfiguration: {} }],
    ['with a flag that is a string', { disableSchemaValidation: 'true' }],
  ])('refuses an API %s', async (_, flaw) => {
    const response = await served.send('POST', '/v2/apis', { ...MINIMAL, ...flaw });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it('ignores fields that are not in AWS’s model', async () => {
    const response = await served.send('POST', '/v2/apis', {
      ...MINIMAL,
      colour: 'red',
      version: null,
    });
    expect(response.status).toBe(201);
    expect(await response.json()).not.toHaveProperty('colour');
  });
});
