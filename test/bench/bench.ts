// `npm run bench`: what gateway and service cost, beside floors and peers that are measured in the same run, by turns. Prints
// tables and writes them to RESULTS.md. `npm run bench -- store --rounds 1` measures one part only, once, and writes nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callback } from './callback.ts';
import { idleConnections } from './connections.ts';
import { fanOut } from './fan-out.ts';
import { table } from './figures.ts';
import { inbound } from './inbound.ts';
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
  inbound: { title: 'POST /message with a ping', measure: () => inbound(rounds, seconds) },
  gateway: { title: 'Frame → HTTP backend → frame', measure: () => throughGateway(rounds, seconds) },
  'round-trip': {
    title: 'Client → gateway → service → @connections → client',
    measure: () => throughService(rounds, seconds),
  },
  'fan-out': { title: 'A message to the members of a channel', measure: () => fanOut(rounds) },
  store: { title: 'The stores', measure: () => store(rounds) },
  connections: { title: 'Connections that say nothing', measure: () => idleConnections(rounds, CONNECTIONS) },
  start: { title: 'From start to ready', measure: () => startUp(rounds) },
} satisfies Record<string, { title: string; measure: () => Promise<Part> }>;

const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0)
  throw new Error(`there is no part ${unknown.join(', ')}: there are ${names.join(', ')}`);

const sections: string[] = [];
const targets: Target[] = [];
for (const name of names.filter((each) => positionals.length === 0 || positionals.includes(each))) {
  const { title, measure } = PARTS[name];
  const startedAt = performance.now();
  const { text, targets: ofPart } = await measure();
  const tookSeconds = Math.round((performance.now() - startedAt) / 1000);
  const section = `## ${title}\n\n${text}\n\nMeasured in ${tookSeconds} s.\n`;
  process.stdout.write(`${section}\n`);
  sections.push(section);
  targets.push(...ofPart);
}
const summary = table(
  ['target', 'wanted', 'measured', 'met'],
  targets.map(({ what, wanted, seen, isMet }) => [what, wanted, seen, isMet ? 'yes' : '**no**']),
);
process.stdout.write(`## Targets\n\n${summary}\n`);

if (positionals.length === 0) {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Linux ${release()}`;
  const head = `# What it costs

Written by \`npm run bench\`, ${new Date().toISOString().slice(0, 10)}, on ${machine}: load, backend, gateway, service, store and sink are
processes of their own on the same machine, and share it. Medians of ${rounds} rounds (smallest–largest), run by turns after one that does
not count; the ratios are what counts, and are those of each round. Posts go to ${sinkName}.

Percentiles are of a high dynamic range histogram. Each client waits for its answer before it sends again; what it would have sent
meanwhile is added at its mean interval, so that a stall counts as often as it would have been met (coordinated omission).

${versions()}

## Targets

${summary}
`;
  // what is known beyond the figures is written by hand
  const experiments = await readFile(join(import.meta.dirname, 'EXPERIMENTS.md'), 'utf8');
  await writeFile(join(import.meta.dirname, 'RESULTS.md'), [head, ...sections, experiments].join('\n'));
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise);
  if (value > 0) return value;
  throw new Error(`--${name} is '${text}': expected a number greater than 0`);
}
