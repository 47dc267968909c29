import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { EventReader, stepsOf } from '../support/event-reader.js';
import { findProcess, processTree, runningOf } from '../support/process-tree.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';

const START = join(process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist'), 'local/start.js');

/** What `npm start` runs once everything is built. */
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true });
});

const start = (env: NodeJS.ProcessEnv = {}) =>
  SpawnedProgram.run('local/start.js', [], { GATEWAY_PORT: '0', PORT: '0', DATA_DIR: dataDir, ...env });

const urlToPaste = (program: SpawnedProgram) =>
  program.stdout.join('\n').match(/npx wscat -c "(ws:[^"]+)"/)?.[1] ?? 'no line to paste';

describe('npm start, which its tests share', () => {
  let sharedDataDir: string;
  let program: SpawnedProgram;

  beforeAll(async () => {
    sharedDataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
    program = start({ DATA_DIR: sharedDataDir });
    await program.prints('Ctrl-C stops both');
  });

  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    await rm(sharedDataDir, { recursive: true });
  });

  it('prints a line to paste, which leads to a service that responds', async () => {
    using client = await WebSocketClient.open(urlToPaste(program));
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
  });

  it('records from the start on, and masks the secret of the gateway', async () => {
    using client = await WebSocketClient.open(urlToPaste(program));
    client.send({ action: 'ping', id: 1 });
    await client.next();
    const { origin } = new URL(urlToPaste(program).replace('ws:', 'http:'));
    const events = new EventReader({ url: origin });
    expect(stepsOf(await events.next('control'), 'client_request')).toMatchObject([{ method: 'POST' }]);
    const message = await events.next('message');
    const [mapped] = stepsOf(message, 'parameters');
    const secret = mapped?.parameters.find(({ destination }) => destination.endsWith('.GatewaySecret'));
    expect(secret).toMatchObject({ source: "'***'", values: ['***'] });
  });

  it('prints no admin token', () => {
    expect(program.stdout.join('\n')).not.toMatch(/admin {5}/);
  });

  it('restarts a killed service, and clients stay connected', async () => {
    using client = await WebSocketClient.open(urlToPaste(program));
    const service = findProcess(program.pid, 'service/main.js');
    process.kill(service, 'SIGKILL');
    await program.prints('the service listens again');
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
    expect(program.stderr).toEqual([
      `start: the service (process ${service}) ended with signal SIGKILL: restarting it`,
      'start: the service listens again',
    ]);
  });

  it('restarts a killed gateway, on the same port and with the API', async () => {
    const url = urlToPaste(program);
    const gateway = findProcess(program.pid, 'gateway/main.js');
    process.kill(gateway, 'SIGKILL');
    await program.prints('the gateway listens again');
    using client = await WebSocketClient.open(url);
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
    expect(program.stderr).toContain(
      `start: the gateway (process ${gateway}) ended with signal SIGKILL: restarting it`,
    );
  });

  it(
    'gives up on a gateway that ends again and again, with its last end and exit code 1',
    { timeout: 120_000 },
    async () => {
      // the fifth time in a minute, with the one of the test before
      for (let restarts = program.countOf('the gateway listens again'); restarts < 4; restarts += 1) {
        process.kill(findProcess(program.pid, 'gateway/main.js'), 'SIGKILL');
        await expect.poll(() => program.countOf('the gateway listens again')).toBe(restarts + 1);
      }
      const tree = processTree(program.pid);
      process.kill(findProcess(program.pid, 'gateway/main.js'), 'SIGTERM');
      expect(await program.exit).toBe(1);
      expect(program.stderr.at(-1)).toMatch(/the gateway .*exit code 0, and 5 times within 60 s: giving up/);
      expect(runningOf(tree)).toEqual([]);
    },
  );
});

describe('npm start beyond loopback with a configured admin token, which its tests share', () => {
  const token = 'a-token-of-my-own-which-i-know';
  let sharedDataDir: string;
  let program: SpawnedProgram;

  beforeAll(async () => {
    sharedDataDir = await mkdtemp(join(tmpdir(), 'backchannel-'));
    program = start({
      DATA_DIR: sharedDataDir,
      GATEWAY_HOST: '0.0.0.0',
      HOST: '0.0.0.0',
      GATEWAY_ADMIN_TOKEN: token,
      // settings for AWS, which the start must not need
      AWS_PROFILE: 'work',
      AWS_USE_FIPS_ENDPOINT: 'true',
    });
    await program.prints('Ctrl-C stops both');
  });

  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    await rm(sharedDataDir, { recursive: true });
  });

  it('does not print the token', () => {
    expect(program.stdout.join('\n')).not.toMatch(new RegExp(`admin {5}|${token}`));
  });

  it('prints addresses to paste, and leads to a service that responds, whatever AWS_PROFILE is', async () => {
    const lines = program.stdout.filter((line) => !line.includes('listening'));
    expect(lines.join('\n')).not.toContain('0.0.0.0');
    using client = await WebSocketClient.open(urlToPaste(program));
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
  });

  it('stops at once on SIGINT while it waits to restart a program', async () => {
    process.kill(findProcess(program.pid, 'service/main.js'), 'SIGKILL');
    await program.prints('restarting it');
    expect(await program.kill('SIGINT')).toBe(0);
  });
});

describe('npm start', () => {
  it.each(['--help', '--port'])('takes no arguments, and says where settings are: %s', async (argument) => {
    await using program = SpawnedProgram.run('local/start.js', [argument]);
    expect(await program.exit).toBe(1);
    expect(program.stdout).toEqual([]);
    expect(program.stderr).toEqual([
      expect.stringMatching(`unexpected argument ${argument}: .*docs/settings.md`),
    ]);
  });

  it('beyond loopback deploys with a generated token, and prints it', async () => {
    await using program = start({ GATEWAY_HOST: '0.0.0.0' });
    await program.prints('Ctrl-C stops both');
    const output = program.stdout.join('\n');
    const [, token = ''] = output.match(/admin {5}([\w-]{43}) /) ?? [];
    const [, port = ''] = output.match(/ws:\/\/127\.0\.0\.1:(\d+)/) ?? [];
    const clock = `http://127.0.0.1:${port}/_gateway/clock`;
    expect((await fetch(clock)).status).toBe(401);
    expect((await fetch(clock, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
    using client = await WebSocketClient.open(`ws://127.0.0.1:${port}/dev`);
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
  });

  it('leaves nothing running when it is killed', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    const tree = processTree(program.pid);
    expect(tree).toHaveLength(3);
    await program.kill('SIGKILL');
    await expect.poll(() => runningOf(tree)).toEqual([]);
  });

  it('stops the gateway, then the service, on SIGINT, with exit code 0 and no stack trace', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    using client = await WebSocketClient.open(urlToPaste(program));
    program.signal('SIGINT');
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(await program.exit).toBe(0);
    // two programs write: only the order of the lines of one, and that of the ends of both, are certain
    const events = program.stdout.flatMap((line) => line.match(/(?:gateway|service): \w+/)?.[0] ?? []);
    expect(events.filter((event) => event.startsWith('service'))).toEqual([
      'service: listening',
      'service: connected',
      'service: disconnected',
      'service: stopping',
      'service: stopped',
    ]);
    expect(events.indexOf('gateway: stopped')).toBeLessThan(events.indexOf('service: stopping'));
    expect([...program.stdout, ...program.stderr].filter((line) => /^\s+at /.test(line))).toEqual([]);
    expect(program.stderr).toEqual([]);
  });

  it('kills a program that does not respond, on a further SIGINT', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    const tree = processTree(program.pid);
    process.kill(findProcess(program.pid, 'gateway/main.js'), 'SIGSTOP');
    const impatience = setInterval(() => program.signal('SIGINT'), 300);
    onTestFinished(() => {
      clearInterval(impatience);
      for (const processId of runningOf(tree)) process.kill(processId, 'SIGKILL');
    });
    expect(await program.exit).toBe(0);
    expect(runningOf(tree)).toEqual([]);
  });

  it('ends without an error when the reader of its output ends', async () => {
    const env = { GATEWAY_PORT: '0', PORT: '0', DATA_DIR: dataDir };
    await using program = SpawnedProgram.command(
      ['sh', '-c', '"$0" "$1" | head -2', process.execPath, START],
      env,
    );
    // the shell waits for both
    expect(await program.exit).toBe(0);
    expect(program.stdout).toHaveLength(2);
    expect(program.stderr).toEqual([]);
  });

  it.each(['GATEWAY_PORT', 'PORT'])('reports in one line that the port in %s is in use', async (setting) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const program = start({ [setting]: String(port) });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(new RegExp(`${port}.* in use.* ${setting}`))]);
    other.close();
  });

  it('reports a wrong setting in one line', async () => {
    const program = start({ STORE: 'floppy' });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(/STORE.*floppy.*embedded/)]);
  });

  it('reports in one line that the data folder is not writable', async () => {
    const file = join(dataDir, 'a-file');
    await writeFile(file, '');
    const program = start({ DATA_DIR: join(file, 'data') });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(/DATA_DIR.*a-file/)]);
  });
});
