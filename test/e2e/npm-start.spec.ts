import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProcess, processTree, runningOf } from '../support/process-tree.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';

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

describe('npm start', { timeout: 240_000 }, () => {
  it('prints a line to paste, which leads to a service that answers', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    using client = await WebSocketClient.open(urlToPaste(program));
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
  });

  it('beyond loopback deploys with a token of its own, and prints it', async () => {
    await using program = start({ GATEWAY_HOST: '0.0.0.0' });
    await program.prints('Ctrl-C stops both');
    const output = program.stdout.join('\n');
    const [, token = ''] = output.match(/admin {5}([\w-]{43}) /) ?? [];
    const [, port = ''] = output.match(/ws:\/\/0\.0\.0\.0:(\d+)/) ?? [];
    const clock = `http://127.0.0.1:${port}/_gateway/clock`;
    expect((await fetch(clock)).status).toBe(401);
    expect((await fetch(clock, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);
    using client = await WebSocketClient.open(`ws://127.0.0.1:${port}/dev`);
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
  });

  it('stops the gateway, then the service, on SIGINT, with exit code 0 and no stack trace', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    using client = await WebSocketClient.open(urlToPaste(program));
    program.signal('SIGINT');
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(await program.exit).toBe(0);
    // two programs write, so only the order within one, and that of their ends, is sure
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

  it('leaves nothing running when it is killed', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    const tree = processTree(program.pid);
    expect(tree).toHaveLength(3);
    await program.kill('SIGKILL');
    await expect.poll(() => runningOf(tree), { timeout: 60_000 }).toEqual([]);
  });

  it('starts a killed service again, and clients stay connected', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
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
    expect(await program.kill('SIGINT')).toBe(0);
  });

  it('starts a killed gateway again, on the same port and with the API', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    const url = urlToPaste(program);
    const gateway = findProcess(program.pid, 'gateway/main.js');
    process.kill(gateway, 'SIGKILL');
    await program.prints('the gateway listens again');
    using client = await WebSocketClient.open(url);
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'pong', id: 1 });
    expect(program.stderr[0]).toBe(
      `start: the gateway (process ${gateway}) ended with signal SIGKILL: restarting it`,
    );
    expect(await program.kill('SIGINT')).toBe(0);
  });

  it('gives up on a service that ends again and again, and says with what', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    const tree = new Set<number>();
    const end = (signal: NodeJS.Signals) => {
      for (const processId of processTree(program.pid)) tree.add(processId);
      process.kill(findProcess(program.pid, 'service/main.js'), signal);
    };
    for (let ends = 1; ends < 5; ends += 1) {
      end('SIGKILL');
      await expect.poll(() => program.countOf('the service listens again'), { timeout: 60_000 }).toBe(ends);
    }
    // what a plain `kill` sends: the service stops in order, with exit code 0
    end('SIGTERM');
    expect(await program.exit).toBe(1);
    expect(program.stderr.at(-1)).toMatch(/the service .*exit code 0, and 5 times within 60 s: giving up/);
    expect(runningOf([...tree])).toEqual([]);
  });

  it('stops at once on SIGINT while it waits to start a program again', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    process.kill(findProcess(program.pid, 'service/main.js'), 'SIGKILL');
    await program.prints('restarting it');
    expect(await program.kill('SIGINT')).toBe(0);
  });

  it.each([{}, { GATEWAY_HOST: '0.0.0.0', GATEWAY_ADMIN_TOKEN: 'a-token-of-my-own-which-i-know' }])(
    'prints no admin token otherwise: %o',
    async (settings) => {
      await using program = start(settings);
      await program.prints('Ctrl-C stops both');
      expect(program.stdout.join('\n')).not.toMatch(/admin {5}|a-token-of-my-own/);
    },
  );

  it.each(['GATEWAY_PORT', 'PORT'])('says in one line that the port in %s is in use', async (setting) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const program = start({ [setting]: String(port) });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(new RegExp(`${port}.* in use.* ${setting}`))]);
    other.close();
  });

  it('says in one line that a setting is wrong', async () => {
    const program = start({ STORE: 'floppy' });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(/STORE.*floppy.*embedded/)]);
  });

  it('says in one line that the data folder cannot be written', async () => {
    const file = join(dataDir, 'a-file');
    await writeFile(file, '');
    const program = start({ DATA_DIR: join(file, 'data') });
    expect(await program.exit).toBe(1);
    expect(program.stderr).toEqual([expect.stringMatching(/DATA_DIR.*a-file/)]);
  });
});
