import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Answer } from '../support/connections-endpoint.js';
import { startServiceProgram } from '../support/service-program.js';
import { SpawnedProgram } from '../support/spawned-program.js';

it.each(['SIGINT', 'SIGTERM'] as const)('logs where it listens, and stops in order on %s', async (signal) => {
  await using service = await startServiceProgram();
  const { program, url, endpoint } = service;
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  expect(await program.kill(signal)).toBe(0);
  expect(service.lines()).toMatchObject([
    { level: 'info', msg: 'listening', url, store: 'embedded', wsApiEndpoint: endpoint.url },
    { level: 'info', msg: 'stopping', reason: signal },
    { level: 'info', msg: 'stopped' },
  ]);
  // not even Node's warning that SQLite is experimental
  expect(program.stderr).toEqual([]);
});

it('stops when its parent ends', async () => {
  await using service = await startServiceProgram();
  service.program.disconnect();
  expect(await service.program.exit).toBe(0);
  expect(service.lines().at(-1)).toMatchObject({ msg: 'stopped' });
});

it('responds to the request in flight before it stops', async () => {
  await using service = await startServiceProgram();
  const { program, url, endpoint } = service;
  const { promise: isCalled, resolve: call } = Promise.withResolvers<void>();
  const { promise: callbackAnswer, resolve: answerCallback } = Promise.withResolvers<Answer>();
  endpoint.answer = () => {
    call();
    return callbackAnswer;
  };
  const answer = fetch(`${url}/message`, {
    method: 'POST',
    headers: { ConnectionId: 'a=' },
    body: '{"action":"ping"}',
  });
  await isCalled;
  program.signal('SIGTERM');
  await program.prints('"stopping"');
  answerCallback('accepted');
  expect((await answer).status).toBe(200);
  expect((await answer).headers.get('connection')).toBe('close');
  expect(await program.exit).toBe(0);
});

it('does not wait for a connection without a request', async () => {
  await using service = await startServiceProgram();
  const unused = connect(Number(new URL(service.url).port), '127.0.0.1');
  unused.on('error', () => {});
  await once(unused, 'connect');
  expect(await service.program.kill('SIGTERM')).toBe(0);
  unused.destroy();
});

/** Runs the service with settings with which it cannot start. @returns its exit code and output */
async function failToStart(settings: NodeJS.ProcessEnv) {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'backchannel-'));
  await using program = SpawnedProgram.run('service/main.js', [], {
    PORT: '0',
    WS_API_ENDPOINT: 'http://127.0.0.1:9/dev',
    DATA_DIR: folder.path,
    ...settings,
  });
  const code = await program.exit;
  return { code, stderr: program.stderr, stdout: program.stdout };
}

it('cannot start on a port that is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const ended = await failToStart({ PORT: String(port) });
  other.close();
  expect(ended).toEqual({
    code: 1,
    stderr: [expect.stringMatching(new RegExp(`${port}.*in use.*PORT`))],
    stdout: [],
  });
});

it('cannot start on an address of another machine', async () => {
  const ended = await failToStart({ HOST: '192.0.2.1', GATEWAY_SECRET: 'a-secret-of-the-gateway' });
  expect(ended).toMatchObject({ code: 1, stderr: [expect.stringContaining('HOST')] });
});

it('cannot start with wrong settings, and prints a line for each', async () => {
  expect(await failToStart({ PORT: 'x', LOG_LEVEL: 'x' })).toEqual({
    code: 1,
    stderr: [expect.stringContaining('PORT=x'), expect.stringContaining('LOG_LEVEL=x')],
    stdout: [],
  });
});

it('cannot start with a removed or misspelt setting, and prints a line for each', async () => {
  expect(await failToStart({ FANOUT_POLL_MS: '100', CALLBACK_CONCURENCY: '16' })).toEqual({
    code: 1,
    stderr: [
      expect.stringMatching(/cannot start: FANOUT_POLL_MS is no longer a setting/),
      expect.stringMatching(/CALLBACK_CONCURENCY is not a setting: did you mean CALLBACK_CONCURRENCY\?$/),
    ],
    stdout: [],
  });
});

it('logs a warning for a variable that may be a misspelt setting, and starts', async () => {
  await using service = await startServiceProgram({ CALLBACK_URL: 'https://shop.example/pass-word' });
  expect(service.lines()).toMatchObject([
    { level: 'warn', msg: 'variable is no setting', variable: 'CALLBACK_URL' },
    { msg: 'listening' },
  ]);
  expect(service.program.stdout.join()).not.toContain('pass-word');
});

it('cannot start without credentials for callbacks to AWS, and prints one line', async () => {
  const settings = {
    WS_API_ENDPOINT: 'https://abc.execute-api.eu-central-1.amazonaws.com/prod',
    AWS_PROFILE: 'work',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  expect(await failToStart(settings)).toEqual({
    code: 1,
    stderr: [expect.stringMatching(/AWS credentials.*WS_API_ENDPOINT=https:.*AWS_PROFILE is work/)],
    stdout: [],
  });
});

it('cannot start while DynamoDB is unavailable, and prints one line', async () => {
  const settings = { STORE: 'dynamodb', DYNAMODB_TABLE: 'table', DYNAMODB_ENDPOINT: 'http://127.0.0.1:9' };
  expect(await failToStart(settings)).toEqual({
    code: 1,
    stderr: [expect.stringMatching(/DYNAMODB_TABLE=table with DYNAMODB_ENDPOINT=.*ECONNREFUSED/)],
    stdout: [],
  });
});

// why else a folder may be refused: test/nest/store/embedded.store.spec.ts
it('fails to start with one line when DATA_DIR is a file', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'backchannel-'));
  await writeFile(join(folder.path, 'file'), '');
  expect(await failToStart({ DATA_DIR: join(folder.path, 'file') })).toEqual({
    code: 1,
    stderr: [expect.stringMatching(/DATA_DIR=.*file: .*a file stands.*EEXIST/)],
    stdout: [],
  });
});

it('ends at once when it is stopped before the store has responded', async () => {
  await using silent = await silentServer();
  await using program = SpawnedProgram.run('service/main.js', [], {
    PORT: '0',
    WS_API_ENDPOINT: 'http://127.0.0.1:9/dev',
    STORE: 'redis',
    REDIS_URL: `redis://127.0.0.1:${silent.port}`,
    STORE_TIMEOUT_MS: '20000',
  });
  await silent.connected;
  expect(await program.kill('SIGTERM')).toBe(0);
  expect(program.stderr).toEqual([expect.stringMatching(/stopped before it listened \(SIGTERM\)/)]);
});

/** A server that accepts connections and says nothing. */
async function silentServer() {
  const sockets: Socket[] = [];
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    connected,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
