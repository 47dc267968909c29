// `npm run bench`: what gateway and service cost, beside floors that are measured in the same run, by turns. Prints tables and
// writes them to RESULTS.md. `npm run bench -- memory --rounds 1` measures one part only, once, and writes nothing.
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callback } from './callback.ts';
import { fanOut } from './fan-out.ts';
import { inbound } from './inbound.ts';
import { memory } from './memory.ts';
import { roundTrips } from './round-trips.ts';
import { startUp } from './start-up.ts';

const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 10_000;
const RECIPIENTS = 10_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, seconds: { type: 'string' } },
});
const rounds = Number(values.rounds ?? ROUNDS);
const seconds = Number(values.seconds ?? SECONDS);

const PARTS = {
  'round-trips': {
    title: 'Frame → HTTP backend → frame',
    measure: () => roundTrips(rounds, seconds),
  },
  memory: { title: 'Memory of connections that say nothing', measure: () => memory(rounds, CONNECTIONS) },
  callback: { title: 'Posts to @connections', measure: () => callback(rounds, RECIPIENTS) },
  'fan-out': { title: 'A message to the members of a channel', measure: () => fanOut(rounds) },
  inbound: { title: 'POST /message with a ping', measure: () => inbound(rounds, seconds) },
  'start-up': { title: 'From start to ready', measure: () => startUp(rounds) },
};

const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0)
  throw new Error(`there is no part ${unknown.join(', ')}: there are ${names.join(', ')}`);

const sections: string[] = [];
for (const name of names.filter((each) => positionals.length === 0 || positionals.includes(each))) {
  const { title, measure } = PARTS[name];
  const section = `## ${title}\n\n${await measure()}\n`;
  process.stdout.write(`${section}\n`);
  sections.push(section);
}

if (positionals.length === 0) {
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'an unknown processor'}, Node.js ${process.version}`;
  const head = `# What it costs

Written by \`npm run bench\`, ${new Date().toISOString().slice(0, 10)}, on ${machine}: load, backend, gateway and sink are processes
of their own on the same machine. Medians of ${rounds} rounds (smallest–largest), run by turns; the ratios are what counts.
`;
  await writeFile(join(import.meta.dirname, 'RESULTS.md'), [head, ...sections].join('\n'));
}
