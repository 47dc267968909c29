import { CreateModelCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { type RouteSpec } from '../support/deployed-api.js';
import { ApiUnderTest, startBackend } from './api-under-test.js';

const SCHEMA = JSON.stringify({
  $schema: 'http://json-schema.org/draft-04/schema#',
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', maxLength: 5 } },
});

/** An API whose route `$default` holds messages to a model. */
async function withModel(route: Partial<RouteSpec>) {
  const backend = await startBackend();
  const api = await ApiUnderTest.create();
  await api.control.send(
    new CreateModelCommand({
      ApiId: api.apiId,
      Name: 'message',
      ContentType: 'application/json',
      Schema: SCHEMA,
    }),
  );
  await api.createRoute('$default', { ...route, integration: { IntegrationUri: backend.publicUrl } });
  await api.deploy();
  const client = await api.open();
  return {
    backend,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

describe('§6 a message that is not what the route’s model says', () => {
  const route = { ModelSelectionExpression: '\\$default', RequestModels: { $default: 'message' } };

  it('is answered with Bad request body, connectionId and messageId, and goes nowhere [documented]', async () => {
    await using on = await withModel(route);
    on.client.send({ text: 'too long' });
    expect(await on.client.nextText()).toMatch(
      /^\{"message" : "Bad request body", "connectionId": "[\w-]+=+", "messageId": "[\w-]+=+"\}$/,
    );
    expect(on.backend.unexpected).toEqual([]);
  });

  it('does not keep the next one from going through [documented]', async () => {
    await using on = await withModel(route);
    on.client.send({});
    await on.client.next();
    on.client.send({ text: 'short' });
    expect((await on.backend.next()).body).toBe('{"text":"short"}');
  });

  it('is selected by ModelSelectionExpression [documented]', async () => {
    await using on = await withModel({
      ModelSelectionExpression: '$request.body.kind',
      RequestModels: { chat: 'message' },
    });
    on.client.send({ kind: 'chat' });
    expect(await on.client.next()).toMatchObject({ message: 'Bad request body' });
    on.client.send({ kind: 'game' });
    expect((await on.backend.next()).body).toBe('{"kind":"game"}');
  });
});
