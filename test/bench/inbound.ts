import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { Sink } from './sink.ts';
import { atLeast, type Part } from './targets.ts';

interface Round {
  readonly perSecond: number;
  /** Microseconds of processor time for each request, of the measured process alone. */
  readonly cpuUs: number;
}

const KINDS = {
  response: 'Backchannel, `REPLIES=response`',
  callback: 'Backchannel, answer by callback: two requests',
  nest: 'bare Nest on Fastify',
  fastify: 'bare Fastify',
  http: '`node:http`',
} as const;
type Kind = keyof typeof KINDS;

const CLIENTS = 50;

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--import', program('report-usage')];

/** `POST /message` with a ping, through everything that a message goes through, beside routes that do nothing. */
export async function inbound(rounds: number, seconds: number): Promise<Part> {
  const names = Object.keys(KINDS) as Kind[];
  const results = new Map(names.map((name) => [name, [] as Round[]]));
  await using sink = await Sink.start();
  const { endpoint } = sink;
  await using servers = new AsyncDisposableStack();
  const urls = new Map<Kind, { readonly child: Child; readonly url: string }>();
  for (const name of names) {
    const isOurs = name === 'response' || name === 'callback';
    const child = servers.use(
      isOurs
        ? Child.start(program('service'), [endpoint, name], MEASURED)
        : Child.start(program('bare-route'), [name], MEASURED),
    );
    urls.set(name, { child, url: await child.told<string>('listening') });
  }
  // the first round of each is thrown away: nothing is compiled yet
  for (let round = -1; round < rounds; round++) {
    for (const [name, { child, url }] of urls) {
      const result = await measure(child, url, seconds);
      if (round >= 0) results.get(name)!.push(result);
    }
  }
  const of = (name: Kind, what: keyof Round) => results.get(name)!.map((each) => each[what]);
  const text = table(
    ['ping', 'requests/s', 'of bare Nest', 'CPU for each, µs', 'bare Nest, of that'],
    names.map((name) => [
      KINDS[name],
      shown(figure(of(name, 'perSecond'))),
      shown(ratio(of(name, 'perSecond'), of('nest', 'perSecond')), 2),
      shown(figure(of(name, 'cpuUs'))),
      shown(ratio(of('nest', 'cpuUs'), of(name, 'cpuUs')), 2),
    ]),
  );
  const ofNest = (name: Kind) => ratio(of(name, 'perSecond'), of('nest', 'perSecond'));
  return {
    text,
    targets: [atLeast(`inbound, ${KINDS.response}: pings/s, of bare Nest`, 0.6, ofNest('response'))],
  };
}

async function measure(server: Child, url: string, seconds: number): Promise<Round> {
  const cpuBefore = await server.ask<number>('cpu', 'cpu');
  await using load = Child.start(program('pings'), [url, String(CLIENTS), String(seconds)]);
  const { count, perSecond } = await load.told<{ count: number; perSecond: number }>('pings');
  return { perSecond, cpuUs: ((await server.ask<number>('cpu', 'cpu')) - cpuBefore) / count };
}
