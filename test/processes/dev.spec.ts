import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProcess } from '../support/process-tree.js';
import { SpawnedProgram } from '../support/spawned-program.js';
import { WebSocketClient } from '../support/web-socket-client.js';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['src', 'scripts', 'package.json', 'tsconfig.json', 'nest-cli.json', 'package-lock.json'];

/** The compiler reads all sources once. On a busy machine this takes a minute or two. */
const TIMEOUT = { timeout: 300_000 };

describe('npm run dev, in a copy of the repository that its tests share', TIMEOUT, () => {
  let copy: string;
  let program: SpawnedProgram;
  let url: string;

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'backchannel-'));
    for (const path of COPIED) await cp(join(ROOT, path), join(copy, path), { recursive: true });
    await cp(process.env.BACKCHANNEL_DIST ?? join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    program = SpawnedProgram.command([process.execPath, join(copy, 'scripts/dev.ts')], {
      GATEWAY_PORT: '0',
      PORT: '0',
      DATA_DIR: join(copy, '.data'),
    });
    await program.prints('Ctrl-C stops both');
    await program.prints('watching src');
    [, url = ''] = program.stdout.join('\n').match(/npx wscat -c "(ws:[^"]+)"/) ?? [];
  }, TIMEOUT.timeout);

  afterAll(async () => {
    await program.kill('SIGINT');
    await rm(copy, { recursive: true });
  });

  /** Replaces a text in a source file of the copy. */
  async function edit(file: string, text: string, replacement: string): Promise<void> {
    const path = join(copy, 'src', file);
    const source = await readFile(path, 'utf8');
    expect(source).toContain(text);
    await writeFile(path, source.replace(text, replacement));
  }

  async function waitForLine(text: string, times: number): Promise<void> {
    await expect.poll(() => program.countOf(text), { timeout: 120_000 }).toBe(times);
  }

  it('restarts the service with an edited handler, and sockets stay open', TIMEOUT, async () => {
    using client = await WebSocketClient.open(url);
    const restarts = program.countOf('service restarted');
    await edit('nest/messages/built-in-actions.ts', `type: 'pong'`, `type: 'left', channel: 'edited'`);
    await waitForLine('service restarted', restarts + 1);
    client.send({ action: 'ping', id: 1 });
    expect(await client.next()).toEqual({ type: 'left', id: 1, channel: 'edited' });
    expect(program.stderr.at(-1)).toMatch(/^dev: rebuilt in \d+\.\d s, service restarted$/);
  });

  it('shows a compile error, and the old service keeps running until it is fixed', TIMEOUT, async () => {
    using client = await WebSocketClient.open(url);
    const service = findProcess(program.pid, 'service/main.js');
    await edit(
      'nest/messages/dispatcher.ts',
      '@Injectable()',
      'export const wrong: string = 1;\n@Injectable()',
    );
    await program.prints('the old service keeps running');
    expect(program.stderr.join('\n')).toMatch(/dispatcher\.ts.*TS2322.*number.*string/);
    expect(findProcess(program.pid, 'service/main.js')).toBe(service);
    client.send({ action: 'ping', id: 2 });
    expect(await client.next()).toMatchObject({ id: 2 });
    await edit('nest/messages/dispatcher.ts', 'export const wrong: string = 1;\n', '');
    await waitForLine('nothing to restart', 1);
  });

  it('waits for the next change when the service ends by itself', TIMEOUT, async () => {
    using client = await WebSocketClient.open(url);
    const restarts = program.countOf('service restarted');
    await edit('service/main.ts', `requireNode('service');`, `requireNode('service');\nprocess.exit(7);`);
    await program.prints('the service ended with exit code 7: it starts again after the next change');
    await edit('service/main.ts', '\nprocess.exit(7);', '');
    await waitForLine('service restarted', restarts + 1);
    client.send({ action: 'ping', id: 3 });
    expect(await client.next()).toMatchObject({ id: 3 });
  });

  it('says that a change of the gateway needs a restart, and keeps it running', TIMEOUT, async () => {
    using client = await WebSocketClient.open(url);
    const restarts = program.countOf('service restarted');
    await edit('gateway/clock.ts', 'export class', 'export const added = 1;\nexport class');
    await program.prints('the gateway has changed: restart npm run dev');
    client.send({ action: 'ping', id: 4 });
    expect(await client.next()).toMatchObject({ id: 4 });
    expect(program.countOf('service restarted')).toBe(restarts);
  });
});
