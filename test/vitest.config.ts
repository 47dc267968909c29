import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** They have scripts of their own, which name them: they take longer, one needs a Docker engine, another a browser. */
const APART = ['browser', 'compose', 'conformance', 'fuzz'];
const isNamed = (folder: string) => process.argv.some((argument) => argument.startsWith(`test/${folder}`));
const exclude = APART.filter((folder) => !isNamed(folder)).map((folder) => `${folder}/**`);

/** One changes timeouts, the other counts what is left in its process. */
const ALONE = ['conformance/**/*.spec.ts', 'gateway/websocket/connections/many-connections.spec.ts'];

// All processes of the tests, those of our own programs included, keep what V8 has compiled. It halves what a start costs.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/v8-of-tests');

export default defineConfig({
  // Nest injects by the types in decorators' metadata, which esbuild does not write
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    root: import.meta.dirname,
    // they wait more than they compute: for sockets, processes and servers
    maxWorkers: availableParallelism() + 1,
    // only for what hangs: on a busy machine, starting a process alone may take ten seconds
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['**/*.spec.ts'],
          exclude: [...exclude, ...ALONE],
          // A worker keeps what it has loaded: a third of the time was loading Nest and the SDK again for each file.
          // What a file changes for the whole process it has to put back.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, exclude, isolate: true } },
    ],
  },
});
