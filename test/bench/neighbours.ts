import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, shown, table } from './figures.ts';
import { atMost, type Part } from './targets.ts';

const FLOODED = 1_000;
const OTHERS = 50;
const LATENCY_MS = 10;
const WARM_UP_MS = 1_000;
const QUIET_MS = 3_000;
const FLOOD_MS = 6_000;

/** Whether the members of the flooded channel read. */
const KINDS = { reading: 'that read', slow: 'that do not read' } as const;
type Kind = keyof typeof KINDS;

interface Round {
  readonly quietP99Ms: number;
  readonly quietOccupiedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** 99th percentile of the processor time that the service needs, for whatever, until it has replied to a ping. */
  readonly occupiedMs: number;
  /** Processor time of the service, less what it needs for the pings. */
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly closed: number;
}

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);

/**
 * Pings of clients whose neighbours are the members of a flooded channel. Service, API Gateway (a model with a latency,
 * and 429 for clients that do not read) and clients are separate processes.
 */
export async function neighbours(rounds: number): Promise<Part> {
  const results: Record<Kind, Round[]> = { reading: [], slow: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of Object.keys(KINDS) as Kind[]) results[kind].push(await measure(kind));
  }
  const figuresOf = (kind: Kind, key: keyof Round) => results[kind].map((each) => each[key]);
  const ratioOf = (kind: Kind) => figure(results[kind].map((each) => each.p99Ms / each.quietP99Ms));
  const text = table(
    [
      `pings of ${OTHERS} clients, 10/s each, beside ${FLOODED.toLocaleString('en-US')} connections`,
      ...Object.values(KINDS),
    ],
    [
      ['99th percentile before the flood, ms', 'quietP99Ms', 1] as const,
      ['median during the flood, ms', 'p50Ms', 1] as const,
      ['99th percentile during the flood, ms', 'p99Ms', 1] as const,
      [
        '99th percentile of the CPU time until the reply, before the flood, ms',
        'quietOccupiedMs',
        1,
      ] as const,
      ['99th percentile of the CPU time until the reply, during the flood, ms', 'occupiedMs', 1] as const,
      ['CPU of the service for the flood, ms', 'cpuMs', 0] as const,
      ['highest resident memory of the service, MB', 'rssMb', 0] as const,
      ['connections closed', 'closed', 0] as const,
    ]
      .map(([name, key, digits]) => [
        name,
        ...(Object.keys(KINDS) as Kind[]).map((kind) => shown(figure(figuresOf(kind, key)), digits)),
      ])
      .toSpliced(3, 0, [
        '99th percentile, during / before',
        shown(ratioOf('reading'), 2),
        shown(ratioOf('slow'), 2),
      ]),
  );
  return {
    text: `${text}

The flood is 100 messages to a channel at once, then 10 a second for ${FLOOD_MS / 1_000} s. The connections are its members.`,
    targets: [
      atMost(
        `${FLOODED.toLocaleString('en-US')} connections that do not read: 99th percentile of the others, during / before`,
        2,
        ratioOf('slow'),
      ),
    ],
  };
}

async function measure(kind: Kind): Promise<Round> {
  await using model = Child.start(program('gateway-model'), [String(LATENCY_MS)]);
  const modelUrl = await model.receive<string>('listening');
  await using service = Child.start(
    program('service'),
    [`${modelUrl}/dev`, 'callback'],
    ['--import', program('report-usage'), '--import', program('report-occupied')],
    { LOG_LEVEL: 'error' },
  );
  const url = await service.receive<string>('listening');
  await using clients = Child.start(program('flooded-clients'), [url]);
  await clients.receive('ready');
  await clients.request({ open: { flooded: FLOODED, others: OTHERS } }, 'open');
  const ping = async (ms: number, flood = false) => {
    const cpuBefore = await service.request<number>('cpu', 'cpu');
    await service.request('occupied', 'occupied');
    const times = await clients.request<number[]>({ ping: { ms, flood } }, 'ping');
    const occupied = await service.request<number[]>('occupied', 'occupied');
    return { times, occupied, cpuMs: ((await service.request<number>('cpu', 'cpu')) - cpuBefore) / 1_000 };
  };
  await ping(WARM_UP_MS);
  const quiet = await ping(QUIET_MS);
  await model.request('counts', 'counts');
  if (kind === 'slow') await model.request({ flood: url }, 'flood');
  const flood = await ping(FLOOD_MS, true);
  const { closed } = await model.request<{ closed: number }>('counts', 'counts');
  return {
    quietP99Ms: percentile(quiet.times, 0.99),
    quietOccupiedMs: percentile(quiet.occupied, 0.99),
    occupiedMs: percentile(flood.occupied, 0.99),
    p50Ms: percentile(flood.times, 0.5),
    p99Ms: percentile(flood.times, 0.99),
    cpuMs: flood.cpuMs - (quiet.cpuMs * FLOOD_MS) / QUIET_MS,
    rssMb: (await service.request<number>('highestRss', 'highestRss')) / 1024 ** 2,
    closed,
  };
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1]!;
}
