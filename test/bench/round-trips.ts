import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Child } from './child.ts';
import { type Compared, compare, figuresOf, MEASURED, program, report, type Side } from './exchanges.ts';
import { ratio } from './figures.ts';
import { createApi, startUnthrottledGateway } from './gateway.ts';
import { startSystem } from './system.ts';
import { atLeast, atMost, type Part } from './targets.ts';

/** Frame → HTTP backend → frame: the gateway with a two-way route compared with a bare forwarder. */
export async function throughGateway(rounds: number, seconds: number): Promise<Part> {
  await using backend = Child.start(program('backend'));
  const backendUrl = await backend.receive<string>('listening');
  await using gateway = startUnthrottledGateway(MEASURED);
  const url = await createApi(await gateway.receive<string>('listening'), backendUrl);
  await using forwarder = Child.start(program('forwarder'), [backendUrl], MEASURED);
  const forwarderUrl = (await forwarder.receive<string>('listening')).replace('http', 'ws');

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
          `gateway, ${each.clients} clients: messages/s, ratio to the bare forwarder`,
          0.6,
          ratio(figuresOf(each.ours, 'perSecond'), figuresOf(each.floor, 'perSecond')),
        ),
      ),
      atMost(
        'gateway, 50 clients: 99th percentile, ratio to the forwarder',
        2,
        ratio(figuresOf(fifty.ours, 'p99Ms'), figuresOf(fifty.floor, 'p99Ms')),
      ),
    ],
  };
}

/** Client → gateway → service → `@connections` → client, compared with the least code that does it. */
export async function throughService(rounds: number, seconds: number): Promise<Part> {
  await using cleanUp = new AsyncDisposableStack();
  const system = await startSystem(cleanUp, MEASURED);
  const backend = cleanUp.use(Child.start(program('least-code'), ['backend'], MEASURED));
  const backendUrl = await backend.receive<string>('listening');
  const gateway = cleanUp.use(Child.start(program('least-code'), ['gateway', backendUrl], MEASURED));
  const url = (await gateway.receive<string>('listening')).replace('http', 'ws');

  const ours: Side = {
    name: 'gateway and service',
    url: system.url,
    processes: [system.gateway, system.service],
  };
  const floor: Side = { name: 'least code', url, processes: [gateway, backend] };
  const all: Compared[] = [];
  for (const clients of [1, 50]) {
    all.push(await compare('pings', ours, floor, clients, rounds, seconds));
  }
  return {
    text: `${report(ours, floor, all)}

Least code: \`processes/least-code.ts\`, a \`ws\` server in front of a \`node:http\` backend that posts back with undici. It signs nothing,
checks nothing and stores no connections: it has neither API Gateway's contract nor a store.`,
    targets: all.map((each) =>
      atLeast(
        `round trip, ${each.clients} clients: pings/s, ratio to the least code`,
        0.5,
        ratio(figuresOf(each.ours, 'perSecond'), figuresOf(each.floor, 'perSecond')),
      ),
    ),
  };
}

/** Peers that may be installed on this machine; the benchmark installs and downloads nothing. */
function others(): string {
  const names = [
    { name: 'serverless-offline', isThere: isPackage('serverless-offline') },
    { name: 'Pushpin', isThere: spawnSync('pushpin', ['--version']).status === 0 },
  ];
  return names
    .map(({ name, isThere }) => `${name}: ${isThere ? 'installed, but not measured yet' : 'not installed'}.`)
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
