// A worker of scripts/dev.ts: compiles src to dist whenever a file changes, and posts a Compilation for each time.
import { existsSync, globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parentPort } from 'node:worker_threads';
import ts from 'typescript';
import {
  digestOfInspector,
  digestOfSources,
  readTextIfExists,
  removeStamp,
  writeStamp,
} from './build-stamp.ts';

/** The result of one compilation. With an error, nothing was written. */
export type Compilation =
  | { readonly kind: 'failed'; readonly errors: string }
  /** `changed` has the JavaScript files below `dist` that are not the same as before. */
  | { readonly kind: 'compiled'; readonly changed: readonly string[]; readonly durationMs: number };

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

const port = parentPort!;
const send = (result: Compilation) => port.postMessage(result);

/** Vite bundles it before `npm run dev`, and not again. */
const inspector = digestOfInspector();
let startedAt = performance.now();
let sources = '';
let changed: string[] = [];
let errors: ts.Diagnostic[] = [];

const system: ts.System = {
  ...ts.sys,
  /** Writes only what is different: a program may be loading its modules at this moment. */
  writeFile(path, text, withByteOrderMark) {
    if (readTextIfExists(path) === text) return;
    removeStamp();
    ts.sys.writeFile(path, text, withByteOrderMark);
    if (path.endsWith('.js')) changed.push(relative(DIST, path).replaceAll('\\', '/'));
  },
};

const host = ts.createWatchCompilerHost(
  join(ROOT, 'tsconfig.json'),
  { noEmitOnError: true },
  system,
  ts.createEmitAndSemanticDiagnosticsBuilderProgram,
  (error) => errors.push(error),
  (_status, _newLine, _options, errorCount) => {
    if (errorCount === undefined) begin();
    else finish();
  },
);
ts.createWatchProgram(host);

function begin(): void {
  startedAt = performance.now();
  sources = digestOfSources();
  changed = [];
  errors = [];
}

function finish(): void {
  const durationMs = performance.now() - startedAt;
  if (errors.length > 0) {
    send({ kind: 'failed', errors: describe(errors) });
    return;
  }
  // so that the other scripts need not build; a change in between is compiled next
  const isWhole = digestOfSources() === sources && digestOfInspector() === inspector && !hasLeftovers();
  if (isWhole) writeStamp(sources);
  send({ kind: 'compiled', changed, durationMs });
}

/** Whether dist has the output of a source that was deleted, which only a whole build removes. */
function hasLeftovers(): boolean {
  return globSync('**/*.js', { cwd: DIST, exclude: ['gateway/inspector/**'] }).some(
    (file) => !existsSync(join(ROOT, 'src', file.replace(/\.js$/, '.ts'))),
  );
}

function describe(found: readonly ts.Diagnostic[]): string {
  const format = process.stderr.isTTY ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics;
  return format(found, {
    getCurrentDirectory: () => ROOT,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  });
}
