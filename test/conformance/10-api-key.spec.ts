import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  type ThrottleSettings,
} from '@aws-sdk/client-api-gateway';
import { CreateAuthorizerCommand } from '@aws-sdk/client-apigatewayv2';
import { describe, expect, it } from 'vitest';
import { refusedHandshake } from '../support/web-socket-client.js';
import { ApiUnderTest, startBackend } from './api-under-test.js';
import { FunctionBackend, type LambdaEvent } from './function-backend.js';
import { hasFunction, isOwnStandIn } from './target.js';

const IDENTITY = {
  'integration.request.header.key': 'context.identity.apiKey',
  'integration.request.header.key-id': 'context.identity.apiKeyId',
};

/** An API whose $connect asks for an API key, and one that its usage plan lets in. */
async function withKey(throttle?: ThrottleSettings) {
  const backend = await startBackend();
  const api = await ApiUnderTest.deployed({
    $connect: { ApiKeyRequired: true },
    $default: { integration: { IntegrationUri: backend.publicUrl, RequestParameters: IDENTITY } },
  });
  const { key, keyId } = await addKey(api, throttle);
  return {
    api,
    backend,
    key,
    keyId,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

/** A key that opens the stage of an API that is deployed, by a usage plan. */
async function addKey(api: ApiUnderTest, throttle?: ThrottleSettings) {
  const key = await api.rest.send(new CreateApiKeyCommand({ name: 'conformance', enabled: true }));
  const plan = await api.rest.send(
    new CreateUsagePlanCommand({
      name: 'conformance',
      apiStages: [{ apiId: api.apiId, stage: api.target.stage }],
      ...(throttle && { throttle }),
    }),
  );
  await api.rest.send(
    new CreateUsagePlanKeyCommand({ usagePlanId: plan.id, keyId: key.id, keyType: 'API_KEY' }),
  );
  return { key: key.value!, keyId: key.id! };
}

it.each(['$default', 'join'])(
  '§10 an API key can be required on %s, where it is not checked: C11 [test]',
  async (routeKey) => {
    await using backend = await startBackend();
    await using api = await ApiUnderTest.deployed({
      [routeKey]: { ApiKeyRequired: true, integration: { IntegrationUri: backend.publicUrl } },
    });
    using client = await api.open();
    client.send('{"action":"join"}');
    expect((await backend.next()).body).toBe('{"action":"join"}');
  },
);

describe('§10 a $connect route that requires an API key', () => {
  it('refuses a handshake without one with 403 [documented]', async () => {
    await using on = await withKey();
    expect((await refusedHandshake(on.api.webSocketUrl)).status).toBe(403);
  });

  it('refuses one that it does not know with 403 [documented]', async () => {
    await using on = await withKey();
    const refused = await refusedHandshake(on.api.webSocketUrl, { headers: { 'x-api-key': 'x'.repeat(40) } });
    expect(refused.status).toBe(403);
  });

  it('admits one in the header x-api-key, and asks for none afterwards [documented]', async () => {
    await using on = await withKey();
    using client = await on.api.open({ headers: { 'x-api-key': on.key } });
    client.send('hello');
    expect((await on.backend.next()).body).toBe('hello');
  });

  it('§4 gives identity.apiKey and identity.apiKeyId to be mapped [documented]', async () => {
    await using on = await withKey();
    using client = await on.api.open({ headers: { 'x-api-key': on.key } });
    client.send('hello');
    expect((await on.backend.next()).headers).toMatchObject({ key: on.key, 'key-id': on.keyId });
  });

  // AWS applies throttles as well as it can, and promises no number
  it.runIf(isOwnStandIn)(
    '(stand-in only: AWS throttles by best effort) refuses one whose usage plan is used up with 429 [documented]',
    async () => {
      await using on = await withKey({ burstLimit: 1, rateLimit: 0.001 });
      const headers = { 'x-api-key': on.key };
      using client = await on.api.open({ headers });
      expect(client.socket.readyState).toBe(client.socket.OPEN);
      expect((await refusedHandshake(on.api.webSocketUrl, { headers })).status).toBe(429);
    },
  );

  it.runIf(hasFunction)(
    'admits the one that its authorizer gives as usageIdentifierKey, and not the header’s [documented]',
    async () => {
      await using lambda = await FunctionBackend.start();
      await using api = await ApiUnderTest.create({
        api: { ApiKeySelectionExpression: '$context.authorizer.usageIdentifierKey' },
        standIn: { functions: lambda.functions },
      });
      const { AuthorizerId } = await api.control.send(
        new CreateAuthorizerCommand({
          ApiId: api.apiId,
          Name: 'authorizer',
          AuthorizerType: 'REQUEST',
          AuthorizerUri: api.functionUri,
          IdentitySource: ['route.request.querystring.key'],
        }),
      );
      await api.createRoute('$connect', { AuthorizationType: 'CUSTOM', AuthorizerId, ApiKeyRequired: true });
      await api.deploy();
      const { key } = await addKey(api);
      lambda.handler = ({ methodArn, queryStringParameters }: LambdaEvent) => ({
        principalId: 'ann',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn as string }],
        },
        usageIdentifierKey: queryStringParameters.key as string,
      });
      using client = await api.open({ query: `?key=${key}` });
      expect(client.socket.readyState).toBe(client.socket.OPEN);
      const headers = { 'x-api-key': key };
      const refused = await refusedHandshake(`${api.webSocketUrl}?key=${'x'.repeat(40)}`, { headers });
      expect(refused.status).toBe(403);
    },
  );
});
