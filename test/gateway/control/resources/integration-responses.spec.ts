import {
  ConflictException,
  CreateIntegrationResponseCommand,
  type CreateIntegrationResponseCommandInput,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  GetIntegrationResponseCommand,
  GetIntegrationResponsesCommand,
  NotFoundException,
  UpdateIntegrationResponseCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createIntegration,
  createRoute,
  refusal,
  serveControlApiPerTest,
} from '../serve-control-api.js';

describe('integration responses', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  let IntegrationId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
    IntegrationId = await createIntegration(served, ApiId);
  });

  const create = async (settings: Partial<CreateIntegrationResponseCommandInput> = {}) => {
    const input = { ApiId, IntegrationId, IntegrationResponseKey: '$default', ...settings };
    return served.v2.send(new CreateIntegrationResponseCommand(input));
  };
  const get = async (IntegrationResponseId: string | undefined) =>
    served.v2.send(new GetIntegrationResponseCommand({ ApiId, IntegrationId, IntegrationResponseId }));

  it('returns 201 and the fields of the request for a creation', async () => {
    const settings = {
      IntegrationResponseKey: '/4\\d\\d/',
      ContentHandlingStrategy: 'CONVERT_TO_TEXT',
      ResponseParameters: {
        'route.response.header.Sec-WebSocket-Protocol': 'integration.response.header.protocol',
        'method.response.header.X': "'1'",
      },
      ResponseTemplates: { $default: '{}' },
      TemplateSelectionExpression: '${integration.response.statuscode}',
    } as const;
    const { $metadata, IntegrationResponseId, ...response } = await create(settings);
    expect($metadata.httpStatusCode).toBe(201);
    expect(IntegrationResponseId).toMatch(/^[a-z0-9]{6}$/);
    expect(response).toEqual(settings);
  });

  it('are listed for their own integration only', async () => {
    await create();
    const { IntegrationResponseId } = await create({ IntegrationResponseKey: '/200/' });
    const other = await createIntegration(served, ApiId);
    const listed = await Promise.all(
      [IntegrationId, other].map((id) =>
        served.v2.send(new GetIntegrationResponsesCommand({ ApiId, IntegrationId: id })),
      ),
    );
    expect(listed.map(({ Items }) => Items?.length)).toEqual([2, 0]);
    expect((await get(IntegrationResponseId)).IntegrationResponseKey).toBe('/200/');
  });

  it('are limited to one for each key', async () => {
    await create();
    await expect(create()).rejects.toBeInstanceOf(ConflictException);
  });

  it('returns 409 for an update to the key of another', async () => {
    await create();
    const { IntegrationResponseId } = await create({ IntegrationResponseKey: '/200/' });
    const update = new UpdateIntegrationResponseCommand({
      ApiId,
      IntegrationId,
      IntegrationResponseId,
      IntegrationResponseKey: '$default',
    });
    await expect(served.v2.send(update)).rejects.toBeInstanceOf(ConflictException);
  });

  it('replaces the templates with those of an update and adds its parameters', async () => {
    const { IntegrationResponseId } = await create({
      ResponseTemplates: { a: '1' },
      ResponseParameters: { 'route.response.header.A': "'1'" },
    });
    const updated = await served.v2.send(
      new UpdateIntegrationResponseCommand({
        ApiId,
        IntegrationId,
        IntegrationResponseId,
        ResponseTemplates: { b: '2' },
        ResponseParameters: { 'route.response.header.B': "'2'" },
      }),
    );
    expect(updated).toMatchObject({
      IntegrationResponseKey: '$default',
      ResponseTemplates: { b: '2' },
      ResponseParameters: { 'route.response.header.A': "'1'", 'route.response.header.B': "'2'" },
    });
    expect(updated.ResponseTemplates).not.toHaveProperty('a');
  });

  it('does not list or return a deleted one', async () => {
    const { IntegrationResponseId } = await create();
    await served.v2.send(
      new DeleteIntegrationResponseCommand({ ApiId, IntegrationId, IntegrationResponseId }),
    );
    await expect(get(IntegrationResponseId)).rejects.toBeInstanceOf(NotFoundException);
  });

  it('are deleted with their integration', async () => {
    await create();
    await served.v2.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
    expect(served.controlPlane.webSocketApi(ApiId)?.integrationResponses.size).toBe(0);
  });

  it('are part of a deployment, $default last', async () => {
    await create();
    await create({ IntegrationResponseKey: '/2\\d\\d/' });
    await createRoute(served, ApiId, 'join', IntegrationId);
    await served.send('POST', `/v2/apis/${ApiId}/stages`, { stageName: 'auto', autoDeploy: true });
    const integration = served.controlPlane.stage(ApiId, 'auto')?.snapshot?.routes.get('join')?.integration;
    expect(integration?.responses.map(({ pattern }) => pattern?.test('204'))).toEqual([true, undefined]);
  });

  it.each([
    ['without a key', { integrationResponseKey: undefined }],
    ['with a key without slashes', { integrationResponseKey: '200' }],
    ['with a key between slashes that is empty', { integrationResponseKey: '//' }],
    ['with a key that is not a regular expression', { integrationResponseKey: '/(2/' }],
    ['with a key that only the parts around it would complete', { integrationResponseKey: '/a)|(?:b/' }],
    ['with an unknown destination', { responseParameters: { 'route.response.querystring.A': "'1'" } }],
    ['with an unknown source', { responseParameters: { 'route.response.header.A': 'context.stage' } }],
    ['with a template of more than 32 KB', { responseTemplates: { $default: 'x'.repeat(32 * 1024 + 1) } }],
    ['with a template selection that cannot be read', { templateSelectionExpression: '$request.header.x' }],
  ])('refuses one %s', async (_, flaw) => {
    const path = `/v2/apis/${ApiId}/integrations/${IntegrationId}/integrationresponses`;
    const response = await served.send('POST', path, { integrationResponseKey: '$default', ...flaw });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });

  it('returns 404 for an integration that does not exist', async () => {
    await expect(create({ IntegrationId: 'abc1234' })).rejects.toBeInstanceOf(NotFoundException);
  });
});
