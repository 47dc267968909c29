import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deployLocally, LOCAL_STAGE } from '../../src/deploy/local.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { TokenIssuer } from '../support/token-issuer.js';
import { refusedHandshake, WebSocketClient } from '../support/web-socket-client.js';

/** Who a client is, from its handshake on: gateway and service as processes of their own, with an issuer of tokens. */
let dataDir: string;
let issuer: TokenIssuer;
let gateway: SpawnedProgram;
let service: SpawnedProgram;
let serviceUrl: string;
let gatewayUrl: string;
const gatewaySecret = 'a-secret-of-32-characters-for-test';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  issuer = await TokenIssuer.start();
  ({ program: gateway, url: gatewayUrl } = await SpawnedProgram.listening('gateway/main.js', [
    '--port',
    '0',
  ]));
  ({ program: service, url: serviceUrl } = await startService('0'));
  await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret });
});

afterEach(async () => {
  await gateway.kill('SIGTERM');
  await service.kill('SIGTERM');
  await issuer[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

const startService = async (port: string, authentication: NodeJS.ProcessEnv = issuer.settings) =>
  SpawnedProgram.listening('service/main.js', [], {
    PORT: port,
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    GATEWAY_SECRET: gatewaySecret,
    WS_API_ENDPOINT: `${gatewayUrl}/${LOCAL_STAGE}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...authentication,
  });

const url = (token?: string) =>
  `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}${token === undefined ? '' : `?token=${token}`}`;

const joinChannel = async (client: WebSocketClient, channel: string) => {
  client.send({ action: 'join', channel });
  expect(await client.next()).toMatchObject({ type: 'joined', channel });
};

it('lets in who has a token in the URL, and tells others who published', async () => {
  using alice = await WebSocketClient.open(url(await issuer.token({ sub: 'alice' })));
  using bob = await WebSocketClient.open(url(await issuer.token({ sub: 'bob' })));
  await joinChannel(alice, 'news');
  await joinChannel(bob, 'news');
  alice.send({ action: 'publish', channel: 'news', data: 'hello' });
  for (const client of [alice, bob]) {
    expect(await client.next()).toMatchObject({ type: 'message', data: 'hello', user: 'alice' });
  }
  expect(await alice.next()).toMatchObject({ type: 'published' });
});

it('lets in who has a token in a sub-protocol, and names the other one back', async () => {
  const protocols = ['backchannel', `token.${await issuer.token({ sub: 'alice' })}`];
  using alice = await WebSocketClient.open(url(), { protocols });
  expect(alice.socket.protocol).toBe('backchannel');
  await joinChannel(alice, 'news');
  alice.send({ action: 'presence', channel: 'news' });
  expect(await alice.next()).toMatchObject({ data: { members: [{ userId: 'alice' }] } });
});

it('refuses everybody else before the 101', async () => {
  const expired = await issuer.token({ exp: 1 });
  expect(await refusedHandshake(url())).toMatchObject({ status: 401 });
  expect(await refusedHandshake(url(expired))).toMatchObject({ status: 401 });
  expect(await refusedHandshake(url(await issuer.token({ sub: '' })))).toMatchObject({ status: 403 });
  expect(await refusedHandshake(url(), { protocols: ['backchannel', `token.${expired}`] })).toMatchObject({
    status: 401,
  });
  expect(service.stdout.join()).not.toContain(expired.split('.')[2]);
});

it('still knows who is who after a SIGKILL of the service', async () => {
  using alice = await WebSocketClient.open(url(await issuer.token({ sub: 'alice' })));
  using bob = await WebSocketClient.open(url(await issuer.token({ sub: 'bob' })));
  await joinChannel(alice, 'news');
  await service.kill('SIGKILL');
  ({ program: service } = await startService(new URL(serviceUrl).port));
  // alice may be told that the answer to her message was lost, bob has sent none yet
  await joinChannel(bob, 'news');
  bob.send({ action: 'presence', channel: 'news' });
  const presence = (await bob.next()) as { data: { members: { userId: string }[] } };
  expect(presence.data.members.map(({ userId }) => userId).toSorted()).toEqual(['alice', 'bob']);
});

it('tells a connection that its store has lost to connect again', async () => {
  using alice = await WebSocketClient.open(url(await issuer.token({ sub: 'alice' })));
  await service.kill('SIGTERM');
  await rm(dataDir, { recursive: true });
  ({ program: service } = await startService(new URL(serviceUrl).port));
  alice.send({ action: 'join', channel: 'news', id: 1 });
  expect(await alice.next()).toMatchObject({ type: 'error', id: 1, code: 'unknown_connection' });
});

it('passes on nobody that a client claims to be, without an authorizer', async () => {
  await service.kill('SIGTERM');
  ({ program: service } = await startService(new URL(serviceUrl).port, { AUTH: 'authorizer' }));
  expect(await refusedHandshake(url(), { headers: { UserId: 'root' } })).toMatchObject({ status: 401 });
});
