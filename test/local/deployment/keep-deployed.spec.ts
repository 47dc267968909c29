import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepDeployed } from '../../../src/local/deployment/keep-deployed.js';
import { HttpBackend } from '../../support/http-backend.js';
import { Queue } from '../../support/queue.js';
import { SpawnedProgram } from '../../support/spawned-program.js';
import { WebSocketClient } from '../../support/web-socket-client.js';

/** Of what depends on other processes. */
const PATIENT = { timeout: 60_000 };

/** `npm run deploy:local`, as a process. */
let folder: string;
let backend: HttpBackend;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-'));
  backend = await HttpBackend.start();
});
afterEach(async () => {
  await backend[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const startGateway = async (port = '0') => SpawnedProgram.listening('gateway/main.js', ['--port', port]);

const deploy = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  SpawnedProgram.run('local/deploy.js', args, {
    GATEWAY_SECRET: 'a-secret-of-the-gateway',
    SERVICE_URL: backend.url,
    ...env,
  });

const isThere = async (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

describe('deploy:local', { timeout: 120_000 }, () => {
  it('prints its changes, and that there is nothing to change the second time', async () => {
    const { program: gateway, url } = await startGateway();
    await using _ = gateway;
    const first = deploy({ GATEWAY_URL: `${url}/` });
    expect(await first.exit).toBe(0);
    expect(first.stdout).toEqual([
      expect.stringMatching(/^deploy: API \w+ at .*, stage dev: created the API, .*deployed/),
    ]);
    const second = deploy({ GATEWAY_URL: url });
    expect(await second.exit).toBe(0);
    expect(second.stdout).toEqual([expect.stringMatching(/stage dev: nothing to change$/)]);
  });

  it.each<[string, NodeJS.ProcessEnv, string[], RegExp]>([
    ['without a secret', { GATEWAY_SECRET: '' }, [], /GATEWAY_SECRET is not set/],
    ['with unknown replies', { REPLIES: 'both' }, [], /REPLIES=both: expected callback or response/],
    ['without a valid URL', { GATEWAY_URL: 'gateway:8080' }, [], /GATEWAY_URL=gateway:8080: expected a URL/],
    ['with an unknown flag', {}, ['--wach'], /--wach/],
    ['with a ready file but without --watch', {}, ['--ready-file', 'x'], /--ready-file x needs --watch/],
    ['without a gateway', { GATEWAY_URL: 'http://127.0.0.1:9' }, [], /ECONNREFUSED/],
  ])('%s ends with one line', async (_, env, args, line) => {
    const program = deploy(env, ...args);
    expect(await program.exit).toBe(1);
    expect(program.stdout).toEqual([]);
    expect(program.stderr).toEqual([expect.stringMatching(line)]);
  });
});

describe('deploy:local --watch', { timeout: 120_000 }, () => {
  it('deploys again after a restart of the gateway, and prints each change once', async () => {
    const readyFile = join(folder, 'deployed');
    const { program: gateway, url } = await startGateway();
    const port = new URL(url).port;
    await using program = deploy({ GATEWAY_URL: url }, '--watch', '--ready-file', readyFile);
    await program.prints('created the API');
    await expect.poll(() => isThere(readyFile), PATIENT).toBe(true);

    await gateway.kill('SIGKILL');
    await program.prints('retrying');
    await expect.poll(() => isThere(readyFile), PATIENT).toBe(false);

    const { program: next } = await startGateway(port);
    await using _ = next;
    await expect.poll(() => program.countOf('created the API'), PATIENT).toBe(2);
    using client = await WebSocketClient.open(`${url.replace('http', 'ws')}/dev`);
    await expect.poll(() => isThere(readyFile), PATIENT).toBe(true);
    expect(program.stderr).toEqual([`deploy: no response from a gateway at ${url} (ECONNREFUSED); retrying`]);

    expect(await program.kill('SIGTERM')).toBe(0);
    expect(await isThere(readyFile)).toBe(false);
    client.send('{}');
    expect((await backend.next()).url).toBe('/connect');
    expect((await backend.next()).url).toBe('/message');
  });

  it('waits for a gateway that does not listen yet', async () => {
    const { program: other, url } = await startGateway();
    await other.kill('SIGTERM');
    await using program = deploy({ GATEWAY_URL: url }, '--watch');
    await program.prints('no response from a gateway');
    const { program: gateway } = await startGateway(new URL(url).port);
    await using _ = gateway;
    await program.prints('created the API');
    expect(await program.kill('SIGTERM')).toBe(0);
  });

  it('continues when the gateway is restarted during its first deployment', async () => {
    // a gateway that has lost its API
    let startId: string | undefined = 'first';
    backend.answer = ({ url }) => {
      if (url === '/_gateway/health') return { status: 200, body: JSON.stringify({ startId }) };
      startId = 'second';
      return {
        status: 404,
        body: '{"message":"no such API"}',
        headers: { 'x-amzn-errortype': 'NotFoundException' },
      };
    };
    const failures = new Queue<Error>('a failure');
    const end = keepDeployed(
      { gatewayUrl: backend.url, serviceUrl: backend.url, gatewaySecret: 'a-secret-of-the-gateway' },
      {
        deployed: () => undefined,
        failed: (error) => failures.push(error as Error),
        recovered: () => undefined,
      },
    );
    end.catch(() => undefined);
    expect(await failures.next()).toMatchObject({ name: 'NotFoundException' });
    // ends the loop
    startId = undefined;
    await expect(end).rejects.toThrow('has no start id');
  });

  it('ends when the response is not that of our gateway', async () => {
    const program = deploy({ GATEWAY_URL: backend.url }, '--watch');
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(/has no start id/)]);
  });
});
