import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Answer, ConnectionsEndpoint } from '../support/connections-endpoint.js';
import { type LogLine } from '../support/service-app.js';

/** The compiled service as its own process: what is started in production. */
const main = join(
  process.env.BACKCHANNEL_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url)),
  'service/main.js',
);

async function run(settings: NodeJS.ProcessEnv, withIpc = false) {
  const dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
  const env = { PORT: '0', WS_API_ENDPOINT: 'http://127.0.0.1:9/dev', DATA_DIR: dataDir, ...settings };
  const child = withIpc ? fork(main, { env, silent: true }) : spawn(process.execPath, [main], { env });
  const lines: LogLine[] = [];
  const output = createInterface({ input: child.stdout! }).on('line', (line) =>
    lines.push(JSON.parse(line) as LogLine),
  );
  const ended = Promise.all([once(child, 'exit'), text(child.stderr!), once(output, 'close')]);
  /** The line with this message, which may be still to come. */
  const logged = async (msg: string): Promise<LogLine> => {
    for (;;) {
      const line = lines.find((candidate) => candidate['msg'] === msg);
      if (line) return line;
      await once(output, 'line');
    }
  };
  return {
    process: child,
    dataDir,
    /** What was logged so far. */
    lines,
    logged,
    url: async () => String((await logged('listening'))['url']),
    /** How it ended: to be waited for. */
    async end(): Promise<{ code: number | null; stderr: string }> {
      const [[code], stderr] = await ended;
      return { code: code as number | null, stderr };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(dataDir, { recursive: true });
    },
  };
}

it.each(['SIGINT', 'SIGTERM'] as const)('says where it listens, and stops in order on %s', async (signal) => {
  await using service = await run({});
  const url = await service.url();
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  service.process.kill(signal);
  const { code, stderr } = await service.end();
  expect(code).toBe(0);
  expect(service.lines).toMatchObject([
    { level: 'info', msg: 'listening', url, store: 'embedded', wsApiEndpoint: 'http://127.0.0.1:9/dev' },
    { level: 'info', msg: 'stopping', reason: signal },
    { level: 'info', msg: 'stopped' },
  ]);
  // not even Node's warning that SQLite is experimental
  expect(stderr).toBe('');
});

it('tells its parent when it is ready, and ends with it', async () => {
  await using service = await run({}, true);
  expect(await once(service.process, 'message')).toEqual([{ listening: await service.url() }, undefined]);
  service.process.disconnect();
  expect((await service.end()).code).toBe(0);
  expect(service.lines.at(-1)).toMatchObject({ msg: 'stopped' });
});

it('answers the request that is under way before it stops', async () => {
  await using endpoint = await ConnectionsEndpoint.start();
  const { promise: isCalled, resolve: call } = Promise.withResolvers<void>();
  const { promise: callbackAnswer, resolve: answerCallback } = Promise.withResolvers<Answer>();
  endpoint.answer = () => {
    call();
    return callbackAnswer;
  };
  await using service = await run({ WS_API_ENDPOINT: endpoint.url, ...CREDENTIALS });
  const url = await service.url();
  const answer = fetch(`${url}/message`, {
    method: 'POST',
    headers: { ConnectionId: 'a=' },
    body: '{"action":"ping"}',
  });
  await isCalled;
  service.process.kill('SIGTERM');
  await service.logged('stopping');
  answerCallback('accepted');
  expect((await answer).status).toBe(200);
  expect((await answer).headers.get('connection')).toBe('close');
  expect((await service.end()).code).toBe(0);
});

it('does not wait for a connection that carries no request', async () => {
  await using service = await run({});
  const unused = connect(Number(new URL(await service.url()).port), '127.0.0.1');
  unused.on('error', () => {});
  await once(unused, 'connect');
  service.process.kill('SIGTERM');
  expect((await service.end()).code).toBe(0);
  unused.destroy();
});

it('cannot start on a port that is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await using service = await run({ PORT: String(port) });
  const { code, stderr } = await service.end();
  other.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^[^\\n]*${port}[^\\n]*in use[^\\n]*PORT[^\\n]*\\n$`));
  expect(service.lines).toEqual([]);
});

it('cannot start on an address of another machine', async () => {
  await using service = await run({ HOST: '192.0.2.1', GATEWAY_SECRET: 'a-secret-of-the-gateway' });
  const { code, stderr } = await service.end();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[^\n]*HOST[^\n]*\n$/);
});

it('cannot start with wrong settings, and tells each in a line', async () => {
  await using service = await run({ PORT: 'x', LOG_LEVEL: 'x' });
  const { code, stderr } = await service.end();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[^\n]*PORT=x[^\n]*\n[^\n]*LOG_LEVEL=x[^\n]*\n$/);
  expect(service.lines).toEqual([]);
});

it('cannot start without a folder to write to', async () => {
  await using folder = await run({});
  const file = join(folder.dataDir, 'file');
  await writeFile(file, '');
  await using service = await run({ DATA_DIR: join(file, 'data') });
  const { code, stderr } = await service.end();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[^\n]*DATA_DIR=[^\n]*file\/data[^\n]*ENOTDIR[^\n]*\n$/);
  expect(service.lines).toEqual([]);
});

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
