import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** What has an npm script of its own, by its folder: it takes longer, or needs a Docker engine or a browser. */
const APART: Readonly<Record<string, string>> = {
  browser: '**',
  cdk: '**',
  compose: '**',
  conformance: '**',
  doctor: '**',
  fuzz: '**',
  image: '**',
  'live-client': '**',
  local: '**',
  'nest/store': '{redis,dynamodb}*{,/**}',
  packages: '**',
  processes: '**',
  service: '**',
};
const isNamed = (folder: string) => process.argv.some((argument) => argument.startsWith(`test/${folder}`));
const exclude = Object.entries(APART).flatMap(([folder, files]) =>
  isNamed(folder) ? [] : [`${folder}/${files}`],
);

/** Conformance changes timeouts; the other counts the objects in its process. */
const ALONE = ['conformance/**/*.spec.ts', 'gateway/websocket/connections/many-connections.spec.ts'];

// Workers and spawned programs share the code that V8 has compiled: the start of a program takes 10 to 20 % less CPU.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/v8-of-tests');

export default defineConfig({
  // Nest injects by the types in decorators' metadata, which esbuild does not emit
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    root: import.meta.dirname,
    // the tests wait for sockets, processes and servers more than they compute
    maxWorkers: availableParallelism() + 2,
    // only catch hangs: on a busy machine, the start of a process alone may take ten seconds
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
          // A worker keeps its modules: loading Nest and the SDK for each file took a third of the time.
          // A file has to restore what it changes for the whole process.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, exclude, isolate: true } },
    ],
  },
});
