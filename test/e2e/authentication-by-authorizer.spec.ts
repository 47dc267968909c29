import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deployLocally, LOCAL_STAGE } from '../../src/deploy/local.js';
import { FunctionModule } from '../support/function-module.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { refusedHandshake, WebSocketClient } from '../support/web-socket-client.js';

/** A Lambda function as one would write it for API Gateway: it knows two users by their tokens. */
const AUTHORIZER = `
const users = { 'token-of-alice': 'alice', 'token-of-bob': 'bob' };
export const handler = async ({ queryStringParameters, methodArn }) => {
  const user = users[queryStringParameters?.token];
  const Effect = user ? 'Allow' : 'Deny';
  return {
    principalId: user ?? 'nobody',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: methodArn }],
    },
  };
};`;

/** The gateway with a Lambda authorizer, and the service with `AUTH=authorizer`. */
it('takes who a client is from the authorizer, and from nobody else', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'backchannel-'));
  using authorizer = new FunctionModule(AUTHORIZER);
  const gatewaySecret = 'a-secret-of-32-characters-for-test';
  const flags = ['--port', '0', '--function', `who=${authorizer.file}`];
  const { program: gateway, url: gatewayUrl } = await SpawnedProgram.listening('gateway/main.js', flags);
  await using programs = new AsyncDisposableStack();
  programs.use(gateway);
  const { program: service, url: serviceUrl } = await SpawnedProgram.listening('service/main.js', [], {
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: folder.path,
    GATEWAY_SECRET: gatewaySecret,
    AUTH: 'authorizer',
    WS_API_ENDPOINT: `${gatewayUrl}/${LOCAL_STAGE}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  programs.use(service);
  const identitySource = ['route.request.querystring.token'];
  await deployLocally({
    gatewayUrl,
    serviceUrl,
    gatewaySecret,
    authorizer: { functionName: 'who', identitySource },
  });
  const url = `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`;

  expect(await refusedHandshake(url)).toMatchObject({ status: 401 });
  expect(await refusedHandshake(`${url}?token=of-nobody`)).toMatchObject({ status: 403 });
  using alice = await WebSocketClient.open(`${url}?token=token-of-alice`);
  using bob = await WebSocketClient.open(`${url}?token=token-of-bob`, { headers: { UserId: 'alice' } });
  for (const client of [alice, bob]) {
    client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  bob.send({ action: 'publish', channel: 'news', data: 'hello' });
  expect(await alice.next()).toMatchObject({ type: 'message', data: 'hello', user: 'bob' });
});
