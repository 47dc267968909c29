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
  /** Bytes for each connection. */
  readonly rss: number;
  readonly heap: number;
  /** Bytes that are still there after all have closed. */
  readonly rest: number;
  readonly openSockets: number;
  /** Until all were open, one hundred at a time. */
  readonly openingMs: number;
}

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--expose-gc', '--import', program('report-usage')];

/** What connections cost that say nothing: to open, to keep, and what is left of them when they are closed. */
export async function idleConnections(rounds: number, count: number): Promise<Part> {
  const servers = {
    'bare ws': () => Child.start(program('idle-server'), [], MEASURED),
    gateway: () => startUnthrottledGateway(MEASURED),
  };
  const results: Record<keyof typeof servers, Round[]> = { 'bare ws': [], gateway: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(servers) as (keyof typeof servers)[]) {
      await using server = servers[name]();
      const url = await server.told<string>('listening');
      const address = name === 'gateway' ? await createApi(url) : url.replace('http', 'ws');
      results[name].push(await measure(server, address, count));
    }
  }
  const of = (name: keyof typeof servers, what: keyof Round) => results[name].map((each) => each[what]);
  const beside = (what: keyof Round) => ratio(of('gateway', what), of('bare ws', what));
  const rows = (['rss', 'heap'] as const).map((what) => [
    what === 'rss' ? 'resident, bytes/connection' : 'heap and buffers, bytes/connection',
    shown(figure(of('gateway', what))),
    shown(figure(of('bare ws', what))),
    shown(beside(what), 2),
  ]);
  const text = table(
    [`${count.toLocaleString('en-US')} idle connections`, 'gateway', 'bare ws', 'ratio'],
    [
      [
        'time to open them, ms',
        shown(figure(of('gateway', 'openingMs'))),
        shown(figure(of('bare ws', 'openingMs'))),
        shown(beside('openingMs'), 2),
      ],
      ...rows,
      [
        'heap left after they closed, bytes',
        shown(figure(of('gateway', 'rest'))),
        shown(figure(of('bare ws', 'rest'))),
        '',
      ],
      [
        'sockets left',
        shown(figure(of('gateway', 'openSockets'))),
        shown(figure(of('bare ws', 'openSockets'))),
        '',
      ],
    ],
  );
  return {
    text,
    targets: [
      atMost('idle connections: resident memory, of bare ws', 1.5, beside('rss')),
      atMost('idle connections: heap and buffers, of bare ws', 1.5, beside('heap')),
    ],
  };
}

async function measure(server: Child, url: string, connections: number): Promise<Round> {
  const memoryOf = async () => server.ask<Memory>('memory', 'memory');
  // the first connections bring code that stays
  await openAndClose(url, 100);
  const before = await memoryOf();
  await using load = Child.start(program('load'), [url, 'idle', String(connections)]);
  const openingMs = await load.told<number>('opened');
  const open = await memoryOf();
  await load.ask('close', 'closed');
  const after = await memoryOf();
  return {
    rss: (open.rss - before.rss) / connections,
    heap: (open.heap - before.heap) / connections,
    rest: after.heap - before.heap,
    openSockets: after.sockets - before.sockets,
    openingMs,
  };
}

async function openAndClose(url: string, connections: number): Promise<void> {
  await using load = Child.start(program('load'), [url, 'idle', String(connections)]);
  await load.told('opened');
  await load.ask('close', 'closed');
}
