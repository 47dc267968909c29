import { describe, expect, it } from 'vitest';
import { CONNECTION_ID } from '../support/deployed-api.js';
import { ApiUnderTest, connectionIdOf, startBackend } from './api-under-test.js';
import { CALLER, signedOnly } from './stand-in-permissions.js';
import { isAws, isOwnStandIn } from './target.js';

async function connected(resource: string, denied?: string) {
  const backend = await startBackend();
  const api = await ApiUnderTest.deployed(
    { $connect: { integration: { IntegrationUri: backend.publicUrl, RequestParameters: CONNECTION_ID } } },
    { standIn: signedOnly(resource, denied) },
  );
  const client = await api.open();
  const connectionId = connectionIdOf(await backend.next());
  return {
    api,
    connectionId,
    path: `/@connections/${encodeURIComponent(connectionId)}`,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await api[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
  };
}

const ANY = '*';

describe.runIf(isAws || isOwnStandIn)('§8 a call of @connections', () => {
  it('that is not signed is 403 Missing Authentication Token [observed]', async () => {
    await using on = await connected(ANY);
    const response = await fetch(on.api.connectionUrl(on.connectionId));
    expect([response.status, await response.text()]).toEqual([
      403,
      '{"message":"Missing Authentication Token"}',
    ]);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });

  it('that is signed is answered [documented]', async () => {
    await using on = await connected(ANY);
    expect((await on.api.callback(on.path)).status).toBe(200);
  });
});

// the suite cannot take permissions from its own credentials on AWS
describe.runIf(isOwnStandIn)(
  '§8 (stand-in only: it is given policies) permission to call @connections',
  () => {
    const api = 'arn:aws:execute-api:us-east-1:*:*';

    it.each([
      ['the literal text {connectionId}', `${api}/dev/POST/@connections/{connectionId}`],
      ['everything of the API', 'arn:aws:execute-api:us-east-1:*:*/*'],
      ['everything of the stage', `${api}/dev/*`],
    ])('is given by a policy for %s [observed]', async (_, resource) => {
      await using on = await connected(resource);
      expect((await on.api.callback(on.path, { method: 'POST', body: 'x' })).status).toBe(200);
    });

    it.each([
      ['the documented path without a wildcard', '/dev/POST/@connections'],
      ['an exact connection id', '/dev/POST/@connections/gbgBEG6oLQAYKEhVEA=='],
      ['another verb', '/dev/GET/@connections/*'],
      ['another stage', '/other/*'],
    ])('is not given by a policy for %s [observed]', async (_, resource) => {
      await using on = await connected(`arn:aws:execute-api:us-east-1:000000000000:??????????${resource}`);
      const response = await on.api.callback(on.path, { method: 'POST', body: 'x' });
      expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
        403,
        'AccessDeniedException',
      ]);
    });

    it('for GET only lets the caller read a connection and not post to it: C12 [observed]', async () => {
      await using on = await connected(`${api}/dev/GET/@connections/*`);
      expect((await on.api.callback(on.path)).status).toBe(200);
      expect((await on.api.callback(on.path, { method: 'POST', body: 'x' })).status).toBe(403);
      expect((await on.api.callback(on.path, { method: 'DELETE' })).status).toBe(403);
    });

    it('that is denied explicitly is reported as such: C12 [observed]', async () => {
      await using on = await connected(ANY, ANY);
      const response = await on.api.callback(on.path, { method: 'POST', body: 'x' });
      const { Message } = (await response.json()) as { Message: string };
      expect(Message).toMatch(/ with an explicit deny in a session policy$/);
    });

    it('that is missing is reported with a capital Message, a masked account and the literal {connectionId} [observed]', async () => {
      await using on = await connected('arn:aws:execute-api:us-east-1:*:none/*');
      const response = await on.api.callback(on.path, { method: 'POST', body: 'x' });
      const { Message } = (await response.json()) as { Message: string };
      expect(Message).toContain(
        `User: ${CALLER} is not authorized to perform: execute-api:ManageConnections on resource: ` +
          `arn:aws:execute-api:us-east-1:********0000:${on.api.apiId}/dev/POST/@connections/{connectionId} because no `,
      );
    });

    it('is checked after the id: an invalid id gets 400 without it [observed]', async () => {
      await using on = await connected('arn:aws:execute-api:us-east-1:*:none/*');
      const response = await on.api.callback('/@connections/AAAAAAAAAAAAAAA%3D');
      expect([response.status, await response.text()]).toEqual([
        400,
        '{"message":"Invalid connectionId: AAAAAAAAAAAAAAA="}',
      ]);
    });
  },
);
