import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { hasRedis } from '../bench/redis.ts';
import { type PlantName, plantNames } from './plant-list.ts';
import { type FaultKind, faultKinds, STORE_NAMES, type StoreName } from './guarantees.ts';

export interface CheckerOptions {
  /** Divided among the stores. */
  readonly minutes: number;
  readonly stores: readonly StoreName[];
  readonly seed: string;
  /** Only these faults; all of a store's by default. */
  readonly faults: readonly FaultKind[] | undefined;
  /** File for the figures. */
  readonly json: string | undefined;
  /** The planted bugs that it has to find, in place of the usual check. */
  readonly plants: readonly PlantName[];
}

/** @throws {Error} an option is wrong */
export function readOptions(args: readonly string[]): CheckerOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '2' },
      store: { type: 'string', multiple: true },
      seed: { type: 'string', default: String(randomInt(2 ** 32)) },
      faults: { type: 'string' },
      json: { type: 'string' },
      plants: { type: 'boolean', default: false },
      plant: { type: 'string', multiple: true, default: [] },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes is '${values.minutes}': expected a number greater than 0`);
  return {
    minutes,
    stores: (values.store ?? STORE_NAMES).map((name) => oneOf('--store', STORE_NAMES, name)).filter(isThere),
    seed: values.seed,
    faults: values.faults?.split(',').map((name) => oneOf('--faults', faultKinds, name)),
    json: values.json,
    plants: values.plants ? plantNames : values.plant.map((name) => oneOf('--plant', plantNames, name)),
  };
}

function oneOf<T extends string>(option: string, names: readonly T[], name: string): T {
  const found = names.find((each) => each === name);
  if (found === undefined) throw new Error(`${option} has '${name}': expected ${names.join(', ')}`);
  return found;
}

/** @throws {Error} where skips are refused, and Redis is not installed */
function isThere(store: StoreName): boolean {
  if (hasRedis || !store.startsWith('redis')) return true;
  if (process.env.CI_REFUSES_SKIPS === '1') throw new Error('redis-server is not installed');
  process.stderr.write(`${store} is skipped: redis-server is not installed\n`);
  return false;
}
