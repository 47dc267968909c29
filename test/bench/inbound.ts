import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { hasRedis, Redis } from './redis.ts';
import { Sink } from './sink.ts';
import { withoutRedis } from './stores.ts';
import { atLeast, type Part } from './targets.ts';

interface Round {
  readonly perSecond: number;
  /** Processor time per request in microseconds, of the measured process alone. */
  readonly cpuUs: number;
}

const ALL_KINDS = {
  response: 'Backchannel, `REPLIES=response`',
  callback: 'Backchannel, `REPLIES=callback`: two requests',
  'callback-redis': 'Backchannel, `REPLIES=callback`, `STORE=redis`',
  plain: 'Nest on Fastify, SDK, one Redis HSET: two requests',
  nest: 'bare Nest on Fastify',
  fastify: 'bare Fastify',
  http: '`node:http`',
} as const;
type Kind = keyof typeof ALL_KINDS;

const NEED_REDIS: ReadonlySet<Kind> = new Set(['callback-redis', 'plain']);
const KINDS = (Object.keys(ALL_KINDS) as Kind[]).filter((kind) => hasRedis || !NEED_REDIS.has(kind));

const CLIENTS = 50;

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--import', program('report-usage')];

/**
 * `POST /message` with a ping through the whole service, compared with routes that do nothing, and with the service that
 * one would write without Backchannel.
 */
export async function inbound(rounds: number, seconds: number): Promise<Part> {
  const results = new Map(KINDS.map((name) => [name, [] as Round[]]));
  await using sink = await Sink.start();
  await using servers = new AsyncDisposableStack();
  const redis = hasRedis ? servers.use(await Redis.start()) : undefined;
  const urls = new Map<Kind, { readonly child: Child; readonly url: string }>();
  for (const name of KINDS) {
    const child = servers.use(startServer(name, sink.endpoint, redis?.url ?? ''));
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
    ['ping', 'requests/s', 'this / bare Nest', 'CPU per request, µs', 'bare Nest / this', 'this / callback'],
    KINDS.map((name) => [
      ALL_KINDS[name],
      shown(figure(figuresOf(name, 'perSecond'))),
      shown(ratio(figuresOf(name, 'perSecond'), figuresOf('nest', 'perSecond')), 2),
      shown(figure(figuresOf(name, 'cpuUs'))),
      shown(ratio(figuresOf('nest', 'cpuUs'), figuresOf(name, 'cpuUs')), 2),
      shown(ratio(figuresOf(name, 'cpuUs'), figuresOf('callback', 'cpuUs')), 2),
    ]),
  );
  const ratioToNest = (name: Kind) => ratio(figuresOf(name, 'perSecond'), figuresOf('nest', 'perSecond'));
  const targets = [
    atLeast(`inbound, ${ALL_KINDS.response}: pings/s, ratio to bare Nest`, 0.6, ratioToNest('response')),
  ];
  if (hasRedis) {
    targets.push(
      atLeast(
        `inbound, ${ALL_KINDS.callback}: CPU, ratio of ${ALL_KINDS.plain}`,
        2.5,
        ratio(figuresOf('plain', 'cpuUs'), figuresOf('callback', 'cpuUs')),
      ),
    );
  }
  return { text: [text, ...withoutRedis].join('\n\n'), targets };
}

function startServer(name: Kind, endpoint: string, redisUrl: string): Child {
  switch (name) {
    case 'response':
    case 'callback':
      return Child.start(program('service'), [endpoint, name], MEASURED);
    case 'callback-redis': {
      const store = { STORE: 'redis', REDIS_URL: redisUrl, REDIS_PREFIX: 'bench' };
      return Child.start(program('service'), [endpoint, 'callback'], MEASURED, store);
    }
    case 'plain':
      return Child.start(program('plain-service'), [endpoint, redisUrl], MEASURED);
    default:
      return Child.start(program('bare-route'), [name], MEASURED);
  }
}

async function measure(server: Child, url: string, seconds: number): Promise<Round> {
  const cpuBefore = await server.request<number>('cpu', 'cpu');
  await using load = Child.start(program('pings'), [url, String(CLIENTS), String(seconds)]);
  const { count, perSecond } = await load.receive<{ count: number; perSecond: number }>('pings');
  return { perSecond, cpuUs: ((await server.request<number>('cpu', 'cpu')) - cpuBefore) / count };
}
