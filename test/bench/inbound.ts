import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { Sink } from './sink.ts';
import { atLeast, type Part } from './targets.ts';

interface Round {
  readonly perSecond: number;
  /** Processor time per request in microseconds, of the measured process alone. */
  readonly cpuUs: number;
}

const KINDS = {
  response: 'Backchannel, `REPLIES=response`',
  callback: 'Backchannel, `REPLIES=callback`: two requests',
  nest: 'bare Nest on Fastify',
  fastify: 'bare Fastify',
  http: '`node:http`',
} as const;
type Kind = keyof typeof KINDS;

const CLIENTS = 50;

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--import', program('report-usage')];

/** `POST /message` with a ping through the whole service, compared with routes that do nothing. */
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
    urls.set(name, { child, url: await child.receive<string>('listening') });
  }
  // the first round is a warm-up for the compiler, and does not count
  for (let round = -1; round < rounds; round++) {
    for (const [name, { child, url }] of urls) {
      const result = await measure(child, url, seconds);
      if (round >= 0) results.get(name)!.push(result);
    }
  }
  const figuresOf = (name: Kind, key: keyof Round) => results.get(name)!.map((round) => round[key]);
  const text = table(
    ['ping', 'requests/s', 'this / bare Nest', 'CPU per request, µs', 'bare Nest / this'],
    names.map((name) => [
      KINDS[name],
      shown(figure(figuresOf(name, 'perSecond'))),
      shown(ratio(figuresOf(name, 'perSecond'), figuresOf('nest', 'perSecond')), 2),
      shown(figure(figuresOf(name, 'cpuUs'))),
      shown(ratio(figuresOf('nest', 'cpuUs'), figuresOf(name, 'cpuUs')), 2),
    ]),
  );
  const ratioToNest = (name: Kind) => ratio(figuresOf(name, 'perSecond'), figuresOf('nest', 'perSecond'));
  return {
    text,
    targets: [
      atLeast(`inbound, ${KINDS.response}: pings/s, ratio to bare Nest`, 0.6, ratioToNest('response')),
    ],
  };
}

async function measure(server: Child, url: string, seconds: number): Promise<Round> {
  const cpuBefore = await server.request<number>('cpu', 'cpu');
  await using load = Child.start(program('pings'), [url, String(CLIENTS), String(seconds)]);
  const { count, perSecond } = await load.receive<{ count: number; perSecond: number }>('pings');
  return { perSecond, cpuUs: ((await server.request<number>('cpu', 'cpu')) - cpuBefore) / count };
}
