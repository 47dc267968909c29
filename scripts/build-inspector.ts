import { join } from 'node:path';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..');

/** Bundles the page of the gateway, with its packages, into dist/gateway/inspector. */
export async function buildInspector(): Promise<void> {
  await build({
    configFile: false,
    root: join(ROOT, 'src/gateway/inspector'),
    base: './',
    logLevel: 'warn',
    esbuild: {
      jsx: 'automatic',
      jsxImportSource: 'preact',
      // drops imports of types only: the modules behind them need Node.js
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
    },
    build: {
      outDir: join(ROOT, 'dist/gateway/inspector'),
      emptyOutDir: true,
      target: 'es2023',
      // the Content-Security-Policy allows no data: URLs
      assetsInlineLimit: 0,
      modulePreload: false,
    },
  });
}
