import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { createApi, startUnthrottledGateway } from './gateway.ts';

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
}

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--expose-gc', '--import', program('report-usage')];

/** What a connection costs that says nothing, and what is left of it when it is closed. */
export async function memory(rounds: number, connections: number): Promise<string> {
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
      results[name].push(await measure(server, address, connections));
    }
  }
  const of = (name: keyof typeof servers, what: keyof Round) => results[name].map((each) => each[what]);
  const rows = (['rss', 'heap'] as const).map((what) => [
    what === 'rss' ? 'resident, bytes/connection' : 'heap and buffers, bytes/connection',
    shown(figure(of('gateway', what))),
    shown(figure(of('bare ws', what))),
    shown(ratio(of('gateway', what), of('bare ws', what)), 2),
  ]);
  return table(
    [`${connections.toLocaleString('en-US')} idle connections`, 'gateway', 'bare ws', 'ratio'],
    [
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
}

async function measure(server: Child, url: string, connections: number): Promise<Round> {
  const memoryOf = async () => server.ask<Memory>('memory', 'memory');
  // the first connections bring code that stays
  await openAndClose(url, 100);
  const before = await memoryOf();
  await using load = Child.start(program('load'), [url, 'idle', String(connections)]);
  await load.told('opened');
  const open = await memoryOf();
  await load.ask('close', 'closed');
  const after = await memoryOf();
  return {
    rss: (open.rss - before.rss) / connections,
    heap: (open.heap - before.heap) / connections,
    rest: after.heap - before.heap,
    openSockets: after.sockets - before.sockets,
  };
}

async function openAndClose(url: string, connections: number): Promise<void> {
  await using load = Child.start(program('load'), [url, 'idle', String(connections)]);
  await load.told('opened');
  await load.ask('close', 'closed');
}
