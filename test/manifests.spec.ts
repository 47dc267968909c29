import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type Manifest, PUBLISHED, readManifest, workspacesOf } from '../scripts/workspaces.ts';

const ROOT = join(import.meta.dirname, '..');

const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest;
const root = readJson('package.json');
const workspaces = (root['workspaces'] as readonly string[]).map((path) => path.replace('src/', ''));

/** Packages that no file imports by name, with the reason why the workspace needs them. */
const NOT_IMPORTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nest: { '@fastify/static': '@nestjs/swagger serves the page at /v1/docs with it' },
};

/** The packages, ours included, that the files of a workspace import; type-only and dynamic imports included. */
function importsOf(workspace: string): string[] {
  const folder = join(ROOT, 'src', workspace);
  // the inspector is bundled: what it imports is not installed
  const files = globSync('**/*.ts', { cwd: folder }).filter((file) => !file.startsWith('inspector/'));
  const imported = files.flatMap((file) =>
    ts
      .preProcessFile(readFileSync(join(folder, file), 'utf8'))
      .importedFiles.map(({ fileName }) => packageOf(posix.dirname(`${workspace}/${file}`), fileName)),
  );
  return [...new Set(imported)].filter(
    (name) => name !== undefined && name !== `backchannel-${workspace}`,
  ) as string[];
}

function packageOf(folder: string, specifier: string): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  if (specifier.startsWith('.')) return `backchannel-${posix.join(folder, specifier).split('/')[0]}`;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** A development dependency of a workspace is one of which the package has only types. */
const declaredBy = ({ dependencies = {}, peerDependencies = {}, devDependencies = {} }: Manifest) => [
  ...Object.keys(dependencies),
  ...Object.keys(peerDependencies as object),
  ...Object.keys(devDependencies as object),
];

/** A program that runs a library has to install the library's peers. */
function peersOf(workspace: string): string[] {
  const manifest = readManifest(workspace);
  return manifest['private'] === true
    ? workspacesOf(workspace).flatMap((each) => Object.keys(readManifest(each)['peerDependencies'] ?? {}))
    : [];
}

describe.each(workspaces)('the package.json of src/%s', (workspace) => {
  it('lists exactly the packages that its files import', () => {
    const needed = [
      ...importsOf(workspace),
      ...Object.keys(NOT_IMPORTED[workspace] ?? {}),
      ...peersOf(workspace),
    ];
    expect(declaredBy(readManifest(workspace)).toSorted()).toEqual([...new Set(needed)].toSorted());
  });

  it('is the only place where its packages could be installed: the output in dist would load another version', () => {
    expect(existsSync(join(ROOT, 'src', workspace, 'node_modules'))).toBe(false);
  });
});

describe('the workspaces', () => {
  it('are the folders of src', () => {
    const folders = globSync('*/package.json', { cwd: join(ROOT, 'src') }).map((file) => posix.dirname(file));
    expect(workspaces.toSorted()).toEqual(folders.toSorted());
  });

  it('have one version of each package that they name', () => {
    const { packages } = readJson('package-lock.json') as unknown as { packages: Record<string, unknown> };
    const named = new Set(workspaces.flatMap((workspace) => declaredBy(readManifest(workspace))));
    const nested = Object.keys(packages).filter((path) => /^src\/.+\/node_modules\//.test(path));
    expect(nested).toEqual([]);
    expect([...named].filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });

  it('have the version of the repository', () => {
    const versions = workspaces.map((workspace) => readManifest(workspace).version);
    expect(new Set(versions)).toEqual(new Set([root.version]));
  });

  it('are private unless they are published', () => {
    const open = workspaces.filter((workspace) => readManifest(workspace)['private'] !== true);
    expect(open.toSorted()).toEqual([...PUBLISHED].toSorted());
  });
});

it('the Node.js of version managers is the one that the scripts bring', () => {
  const { node } = root['devDependencies'] as Record<string, string>;
  expect(readFileSync(join(ROOT, '.node-version'), 'utf8').trim()).toBe(node);
});

it('the root has tools only', () => {
  expect(root.dependencies).toBeUndefined();
});
