import { expect, it } from 'vitest';
import { FunctionModule } from '../support/function-module.js';
import { LocalPrograms } from '../support/local-programs.js';
import { refusedHandshake } from '../support/web-socket-client.js';

/** A typical Lambda authorizer: it knows two users by their tokens. */
const AUTHORIZER = `
const users = { 'token-of-alice': 'alice', 'token-of-bob': 'bob' };
export const handler = async ({ queryStringParameters, methodArn }) => {
  const user = users[queryStringParameters?.token];
  const Effect = user ? 'Allow' : 'Deny';
  return {
    principalId: user ?? 'unknown',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: methodArn }],
    },
  };
};`;

/** The gateway with a Lambda authorizer, and the service with `AUTH=authorizer`. */
it('takes the user of a client from the authorizer only', async () => {
  using authorizer = new FunctionModule(AUTHORIZER);
  const identitySource = ['route.request.querystring.token'];
  await using programs = await LocalPrograms.start({
    settings: { AUTH: 'authorizer' },
    gatewayFlags: ['--function', `who=${authorizer.file}`],
    values: { authorizer: { functionName: 'who', identitySource } },
  });

  expect(await refusedHandshake(programs.url())).toMatchObject({ status: 401 });
  expect(await refusedHandshake(programs.url('unknown-token'))).toMatchObject({ status: 403 });
  using alice = await programs.open('token-of-alice');
  using bob = await programs.open('token-of-bob', { headers: { UserId: 'alice' } });
  for (const client of [alice, bob]) {
    client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  bob.send({ action: 'publish', channel: 'news', data: 'hello' });
  expect(await alice.next()).toMatchObject({ type: 'message', data: 'hello', user: 'bob' });
});
