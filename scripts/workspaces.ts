import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The workspaces, by folder below `src`, that are published to npm. */
export const PUBLISHED = ['gateway', 'nest', 'cdk', 'client', 'doctor'] as const;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../src', folder, 'package.json'), 'utf8')) as Manifest;

/** The folder of a workspace and those of the workspaces that it depends on, directly or not. */
export function workspacesOf(folder: string): readonly string[] {
  const own = Object.keys(readManifest(folder).dependencies ?? {})
    .filter((name) => name.startsWith('backchannel-'))
    .map((name) => name.slice('backchannel-'.length));
  return [...new Set([folder, ...own.flatMap(workspacesOf)])];
}
