// node scripts/build.ts  compiles src to dist, unless dist is already the output of the same sources.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildInspector } from './build-inspector.ts';
import { digestOfSources, readStamp, writeStamp } from './build-stamp.ts';

const sources = digestOfSources();
if (readStamp() !== sources) {
  // on the error output: others read what the program prints that needs the build
  process.stderr.write('compiling src to dist\n');
  const { status } = spawnSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
  });
  // the compiler has deleted dist, and with it the stamp
  if (status === 0) {
    await buildInspector();
    writeStamp(sources);
  }
  process.exitCode = status ?? 1;
}
