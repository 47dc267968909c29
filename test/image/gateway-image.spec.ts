import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from '../packages/consumer.js';
import { RecipeProgram } from './recipe-program.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** The first code block after a heading of docs/testing.md: what a reader copies. */
function recipe(heading: string): string {
  const text = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
  const [, after] = text.split(`\n#### ${heading}\n`);
  const [, code] = /```\w+\n(.*?)```/s.exec(after ?? '') ?? [];
  if (code === undefined) throw new Error(`docs/testing.md has no code below ${heading}`);
  return code;
}

/** The template and the backend of the example, in a folder of its own. */
let consumer: Consumer;
let backend: Server;
let port: number;

beforeAll(async () => {
  await run('docker', ['build', '--quiet', '--target', 'gateway', '--tag', 'backchannel-gateway', '.'], {
    cwd: ROOT,
  });
  consumer = new Consumer();
  // the image's user has to read it, as it can read a checkout
  chmodSync(consumer.folder, 0o755);
  copyFileSync(join(ROOT, 'examples/python-backend/template.yaml'), join(consumer.folder, 'template.yaml'));
  // containers reach it by the address of this machine
  backend = createServer((_request, response) => response.end()).listen(0, '0.0.0.0');
  await once(backend, 'listening');
  ({ port } = backend.address() as AddressInfo);
}, 600_000);
afterAll(() => {
  consumer[Symbol.dispose]();
  backend.close();
});

const inContainer = (...args: string[]) =>
  consumer.run('docker', [
    'run',
    '--rm',
    '--volume',
    `${consumer.folder}:/project:ro`,
    'backchannel-gateway',
    ...args,
  ]);

/** Opens a WebSocket, which calls the backend through the gateway. */
async function handshakeSucceeds(url: string): Promise<boolean> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/dev?name=ann`);
  const [event] = (await Promise.race([once(socket, 'open'), once(socket, 'error')])) as [Event];
  socket.close();
  return event.type === 'open';
}

describe('the image of the gateway', () => {
  it('takes the command line as its arguments', async () => {
    expect(await inContainer('lint', 'template.yaml')).toContain('0 errors');
    expect(await inContainer('--version')).toMatch(/\d+\.\d+\.\d+/);
  });

  it('is healthy once it serves', async () => {
    const id = (await consumer.run('docker', ['run', '--rm', '--detach', 'backchannel-gateway'])).trim();
    const health = ['inspect', '--format', '{{.State.Health.Status}}', id];
    try {
      await expect.poll(async () => (await consumer.run('docker', health)).trim()).toBe('healthy');
    } finally {
      await consumer.run('docker', ['stop', id]);
    }
  });
});

describe('the recipes of docs/testing.md', () => {
  it('Testcontainers for Node.js starts a gateway that calls the backend', async () => {
    await consumer.run('npm', ['install', '--no-audit', '--no-fund', '--silent', 'testcontainers@12']);
    consumer.write('recipe.mjs', recipe('Node.js').replace('3000', String(port)));
    const program = `
      import { startGateway } from './recipe.mjs';
      const { container, url } = await startGateway();
      console.log(url);
      process.stdin.once('data', () => container.stop().then(() => process.exit()));
    `;
    consumer.write('program.mjs', program);
    await using started = new RecipeProgram(process.execPath, ['program.mjs'], consumer.folder, {
      // its helper is an image that need not be reachable
      TESTCONTAINERS_RYUK_DISABLED: 'true',
    });
    expect(await handshakeSucceeds(await started.url())).toBe(true);
  });

  it('the package docker for Python starts a gateway that calls the backend', async () => {
    consumer.write('recipe.py', recipe('Python, with docker').replace('3000', String(port)));
    consumer.write(
      'program.py',
      'from recipe import start_gateway\ncontainer, url = start_gateway()\nprint(url, flush=True)\ninput()\ncontainer.stop()\n',
    );
    await using started = new RecipeProgram('/usr/bin/python3', ['program.py'], consumer.folder);
    expect(await handshakeSucceeds(await started.url())).toBe(true);
  });
});
