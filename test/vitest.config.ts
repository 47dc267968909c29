import { availableParallelism } from 'node:os';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** They have scripts of their own, which name them: they take longer, and one needs a Docker engine. */
const APART = ['compose', 'conformance', 'fuzz'];
const isNamed = (folder: string) => process.argv.some((argument) => argument.startsWith(`test/${folder}`));

export default defineConfig({
  // Nest injects by the types in decorators' metadata, which esbuild does not write
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    root: import.meta.dirname,
    include: ['**/*.spec.ts'],
    exclude: APART.filter((folder) => !isNamed(folder)).map((folder) => `${folder}/**`),
    // they wait more than they compute: for sockets, processes and servers
    maxWorkers: availableParallelism() + 1,
    // a worker keeps what it has loaded: a third of the time was loading Nest and the SDK again for each file. What a file
    // changes for the whole process it has to put back. The conformance suite changes timeouts.
    isolate: isNamed('conformance'),
    testTimeout: 10_000,
  },
});
