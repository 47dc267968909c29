import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PUBLISHED, readManifest } from '../../scripts/workspaces.ts';
import { tarball } from './consumer.js';

/** Rejects if the command finds something, because it then exits with another code than 0. */
const run = promisify(execFile);
const BIN = join(import.meta.dirname, '../../node_modules/.bin');

describe.each(PUBLISHED)('the package of src/%s', (workspace) => {
  const file = tarball(readManifest(workspace).name);

  it('has no problem that publint finds', async () => {
    await expect(run(join(BIN, 'publint'), [file, '--strict'])).resolves.toBeDefined();
  });

  it('has types that arethetypeswrong finds right', async () => {
    await expect(run(join(BIN, 'attw'), [file, '--profile', 'esm-only'])).resolves.toBeDefined();
  });
});

it('has the inspector, bundled, in the package of the gateway', async () => {
  const { stdout } = await run('tar', ['-tzf', tarball('backchannel-gateway')]);
  const files = stdout.split('\n').filter((file) => file.includes('/inspector/'));
  const types = files.map((file) => file.replace(/-[\w-]+(?=\.\w+$)/, '')).toSorted();
  expect(types).toEqual([
    'package/dist/gateway/inspector/assets/icon.svg',
    'package/dist/gateway/inspector/assets/index.css',
    'package/dist/gateway/inspector/assets/index.js',
    'package/dist/gateway/inspector/index.html',
  ]);
});
