// node scripts/pack.ts  writes pack/NAME-VERSION.tgz for each published package, from the output in dist.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from './engines.ts';
import { type Manifest, PUBLISHED, readManifest, workspacesOf } from './workspaces.ts';

const ROOT = join(import.meta.dirname, '..');
const PACK = join(ROOT, 'pack');

rmSync(PACK, { recursive: true, force: true });
for (const folder of PUBLISHED) process.stdout.write(`pack/${pack(folder)}\n`);

/** @returns the name of the written file */
function pack(folder: string): string {
  const manifest = readManifest(folder);
  const stage = join(PACK, 'stage', manifest.name);
  for (const workspace of workspacesOf(folder)) stageOutput(workspace, stage);
  cpSync(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
  for (const schema of globSync('*.schema.json', { cwd: join(ROOT, 'src', folder) })) {
    cpSync(join(ROOT, 'src', folder, schema), join(stage, schema));
  }
  cpSync(join(ROOT, 'src', folder, 'README.md'), join(stage, 'README.md'));
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(publishedManifest(folder), undefined, 2)}\n`);
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', PACK], { cwd: stage, encoding: 'utf8' }),
  ) as [{ filename: string }];
  return filename;
}

/** The folders keep their places below `dist`, so that relative imports between them hold. Source maps stay out: so do the sources. */
function stageOutput(workspace: string, stage: string): void {
  const target = join(stage, 'dist', workspace);
  mkdirSync(target, { recursive: true });
  cpSync(join(ROOT, 'dist', workspace), target, {
    recursive: true,
    filter: (file) => !file.endsWith('.map'),
  });
}

/** The workspace's manifest, with the dependencies of the other workspaces inside instead of those workspaces. */
function publishedManifest(folder: string): Manifest {
  const { dependencies: _own, ...manifest } = readManifest(folder);
  const dependencies = workspacesOf(folder)
    .flatMap((workspace) => Object.entries(readManifest(workspace).dependencies ?? {}))
    .filter(([name]) => !name.startsWith('backchannel-'));
  return {
    ...manifest,
    engines: ENGINES,
    files: ['dist', '*.schema.json'],
    dependencies: Object.fromEntries(dependencies.toSorted(([a], [b]) => a.localeCompare(b))),
  };
}
