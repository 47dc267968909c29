import { availableParallelism } from 'node:os';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** Whether the command line says which tests: then those run, whichever they are. */
const isNamed = process.argv.slice(2).some((argument) => argument.startsWith('test/'));

export default defineConfig({
  // Nest injects by the types in decorators' metadata, which esbuild does not write
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    root: import.meta.dirname,
    include: ['**/*.spec.ts'],
    // they have scripts of their own, and the compose test needs a Docker engine
    exclude: isNamed ? [] : ['compose/**', 'conformance/**', 'fuzz/**'],
    // they wait more than they compute: for sockets, processes and servers
    maxWorkers: availableParallelism() + 1,
    testTimeout: 10_000,
  },
});
