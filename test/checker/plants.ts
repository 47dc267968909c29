import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkStore } from './check-store.ts';
import { type Plant, type PlantName, PLANTS } from './plant-list.ts';
import { describeViolations, saveHistory } from './report.ts';

export interface PlantOptions {
  readonly plants: readonly PlantName[];
  /** Of the built programs. */
  readonly dist: string;
  readonly seed: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Plants each bug into a copy of the built service. @returns whether the checker finds all of them */
export async function checkPlants(options: PlantOptions): Promise<boolean> {
  const missed: PlantName[] = [];
  for (const name of options.plants) {
    if (options.signal.aborted) return false;
    if (!(await isFound(name, PLANTS[name], options))) missed.push(name);
  }
  options.print(missed.length === 0 ? 'every planted bug was found' : `NOT FOUND: ${missed.join(', ')}`);
  return missed.length === 0;
}

async function isFound(
  name: PlantName,
  { patches, store, faults, shownBy }: Plant,
  { dist, seed, print, signal }: PlantOptions,
): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'backchannel-check-'));
  const planted = await copyWithPlant(name, patches, dist, folder);
  const run = await checkStore({
    store,
    seed,
    seconds: 0,
    minFaultSeconds: FAULT_SECONDS,
    folder,
    dist: planted,
    faults,
    print,
    signal,
  });
  const found = run.violations.filter(({ rule }) => shownBy.includes(rule));
  if (found.length === 0) {
    print(`${name}: NOT FOUND; the history is in ${await saveHistory(run, folder)}`);
    return false;
  }
  print(`${name}: found\n${describeViolations(found.slice(0, 1))}`);
  await rm(folder, { recursive: true });
  return true;
}

/** @throws {Error} the text to be replaced is not there, or more than once */
async function copyWithPlant(
  name: PlantName,
  patches: Plant['patches'],
  dist: string,
  folder: string,
): Promise<string> {
  const copy = join(folder, 'dist');
  await cp(dist, copy, { recursive: true });
  // what the copy imports is found from its folder upwards
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  for (const { file, text, instead } of patches) {
    const path = join(copy, file);
    const [before, after, ...others] = (await readFile(path, 'utf8')).split(text);
    if (after === undefined || others.length > 0) {
      throw new Error(`the bug ${name} cannot be planted: expected once in ${file}: ${text}`);
    }
    await writeFile(path, `${before}${instead}${after}`);
  }
  return copy;
}

const ROOT = join(import.meta.dirname, '../..');
/** Of each run: enough for two faults of the longest kind. */
const FAULT_SECONDS = 14;
