import { createHash } from 'node:crypto';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const STAMP = join(ROOT, 'dist/.sources');

/** Everything that decides what the compiler writes: the sources, its settings, and the versions of all packages. */
const INPUTS = [
  'src/**/*.{ts,tsx,html,css,svg}',
  'src/*/package.json',
  'src/gateway/inspector/tsconfig.json',
  'scripts/build-inspector.ts',
  'nest-cli.json',
  'tsconfig.json',
  'package-lock.json',
];

export const digestOfSources = (): string => digestOf(INPUTS);

/** What the bundle of the inspector is made of: it imports other folders of the gateway. */
export const digestOfInspector = (): string =>
  digestOf(['src/gateway/**/*.{ts,tsx,html,css,svg}', 'scripts/build-inspector.ts']);

function digestOf(inputs: readonly string[]): string {
  const digest = createHash('sha256');
  for (const file of globSync(inputs, { cwd: ROOT }).toSorted()) {
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return digest.digest('hex');
}

/** The digest of the sources of which dist is the output; `undefined` if it is not known. */
export function readStamp(): string | undefined {
  return readTextIfExists(STAMP);
}

export function writeStamp(sources: string): void {
  writeFileSync(STAMP, sources);
}

/** To be called before dist is changed. */
export function removeStamp(): void {
  rmSync(STAMP, { force: true });
}

/** The text of a file; `undefined` if there is none. */
export function readTextIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
