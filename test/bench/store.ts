import { join } from 'node:path';
import { Child } from './child.ts';
import { type Figure, figure, ratio, shown, table } from './figures.ts';
import { Sink } from './sink.ts';
import { type OpenStore, STORES, withoutRedis } from './stores.ts';
import { atLeast, atMost, type Part, type Target } from './targets.ts';
import { fill, startTask, typical } from './task.ts';

const SIZES = [10_000, 100_000, 1_000_000];
/** Operations compared with the raw engine, and their count per round. In this order: put, join, then remove. */
const COMPARED = { put: 8_000, join: 8_000, members: 100, history: 800, remove: 8_000 } as const;
/** The lookups of every message, which must not get slower with the number of connections. */
const LOOKUPS = { touch: 8_000, isMember: 8_000 } as const;
const FEW = 10;
const TIMES = 20;

type Operation = keyof typeof COMPARED | keyof typeof LOOKUPS;
const NAMES: Readonly<Record<Operation, string>> = {
  put: 'put a connection',
  join: 'join a channel of 1,000',
  members: 'a page of 1,000 members',
  history: '100 entries of a log',
  remove: 'remove a member of a channel',
  touch: 'touch',
  isMember: 'check membership',
};
const FLOORS: Readonly<Record<string, string>> = { embedded: 'raw `node:sqlite`', Redis: 'raw commands' };

/** Operations per second in each round, of one operation with a given number of connections. */
interface Pair {
  readonly ours: number[];
  readonly raw: number[];
}

/** The stores compared with the raw use of the same engine, with more and more connections. */
export async function store(rounds: number): Promise<Part> {
  const sections: string[] = [];
  const targets: Target[] = [];
  for (const [name, open] of Object.entries(STORES)) {
    const part = await measure(name, open, rounds);
    sections.push(`### ${name}\n\n${part.text}`);
    targets.push(...part.targets);
  }
  return { text: [...sections, ...withoutRedis].join('\n\n'), targets };
}

async function measure(name: string, open: OpenStore, rounds: number): Promise<Part> {
  await using cleanUp = new AsyncDisposableStack();
  const settings = await open(cleanUp);
  const sink = cleanUp.use(await Sink.start());
  const start = async (kind: string) => {
    const child = cleanUp.use(
      Child.start(join(import.meta.dirname, 'processes/store.ts'), [kind], [], {
        ...settings,
        WS_API_ENDPOINT: sink.endpoint,
      }),
    );
    await child.receive('ready');
    return child;
  };
  // ours first, because it creates the tables
  const ours = await start('ours');
  const raw = await start('raw');
  const bySize = new Map<number, Map<Operation, Pair>>();
  const publishing = new Map<number, number[]>();
  let loaded = 0;
  for (const size of SIZES) {
    await ours.request({ load: [loaded, size] }, 'load');
    loaded = size;
    bySize.set(size, await measureAlternating(ours, raw, size, rounds));
    publishing.set(size, await publishingToFew(sink.endpoint, settings, rounds));
  }
  return report(name, bySize, publishing);
}

async function measureAlternating(ours: Child, raw: Child, connections: number, rounds: number) {
  const isLast = connections === SIZES.at(-1);
  const operations = Object.entries({ ...(!isLast && COMPARED), ...LOOKUPS }) as [Operation, number][];
  const pairs = new Map<Operation, Pair>(operations.map(([operation]) => [operation, { ours: [], raw: [] }]));
  // the first round is a warm-up for the compiler, and does not count
  for (let round = -1; round < rounds; round++) {
    const children = Object.entries({ raw, ours }) as ['raw' | 'ours', Child][];
    // the order alternates, because the first one leaves the file changed for the second
    for (const [kind, child] of round % 2 === 0 ? children : children.toReversed()) {
      for (const [operation, count] of operations) {
        const perSecond = await child.request<number>({ run: { operation, count, connections } }, 'run');
        if (round >= 0) pairs.get(operation)![kind].push(perSecond);
      }
    }
  }
  return pairs;
}

/** Milliseconds of a publish to few members in each round: the cost of connections that are not recipients. */
async function publishingToFew(endpoint: string, settings: NodeJS.ProcessEnv, rounds: number) {
  await using task = await startTask(endpoint, settings);
  await fill(task, FEW);
  await typical(task, FEW, 10 * TIMES);
  const ms: number[] = [];
  for (let round = 0; round < rounds; round++) ms.push((await typical(task, FEW, TIMES)).ms);
  return ms;
}

function report(
  name: string,
  bySize: ReadonlyMap<number, ReadonlyMap<Operation, Pair>>,
  publishing: ReadonlyMap<number, readonly number[]>,
): Part {
  const count = (size: number) => size.toLocaleString('en-US');
  const rows = SIZES.slice(0, -1).flatMap((size) =>
    (Object.keys(COMPARED) as Operation[]).map((operation) => {
      const { ours, raw } = bySize.get(size)!.get(operation)!;
      return [
        NAMES[operation],
        count(size),
        shown(figure(ours)),
        shown(figure(raw)),
        shown(ratio(ours, raw), 2),
      ];
    }),
  );
  const microseconds = (operation: Operation, kind: keyof Pair) => (size: number) => {
    const pair = bySize.get(size)!.get(operation)!;
    return pair[kind].map((perSecond) => 1e6 / perSecond);
  };
  const lookups = [
    ...(Object.keys(LOOKUPS) as Operation[]).flatMap((operation) => [
      { what: NAMES[operation], unit: 'µs', values: microseconds(operation, 'ours') },
      { what: `${NAMES[operation]}, ${FLOORS[name]}`, unit: 'µs', values: microseconds(operation, 'raw') },
    ]),
    { what: `publish to ${FEW}`, unit: 'ms', values: (size: number) => publishing.get(size)! },
  ];
  const lookupRows = lookups.map(({ what, unit, values }) => [
    `${what}, ${unit}`,
    ...SIZES.map((size) => shown(figure(values(size)), 2)),
    shown(growth(values), 2),
  ]);
  const comparedTargets = (['put', 'join'] as const).flatMap((operation) => {
    const { ours, raw } = bySize.get(SIZES[1]!)!.get(operation)!;
    return atLeast(`store, ${name}: ${operation}, ratio to ${FLOORS[name]}`, 0.7, ratio(ours, raw));
  });
  const growthTargets = lookups
    .filter(({ what }) => !what.endsWith(FLOORS[name]!))
    .map(({ what, values }) => atMost(`store, ${name}: ${what}, 10⁶ / 10⁴ connections`, 1.2, growth(values)));
  const head = ['operations/s', 'connections', 'ours', FLOORS[name]!, 'ratio'];
  return {
    text: [table(head, rows), table(['connections', ...SIZES.map(count), 'last / first'], lookupRows)].join(
      '\n\n',
    ),
    targets: [...comparedTargets, ...growthTargets],
  };
}

/**
 * The cost with the most connections divided by the cost with the fewest: 1 is constant. The sizes do not alternate,
 * because the store only grows.
 */
function growth(values: (size: number) => readonly number[]): Figure {
  const few = figure(values(SIZES[0]!)).median;
  return figure(values(SIZES.at(-1)!).map((value) => value / few));
}
