import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  SpawnedProgram.run('deploy/start.js', [], { GATEWAY_PORT: '0', PORT: '0', DATA_DIR: dataDir, ...env });

const urlToPaste = (program: SpawnedProgram) =>
  program.stdout.join('\n').match(/npx wscat -c "(ws:[^"]+)"/)?.[1] ?? 'no line to paste';

const isAnswered = async (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe('npm start', () => {
  it('prints a line to paste, which leads to a service that answers', async () => {
    await using program = start();
    await program.prints('Ctrl-C stops both');
    using client = await WebSocketClient.open(urlToPaste(program));
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
    const url = urlToPaste(program).replace('ws', 'http');
    expect(await isAnswered(url)).toBe(true);
    await program.kill('SIGKILL');
    await expect.poll(async () => isAnswered(url)).toBe(false);
  });

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
