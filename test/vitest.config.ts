import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Nest injects by the types in decorators' metadata, which esbuild does not write
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: {
    root: import.meta.dirname,
    include: ['**/*.spec.ts'],
    testTimeout: 10_000,
  },
});
