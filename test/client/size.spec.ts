import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../scripts/workspaces.ts';

const CLIENT = join(import.meta.dirname, '../../src/client');

/** What a page gets that contains this code, and the files of which it is made. */
async function bundle(code: string, name = '*') {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: CLIENT, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'error',
    outfile: name,
  });
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
  const inputs = Object.entries(Object.values(metafile.outputs)[0]!.inputs);
  const files = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  return { bytes: gzipSync(contents, { level: 9 }).length, files };
}

describe('the package backchannel-client', () => {
  it('has at most 8 KB, gzipped', async () => {
    const { bytes } = await bundle(`export * from './index.js'`);
    expect(bytes).toBeLessThanOrEqual(8 * 1024);
  });

  it('has no dependencies', () => {
    const { dependencies, peerDependencies } = readManifest('client');
    expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
  });

  it('imports the contract as types only: `import { type … }` would load a file that the package does not have', () => {
    const imports = globSync('**/*.ts', { cwd: CLIENT }).flatMap((file) =>
      [
        ...readFileSync(join(CLIENT, file), 'utf8').matchAll(
          /^(?:import|export) .* from '(?:\.\.\/)+api\/.*$/gm,
        ),
      ].map(String),
    );
    expect(imports.length).toBeGreaterThan(5);
    expect(imports.filter((line) => !/^(?:import|export) type \{/.test(line))).toEqual([]);
  });

  it('brings only the errors to who imports only the errors', async () => {
    const { files, bytes } = await bundle(
      `import { BackchannelError } from './index.js'; globalThis.error = BackchannelError`,
    );
    expect(files.map((file) => file.split('/').at(-1))).toEqual(['errors.ts', '<stdin>']);
    expect(bytes).toBeLessThan(500);
  });

  it('has no effect when it is imported', async () => {
    const { bytes } = await bundle(`import './index.js'`);
    expect(bytes).toBeLessThan(50);
  });
});
