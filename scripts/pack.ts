// node scripts/pack.ts  writes pack/NAME-VERSION.tgz for each published package, from the output in dist.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  stageDeclarations(join('dist', folder), stage);
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

/** The declarations of other workspaces from which those of a package take types. */
function stageDeclarations(folder: string, stage: string): void {
  for (const file of globSync('**/*.d.ts', { cwd: join(stage, folder) })) {
    const path = join(folder, file);
    for (const [, specifier = ''] of readFileSync(join(stage, path), 'utf8').matchAll(
      /\bfrom '(\.[^']+)'/g,
    )) {
      const imported = join(dirname(path), specifier.replace(/\.js$/, '.d.ts'));
      if (existsSync(join(stage, imported))) continue;
      cpSync(join(ROOT, imported), join(stage, imported));
      stageDeclarations(dirname(imported), stage);
    }
  }
}

/** The workspace's manifest, with the dependencies of the other workspaces inside instead of those workspaces. */
function publishedManifest(folder: string): Manifest {
  const { dependencies: _own, devDependencies: _types, ...manifest } = readManifest(folder);
  const dependencies = workspacesOf(folder)
    .flatMap((workspace) => Object.entries(readManifest(workspace).dependencies ?? {}))
    .filter(([name]) => !name.startsWith('backchannel-'));
  return {
    engines: ENGINES,
    ...manifest,
    files: ['dist', '*.schema.json'],
    ...(dependencies.length > 0 && {
      dependencies: Object.fromEntries(dependencies.toSorted(([a], [b]) => a.localeCompare(b))),
    }),
  };
}
