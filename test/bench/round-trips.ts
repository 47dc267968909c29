import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Child } from './child.ts';
import { type Compared, compare, MEASURED, of, program, report, type Side } from './exchanges.ts';
import { ratio } from './figures.ts';
import { createApi, startUnthrottledGateway } from './gateway.ts';
import { startSystem } from './system.ts';
import { atLeast, atMost, type Part } from './targets.ts';

/** Frame → HTTP backend → frame: the gateway with a two-way route beside a bare forwarder. */
export async function throughGateway(rounds: number, seconds: number): Promise<Part> {
  await using backend = Child.start(program('backend'));
  const backendUrl = await backend.told<string>('listening');
  await using gateway = startUnthrottledGateway(MEASURED);
  const url = await createApi(await gateway.told<string>('listening'), backendUrl);
  await using forwarder = Child.start(program('forwarder'), [backendUrl], MEASURED);
  const forwarderUrl = (await forwarder.told<string>('listening')).replace('http', 'ws');

  const ours: Side = { name: 'gateway', url, processes: [gateway] };
  const floor: Side = { name: 'forwarder', url: forwarderUrl, processes: [forwarder] };
  const all: Compared[] = [];
  for (const clients of [1, 50, 500]) {
    all.push(await compare('echoes', ours, floor, clients, rounds, seconds));
  }
  const [one, fifty, many] = all as [Compared, Compared, Compared];
  return {
    text: [
      report(ours, floor, all),
      'The forwarder is `ws` and undici: no routes, no mapping, no limits. ' + others(),
    ].join('\n\n'),
    targets: [
      ...[one, fifty, many].map((each) =>
        atLeast(
          `gateway, ${each.clients} clients: messages/s, of the bare forwarder`,
          0.6,
          ratio(of(each.ours, 'perSecond'), of(each.floor, 'perSecond')),
        ),
      ),
      atMost(
        'gateway, 50 clients: 99th percentile, beside the forwarder',
        2,
        ratio(of(fifty.ours, 'p99Ms'), of(fifty.floor, 'p99Ms')),
      ),
    ],
  };
}

/** Client → gateway → service → `@connections` → client, beside the same by hand. */
export async function throughService(rounds: number, seconds: number): Promise<Part> {
  await using cleanUp = new AsyncDisposableStack();
  const system = await startSystem(cleanUp, MEASURED);
  const backend = cleanUp.use(Child.start(program('by-hand'), ['backend'], MEASURED));
  const backendUrl = await backend.told<string>('listening');
  const gateway = cleanUp.use(Child.start(program('by-hand'), ['gateway', backendUrl], MEASURED));
  const url = (await gateway.told<string>('listening')).replace('http', 'ws');

  const ours: Side = {
    name: 'gateway and service',
    url: system.url,
    processes: [system.gateway, system.service],
  };
  const floor: Side = { name: 'by hand', url, processes: [gateway, backend] };
  const all: Compared[] = [];
  for (const clients of [1, 50]) {
    all.push(await compare('pings', ours, floor, clients, rounds, seconds));
  }
  return {
    text: `${report(ours, floor, all)}

By hand: \`processes/by-hand.ts\`, \`ws\` before a \`node:http\` backend that posts back by undici. It signs nothing, checks nothing,
and knows no connection, so that it has neither API Gateway's contract nor a store to ask.`,
    targets: all.map((each) =>
      atLeast(
        `round trip, ${each.clients} clients: pings/s, of the least code`,
        0.5,
        ratio(of(each.ours, 'perSecond'), of(each.floor, 'perSecond')),
      ),
    ),
  };
}

/** What a user might have installed beside us; the benchmark itself installs and downloads nothing. */
function others(): string {
  const names = [
    { name: 'serverless-offline', isThere: isPackage('serverless-offline') },
    { name: 'Pushpin', isThere: spawnSync('pushpin', ['--version']).status === 0 },
  ];
  return names
    .map(({ name, isThere }) => `${name}: ${isThere ? 'installed, and not measured yet' : 'not installed'}.`)
    .join(' ');
}

function isPackage(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}
