import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { createApi, startUnthrottledGateway } from './gateway.ts';
import { atMost, type Part } from './targets.ts';

interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly sockets: number;
}

interface Round {
  /** Bytes per connection. */
  readonly rss: number;
  readonly heap: number;
  /** Bytes that are still used after all connections have closed. */
  readonly leftBytes: number;
  readonly openSockets: number;
  /** Until all connections were open, one hundred at a time. */
  readonly openingMs: number;
}

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--expose-gc', '--import', program('report-usage')];

/** The cost of idle connections: to open them, to hold them, and what is left when they have closed. */
export async function idleConnections(rounds: number, count: number): Promise<Part> {
  const servers = {
    'bare ws': () => Child.start(program('idle-server'), [], MEASURED),
    gateway: () => startUnthrottledGateway(MEASURED),
  };
  const results: Record<keyof typeof servers, Round[]> = { 'bare ws': [], gateway: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(servers) as (keyof typeof servers)[]) {
      await using server = servers[name]();
      const url = await server.receive<string>('listening');
      const address = name === 'gateway' ? await createApi(url) : url.replace('http', 'ws');
      results[name].push(await measure(server, address, count));
    }
  }
  const figuresOf = (name: keyof typeof servers, key: keyof Round) =>
    results[name].map((round) => round[key]);
  const ratioOf = (key: keyof Round) => ratio(figuresOf('gateway', key), figuresOf('bare ws', key));
  const rows = (['rss', 'heap'] as const).map((key) => [
    key === 'rss' ? 'resident, bytes/connection' : 'heap and buffers, bytes/connection',
    shown(figure(figuresOf('gateway', key))),
    shown(figure(figuresOf('bare ws', key))),
    shown(ratioOf(key), 2),
  ]);
  const text = table(
    [`${count.toLocaleString('en-US')} idle connections`, 'gateway', 'bare ws', 'ratio'],
    [
      [
        'time to open them, ms',
        shown(figure(figuresOf('gateway', 'openingMs'))),
        shown(figure(figuresOf('bare ws', 'openingMs'))),
        shown(ratioOf('openingMs'), 2),
      ],
      ...rows,
      [
        'heap left after closing, bytes',
        shown(figure(figuresOf('gateway', 'leftBytes'))),
        shown(figure(figuresOf('bare ws', 'leftBytes'))),
        '',
      ],
      [
        'sockets left',
        shown(figure(figuresOf('gateway', 'openSockets'))),
        shown(figure(figuresOf('bare ws', 'openSockets'))),
        '',
      ],
    ],
  );
  return {
    text,
    targets: [
      atMost('idle connections: resident memory, ratio to bare ws', 1.5, ratioOf('rss')),
      atMost('idle connections: heap and buffers, ratio to bare ws', 1.5, ratioOf('heap')),
    ],
  };
}

async function measure(server: Child, url: string, connections: number): Promise<Round> {
  const memoryOf = async () => server.request<Memory>('memory', 'memory');
  // the first connections load code that stays in memory
  await openAndClose(url, 100);
  const before = await memoryOf();
  await using load = Child.start(program('load'), [url, 'idle', String(connections)]);
  const openingMs = await load.receive<number>('opened');
  const open = await memoryOf();
  await load.request('close', 'closed');
  const after = await memoryOf();
  return {
    rss: (open.rss - before.rss) / connections,
    heap: (open.heap - before.heap) / connections,
    leftBytes: after.heap - before.heap,
    openSockets: after.sockets - before.sockets,
    openingMs,
  };
}

async function openAndClose(url: string, connections: number): Promise<void> {
  await using load = Child.start(program('load'), [url, 'idle', String(connections)]);
  await load.receive('opened');
  await load.request('close', 'closed');
}
