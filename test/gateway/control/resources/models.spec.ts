import {
  ConflictException,
  CreateModelCommand,
  CreateRouteCommand,
  DeleteModelCommand,
  GetModelCommand,
  GetModelsCommand,
  GetModelTemplateCommand,
  NotFoundException,
  UpdateModelCommand,
} from '@aws-sdk/client-apigatewayv2';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, refusal, serveControlApiPerTest } from '../serve-control-api.js';

const SCHEMA = JSON.stringify({
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  properties: { action: { type: 'string' }, tags: { type: 'array', items: { type: 'integer' } } },
  required: ['action'],
});

describe('models', () => {
  const served = serveControlApiPerTest();
  let ApiId: string;
  beforeEach(async () => {
    ApiId = await createApi(served);
  });

  const create = (Name = 'Message') =>
    served.v2.send(new CreateModelCommand({ ApiId, Name, Schema: SCHEMA }));
  const use = (name: string) =>
    served.v2.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: 'join',
        RequestModels: { message: name },
        ModelSelectionExpression: '${request.body.kind}',
      }),
    );

  it('returns 201 and the fields of the request for a creation', async () => {
    const { $metadata, ModelId, ...model } = await create();
    expect($metadata.httpStatusCode).toBe(201);
    expect(ModelId).toMatch(/^[a-z0-9]{6}$/);
    expect(model).toEqual({ Name: 'Message', ContentType: 'application/json', Schema: SCHEMA });
  });

  it.each([
    { definitions: { name: { type: 'string' } }, properties: { name: { $ref: '#/definitions/name' } } },
    { id: 'http://example.com/message', properties: { at: { format: 'date-time' }, x: { format: 'y' } } },
    { minimum: 0, exclusiveMinimum: true },
  ])('accepts the schema %j', async (schema) => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/models`, {
      name: 'Message',
      schema: JSON.stringify(schema),
    });
    expect(response.status).toBe(201);
  });

  it('lists the models', async () => {
    await create('A');
    await create('B');
    const { Items = [] } = await served.v2.send(new GetModelsCommand({ ApiId }));
    expect(new Set(Items.map(({ Name }) => Name))).toEqual(new Set(['A', 'B']));
  });

  it('checks the messages of a route by its schema, once deployed', async () => {
    await create();
    await use('Message');
    await served.send('POST', `/v2/apis/${ApiId}/stages`, { stageName: 'auto', autoDeploy: true });
    const route = served.controlPlane.stage(ApiId, 'auto')?.snapshot?.routes.get('join');
    expect(route?.models?.schemas.get('message')).toMatchObject({ required: ['action'] });
  });

  it('is neither deleted nor renamed while a route uses it', async () => {
    const { ModelId } = await create();
    await use('Message');
    const deletion = served.v2.send(new DeleteModelCommand({ ApiId, ModelId }));
    await expect(deletion).rejects.toBeInstanceOf(ConflictException);
    const renamed = served.v2.send(new UpdateModelCommand({ ApiId, ModelId, Name: 'Other' }));
    await expect(renamed).rejects.toBeInstanceOf(ConflictException);
  });

  it('can change its schema while a route uses it', async () => {
    const { ModelId } = await create();
    await use('Message');
    const updated = await served.v2.send(new UpdateModelCommand({ ApiId, ModelId, Schema: '{}' }));
    expect(updated).toMatchObject({ Name: 'Message', Schema: '{}' });
  });

  it('does not return a deleted model', async () => {
    const { ModelId } = await create();
    await served.v2.send(new DeleteModelCommand({ ApiId, ModelId }));
    const get = served.v2.send(new GetModelCommand({ ApiId, ModelId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
  });

  it('returns 409 for a name that the API already has', async () => {
    await create();
    await expect(create()).rejects.toBeInstanceOf(ConflictException);
  });

  it('generates a template with every property', async () => {
    const { ModelId } = await create();
    const { Value = '' } = await served.v2.send(new GetModelTemplateCommand({ ApiId, ModelId }));
    const [assignment, ...sample] = Value.split('\n');
    expect(assignment).toBe("#set($inputRoot = $input.path('$'))");
    expect(JSON.parse(sample.join('\n'))).toEqual({ action: 'foo', tags: [42] });
  });

  it.each([
    ['without a name', { name: undefined }],
    ['with a name that has a hyphen', { name: 'my-model' }],
    ['without a schema', { schema: undefined }],
    ['with a schema that is not JSON', { schema: '{type:object}' }],
    ['with a schema that is not an object', { schema: '[]' }],
    ['with a type that draft 4 does not have', { schema: '{"type":"text"}' }],
    ['with a keyword in the form of a later draft', { schema: '{"exclusiveMinimum":1}' }],
    ['with a pattern that is not a regular expression', { schema: '{"pattern":"("}' }],
    ['with a reference without a target', { schema: '{"$ref":"#/definitions/message"}' }],
    ['of a later draft', { schema: '{"$schema":"http://json-schema.org/draft-07/schema#"}' }],
    ['with a schema nested 101 levels deep', { schema: `${'{"not":'.repeat(101)}{}${'}'.repeat(101)}` }],
    ['with a schema nested beyond reason', { schema: `${'{"not":'.repeat(4000)}{}${'}'.repeat(4000)}` }],
    ['with a schema of more than 32 KB', { schema: `{"title":"${'x'.repeat(32 * 1024)}"}` }],
  ])('refuses a model %s', async (_, flaw) => {
    const response = await served.send('POST', `/v2/apis/${ApiId}/models`, {
      name: 'Message',
      schema: '{}',
      ...flaw,
    });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });
});
