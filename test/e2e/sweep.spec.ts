import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deployLocally, LOCAL_STAGE } from '../../src/deploy/local.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';

const gatewaySecret = 'a-secret-of-32-characters-for-test';

it('finds the client whose $disconnect never came, and tells the others that it has left', async () => {
  await using stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  stack.defer(() => rm(dataDir, { recursive: true }));
  const gateway = await SpawnedProgram.listening('gateway/main.js', ['--port', '0']);
  stack.use(gateway.program);
  const service = await SpawnedProgram.listening('service/main.js', [], {
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    GATEWAY_SECRET: gatewaySecret,
    WS_API_ENDPOINT: `${gateway.url}/${LOCAL_STAGE}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    MEMBER_NOTICES: '*',
    SWEEP_SECONDS: '1',
    SWEEP_IDLE_SECONDS: '1',
  });
  stack.use(service.program);
  await deployLocally({ gatewayUrl: gateway.url, serviceUrl: service.url, gatewaySecret });
  const url = `${gateway.url.replace('http', 'ws')}/${LOCAL_STAGE}?token=demo`;
  const [alice, bob] = await Promise.all([WebSocketClient.open(url), WebSocketClient.open(url)]);
  stack.defer(() => alice[Symbol.dispose]());
  for (const client of [alice, bob]) {
    client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  expect(await alice.next()).toMatchObject({ type: 'member', data: { event: 'joined' } });
  await fetch(`${gateway.url}/_gateway/faults`, { method: 'PUT', body: '{"disconnect":"drop"}' });

  bob[Symbol.dispose]();

  expect(await alice.next()).toMatchObject({ type: 'member', channel: 'news', data: { event: 'left' } });
  expect(service.program.stdout.some((line) => line.includes('"disconnected"'))).toBe(false);
  // the one who is there stays
  alice.send({ action: 'presence', channel: 'news' });
  expect(await alice.next()).toMatchObject({ type: 'presence', data: { count: 1 } });
});
