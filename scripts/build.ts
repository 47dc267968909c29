// node scripts/build.ts  compiles src to dist, unless dist is already the output of the same sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const STAMP = join(ROOT, 'dist/.sources');

/** Everything that decides what the compiler writes: the sources, its settings, and the versions of all packages. */
const INPUTS = ['src/**/*.ts', 'src/*/package.json', 'nest-cli.json', 'tsconfig.json', 'package-lock.json'];

const sources = digestOfSources();
if (readStamp() !== sources) {
  const { status } = spawnSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  // the compiler has deleted dist, and with it the stamp
  if (status === 0) writeFileSync(STAMP, sources);
  process.exitCode = status ?? 1;
}

function digestOfSources(): string {
  const digest = createHash('sha256');
  for (const file of globSync(INPUTS, { cwd: ROOT }).toSorted()) {
    digest
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return digest.digest('hex');
}

/** The digest that the last successful build has left; `undefined` if there was none. */
function readStamp(): string | undefined {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
