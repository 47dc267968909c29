// `npm run dev`: as `npm start`, and compiles src whenever a file changes. The service is restarted with what is new; the
// gateway keeps running, and with it the sockets.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
// erased as a whole: the worker must not run here
import type { Compilation } from './compile-on-change.ts';

const ROOT = join(import.meta.dirname, '..');
/** The folders of dist that the service consists of. */
const SERVICE = ['api', 'nest', 'program', 'service'];
/** The definition of the API, which is deployed at the start. */
const DEPLOYED = ['api/definition.js', 'api/integration.js'];

const { RebuiltProgram } = (await import(
  join(ROOT, 'dist/local/rebuilt-program.js')
)) as typeof import('../src/local/rebuilt-program.js');
const { runGatewayAndService } = (await import(
  join(ROOT, 'dist/local/run-gateway-and-service.js')
)) as typeof import('../src/local/run-gateway-and-service.js');

let service: InstanceType<typeof RebuiltProgram> | undefined;
let seconds = '';

const compiler = new Worker(join(import.meta.dirname, 'compile-on-change.ts'));
let isFirst = true;
compiler.on('message', (result: Compilation) => {
  compiled(result);
  if (isFirst) print('watching src');
  isFirst = false;
});
compiler.on('error', (error) => print(`files are no longer compiled: ${error.stack ?? String(error)}`));

await runGatewayAndService({
  name: 'dev',
  startService: (settings) => (service = new RebuiltProgram(settings)),
  describeRestart: () => `rebuilt in ${seconds} s, service restarted`,
});
await compiler.terminate();

function compiled(result: Compilation): void {
  if (result.kind === 'failed') {
    process.stderr.write(result.errors);
    print('not rebuilt: the old service keeps running');
    return;
  }
  const parts = new Set(result.changed.map((file) => file.split('/')[0] ?? ''));
  seconds = (result.durationMs / 1000).toFixed(1);
  if (SERVICE.some((part) => parts.has(part))) service?.restart();
  else if (!isFirst) print(`rebuilt in ${seconds} s, nothing to restart`);
  for (const note of notes(result.changed, parts)) print(note);
}

/** What is new and has no effect yet. */
function notes(changed: readonly string[], parts: ReadonlySet<string>): string[] {
  const found: string[] = [];
  if (parts.has('gateway'))
    found.push('the gateway has changed: restart npm run dev to use it, which closes all sockets');
  if (parts.has('local') || changed.some((file) => DEPLOYED.includes(file)))
    found.push('what is deployed, or npm run dev itself, has changed: restart npm run dev to use it');
  return found;
}

function print(line: string): void {
  process.stderr.write(`dev: ${line}\n`);
}
