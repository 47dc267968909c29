// `npm run bench` measures the cost of gateway and service, alternating with floors and peers in the same run. It
// prints tables and writes them to RESULTS.md. `npm run bench -- store --rounds 1` measures one part for one round, and
// writes nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callback } from './callback.ts';
import { idleConnections } from './connections.ts';
import { fanOut } from './fan-out.ts';
import { table } from './figures.ts';
import { httpForward } from './http-forward.ts';
import { inbound } from './inbound.ts';
import { neighbours } from './neighbours.ts';
import { recording } from './recording.ts';
import { throughGateway, throughService } from './round-trips.ts';
import { sinkName } from './sink.ts';
import { startUp } from './start-up.ts';
import { store } from './store.ts';
import { type Part, type Target } from './targets.ts';
import { versions } from './versions.ts';

const ROUNDS = 5;
const SECONDS = 1;
const CONNECTIONS = 10_000;
const RECIPIENTS = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, seconds: { type: 'string' } },
});
const rounds = positive('rounds', values.rounds, ROUNDS);
const seconds = positive('seconds', values.seconds, SECONDS);

const PARTS = {
  callback: { title: 'Posts to @connections', measure: () => callback(rounds, RECIPIENTS) },
  neighbours: {
    title: 'Clients whose neighbours do not read',
    measure: () => neighbours(rounds),
  },
  inbound: { title: 'POST /message with a ping', measure: () => inbound(rounds, seconds) },
  gateway: { title: 'Frame → HTTP backend → frame', measure: () => throughGateway(rounds, seconds) },
  recording: { title: 'The recorder of the gateway', measure: () => recording(rounds, seconds) },
  'http-api': {
    title: 'Request → HTTP API → HTTP backend',
    measure: () => httpForward(rounds, seconds),
  },
  'round-trip': {
    title: 'Client → gateway → service → @connections → client',
    measure: () => throughService(rounds, seconds),
  },
  'fan-out': { title: 'A message to the members of a channel', measure: () => fanOut(rounds) },
  store: { title: 'The stores', measure: () => store(rounds) },
  connections: { title: 'Idle connections', measure: () => idleConnections(rounds, CONNECTIONS) },
  start: { title: 'From start to ready', measure: () => startUp(rounds) },
} satisfies Record<string, { title: string; measure: () => Promise<Part> }>;

const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) throw new Error(`unknown part ${unknown.join(', ')}: expected ${names.join(', ')}`);

const sections: string[] = [];
const targets: Target[] = [];
for (const name of names.filter((each) => positionals.length === 0 || positionals.includes(each))) {
  const { title, measure } = PARTS[name];
  const startedAt = performance.now();
  const { text, targets: partTargets } = await measure();
  const tookSeconds = Math.round((performance.now() - startedAt) / 1000);
  const section = `## ${title}\n\n${text}\n\nMeasured in ${tookSeconds} s.\n`;
  process.stdout.write(`${section}\n`);
  sections.push(section);
  targets.push(...partTargets);
}
const summary = table(
  ['target', 'expected', 'measured', 'met'],
  targets.map(({ name, expected, measured, isMet }) => [name, expected, measured, isMet ? 'yes' : '**no**']),
);
process.stdout.write(`## Targets\n\n${summary}\n`);

if (positionals.length === 0) {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Linux ${release()}`;
  const head = `# Benchmark results

Written by \`npm run bench\`, ${new Date().toISOString().slice(0, 10)}, on ${machine}: load, backend, gateway, service, store and sink are
separate processes that share this machine. Figures are medians of ${rounds} rounds (smallest–largest). The compared programs alternate, after a
warm-up round that does not count. Compare ratios, not absolute figures: each ratio is taken within one round. Posts go to ${sinkName}.

Percentiles come from a high dynamic range histogram. Each client waits for a response before it sends again; the messages that it would
have sent in the meantime are added at its mean interval, so that a stall counts once for each of them (coordinated omission).

${versions()}

## Targets

${summary}
`;
  // written by hand
  const experiments = await readFile(join(import.meta.dirname, 'EXPERIMENTS.md'), 'utf8');
  await writeFile(join(import.meta.dirname, 'RESULTS.md'), [head, ...sections, experiments].join('\n'));
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (value > 0) return value;
  throw new Error(`--${name} is '${text}': expected a number greater than 0`);
}
