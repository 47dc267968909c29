import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { startUnthrottledGateway } from './gateway.ts';
import { atLeast, type Part } from './targets.ts';

const CLIENTS = 50;

/** Bytes of a request's body; the backend sends them back. */
const BODIES = { GET: 0, 'POST of 1 KB': 1024 } as const;

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--import', program('report-usage')];

interface Round {
  readonly perSecond: number;
  /** Processor time per request in microseconds, of the measured process alone. */
  readonly cpuUs: number;
}

/** A request through an `HTTP_PROXY` integration of an HTTP API, compared with a bare forwarder. */
export async function httpForward(rounds: number, seconds: number): Promise<Part> {
  await using backend = Child.start(program('backend'));
  const backendUrl = await backend.receive<string>('listening');
  await using gateway = startUnthrottledGateway(MEASURED);
  const gatewayUrl = await gateway.receive<string>('listening');
  await quickCreate(gatewayUrl, backendUrl);
  await using forwarder = Child.start(program('http-forwarder'), [backendUrl], MEASURED);
  const forwarderUrl = await forwarder.receive<string>('listening');

  const rows: string[][] = [];
  const targets = [];
  for (const [name, bytes] of Object.entries(BODIES)) {
    const ours: Round[] = [];
    const floor: Round[] = [];
    // the first round is a warm-up for the compiler, and does not count
    for (let round = -1; round < rounds; round++) {
      // each is first in every other round, as the load of the machine may rise or fall meanwhile
      const sides = [
        { results: ours, server: gateway, url: gatewayUrl },
        { results: floor, server: forwarder, url: forwarderUrl },
      ];
      for (const { results, server, url } of round % 2 === 0 ? sides : sides.toReversed()) {
        const result = await measure(server, url, seconds, bytes);
        if (round >= 0) results.push(result);
      }
    }
    const of = (side: readonly Round[], key: keyof Round) => side.map((round) => round[key]);
    const perSecond = ratio(of(ours, 'perSecond'), of(floor, 'perSecond'));
    rows.push([
      name,
      shown(figure(of(ours, 'perSecond'))),
      shown(figure(of(floor, 'perSecond'))),
      shown(perSecond, 2),
      shown(figure(of(ours, 'cpuUs'))),
      shown(figure(of(floor, 'cpuUs'))),
      shown(ratio(of(floor, 'cpuUs'), of(ours, 'cpuUs')), 2),
    ]);
    targets.push(
      atLeast(`HTTP API, ${name}, ${CLIENTS} clients: requests/s, ratio to the forwarder`, 0.8, perSecond),
    );
  }
  const head = [
    'request',
    'gateway/s',
    'forwarder/s',
    'ratio',
    'gateway CPU, µs',
    'forwarder CPU, µs',
    'its CPU / ours',
  ];
  return { text: table(head, rows), targets };
}

/** An API whose routes all lead to the backend (H12.04). */
async function quickCreate(gatewayUrl: string, backendUrl: string): Promise<void> {
  const response = await fetch(`${gatewayUrl}/v2/apis`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'bench', protocolType: 'HTTP', target: backendUrl }),
  });
  if (!response.ok) throw new Error(`CreateApi: ${response.status} ${await response.text()}`);
}

async function measure(server: Child, url: string, seconds: number, bytes: number): Promise<Round> {
  const cpuBefore = await server.request<number>('cpu', 'cpu');
  const args = [`${url}/`, String(CLIENTS), String(seconds), String(bytes)];
  await using load = Child.start(program('http-load'), args);
  const { count, perSecond } = await load.receive<{ count: number; perSecond: number }>('sent');
  return { perSecond, cpuUs: ((await server.request<number>('cpu', 'cpu')) - cpuBefore) / count };
}
