// `npm run check:history` runs the service on each store under faults that a seed decides, records every operation with
// its outcome, and checks afterwards that nothing was lost without a word. `--store redis-aof --minutes 5` checks one
// store for five minutes. `--plants` checks that it finds bugs that are planted into copies of the built service,
// `--plant no-fencing` only one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type CheckedRun, checkStore } from './check-store.ts';
import { readOptions } from './options.ts';
import { checkPlants } from './plants.ts';
import { describeViolations, figuresOf, type RunFigures, saveHistory, summary } from './report.ts';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist');

/** Then this program ends, whatever is not stopped by then: its programs end with it. */
const STOP_MS = 10_000;

const options = readOptions(process.argv.slice(2));
const print = (line: string) => void process.stdout.write(`${line}\n`);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
interrupted.signal.addEventListener('abort', () => setTimeout(() => process.exit(130), STOP_MS).unref());

if (options.plants.length > 0) {
  const { plants, seed } = options;
  const areFound = await checkPlants({ plants, dist: DIST, seed, print, signal: interrupted.signal });
  process.exitCode = areFound ? 0 : 1;
} else {
  process.exitCode = (await checkStores()) ? 0 : 1;
}
// what was abandoned may still wait for something
if (interrupted.signal.aborted) process.exit(130);

/** @returns whether everything was right */
async function checkStores(): Promise<boolean> {
  const { stores, seed, minutes, faults } = options;
  const { signal } = interrupted;
  print(`seed ${seed}: ${stores.join(', ')} for ${minutes} min`);
  const runs: RunFigures[] = [];
  let isRight = true;
  for (const store of stores) {
    if (signal.aborted) break;
    const folder = await mkdtemp(join(tmpdir(), 'backchannel-check-'));
    const seconds = (minutes * 60) / stores.length;
    let run: CheckedRun;
    try {
      run = await checkStore({ store, seed, seconds, folder, dist: DIST, faults, print, signal });
    } catch (error) {
      if (signal.aborted) {
        await rm(folder, { recursive: true });
        break;
      }
      isRight = false;
      print(`${store}: COULD NOT BE CHECKED: ${inspect(error)}\n  the logs of all programs are in ${folder}`);
      continue;
    }
    runs.push(figuresOf(run));
    if (run.violations.length === 0) {
      await rm(folder, { recursive: true });
      continue;
    }
    isRight = false;
    const file = await saveHistory(run, folder);
    print(`${store}: VIOLATIONS\n${describeViolations(run.violations)}`);
    print(`  the history is in ${file}, with the logs of all programs beside it`);
    print(`  to repeat: npm run check:history -- --store ${store} --seed ${seed} --minutes ${seconds / 60}`);
  }
  print(`\n${summary(runs)}`);
  if (options.json !== undefined)
    await writeFile(options.json, JSON.stringify({ seed, minutes, stores, runs }, null, 2));
  return isRight;
}
