import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deployLocally, LOCAL_STAGE } from '../../src/deploy/local.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** Both programs with `REPLIES=response`: answers come by a route response, what is published by callback. */
it('answers by the route response, and publishes by callback', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'backchannel-'));
  const gatewaySecret = 'a-secret-of-32-characters-for-test';
  const { program: gateway, url: gatewayUrl } = await SpawnedProgram.listening('gateway/main.js', [
    '--port',
    '0',
  ]);
  await using programs = new AsyncDisposableStack();
  programs.use(gateway);
  const { program: service, url: serviceUrl } = await SpawnedProgram.listening('service/main.js', [], {
    PORT: '0',
    HOST: '127.0.0.1',
    DATA_DIR: folder.path,
    GATEWAY_SECRET: gatewaySecret,
    REPLIES: 'response',
    WS_API_ENDPOINT: `${gatewayUrl}/${LOCAL_STAGE}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  programs.use(service);
  await deployLocally({ gatewayUrl, serviceUrl, gatewaySecret, replies: 'response' });
  const url = `${gatewayUrl.replace('http', 'ws')}/${LOCAL_STAGE}`;
  using alice = await WebSocketClient.open(url);
  using bob = await WebSocketClient.open(url);

  alice.send({ action: 'ping', id: 1 });
  expect(await alice.next()).toEqual({ type: 'pong', id: 1 });
  alice.send('hello');
  expect(await alice.next()).toMatchObject({ type: 'error', code: 'not_json' });
  for (const client of [alice, bob]) {
    client.send({ action: 'join', channel: 'news' });
    expect(await client.next()).toMatchObject({ type: 'joined' });
  }
  alice.send({ action: 'publish', id: 2, channel: 'news', data: 'hello' });
  expect(await bob.next()).toMatchObject({ type: 'message', data: 'hello' });
  const both = [await alice.next(), await alice.next()] as { readonly type: string }[];
  expect(both.map(({ type }) => type).toSorted()).toEqual(['message', 'published']);
  expect([...alice.unexpected, ...bob.unexpected]).toEqual([]);
});
