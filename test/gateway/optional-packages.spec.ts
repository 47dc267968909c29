import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SpawnedProgram } from '../support/spawned-program.js';

const ROOT = join(import.meta.dirname, '../..');
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'src/gateway/package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

let folder: string;
let main: string;

/** An installation of the gateway without its optional packages. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  main = join(folder, 'gateway/main.js');
  await cp(join(process.env.BACKCHANNEL_DIST ?? join(ROOT, 'dist'), 'gateway'), dirname(main), {
    recursive: true,
  });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await mkdir(join(folder, 'node_modules'));
  for (const name of Object.keys(dependencies)) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

it('the gateway runs without them', async () => {
  const { program, url } = await SpawnedProgram.listening(main, ['--port', '0']);
  const response = await fetch(`${url}/_gateway/faults`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: '{"throttle":{"rate":2}}',
  });
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('throttle.rate') as string });
  expect(await program.kill('SIGTERM')).toBe(0);
});

it.each([
  [['--tls', 'self-signed'], 'selfsigned'],
  [['--use-machine-credentials'], '@aws-sdk/credential-provider-node'],
])('%j says what to install', async (options, name) => {
  const run = promisify(execFile)(process.execPath, [main, '--port', '0', ...options], { cwd: folder });
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: `gateway: ${options.join(' ')} needs a package that is not installed: npm install ${name}\n`,
  });
});

it('--from-stack says what to install once a template needs a value', async () => {
  const template = join(folder, 'template.yaml');
  await writeFile(template, 'Parameters: { Stage: { Type: String } }\nResources: {}\n');
  const args = [main, '--port', '0', '--template', template, '--from-stack', 'chat'];
  await expect(promisify(execFile)(process.execPath, args, { cwd: folder })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('npm install @aws-sdk/client-cloudformation\n') as string,
  });
});

it('doctor says what to install', async () => {
  const run = promisify(execFile)(process.execPath, [main, 'doctor', '--api', 'x'], { cwd: folder });
  await expect(run).rejects.toMatchObject({
    code: 2,
    stderr: 'gateway: doctor needs a package that is not installed: npm install backchannel-doctor\n',
  });
});
