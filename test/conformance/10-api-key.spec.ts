import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { describe, expect, it } from 'vitest';
import { refusedHandshake } from '../support/web-socket-client.js';
import { ApiUnderTest, startBackend } from './api-under-test.js';

/** An API whose $connect asks for an API key, and one that its usage plan lets in. */
async function withKey() {
  const backend = await startBackend();
  const api = await ApiUnderTest.deployed({
    $connect: { ApiKeyRequired: true },
    $default: { integration: { IntegrationUri: backend.publicUrl } },
  });
  const key = await api.rest.send(new CreateApiKeyCommand({ name: 'conformance', enabled: true }));
  const plan = await api.rest.send(
    new CreateUsagePlanCommand({
      name: 'conformance',
      apiStages: [{ apiId: api.apiId, stage: api.target.stage }],
    }),
  );
  await api.rest.send(
    new CreateUsagePlanKeyCommand({ usagePlanId: plan.id, keyId: key.id, keyType: 'API_KEY' }),
  );
  return {
    api,
    backend,
    key: key.value!,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

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
});
