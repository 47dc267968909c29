import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { createApi, startUnthrottledGateway } from './gateway.ts';

interface RoundTrips {
  readonly count: number;
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

interface Round extends RoundTrips {
  /** Microseconds of processor time for each message, of the measured process alone. */
  readonly cpuUs: number;
}

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
const MEASURED = ['--import', program('report-usage')];

/** Frame → HTTP backend → frame: the gateway with a two-way route beside a bare forwarder. */
export async function roundTrips(rounds: number, seconds: number): Promise<string> {
  await using backend = Child.start(program('backend'));
  const backendUrl = await backend.told<string>('listening');
  await using gateway = startUnthrottledGateway(MEASURED);
  const gatewayUrl = await createApi(await gateway.told<string>('listening'), backendUrl);
  await using forwarder = Child.start(program('forwarder'), [backendUrl], MEASURED);
  const forwarderUrl = (await forwarder.told<string>('listening')).replace('http', 'ws');

  const rows: string[][] = [];
  for (const clients of [1, 50, 500]) {
    const ours: Round[] = [];
    const floor: Round[] = [];
    // the first round of each is thrown away: nothing is compiled yet
    for (let round = -1; round < rounds; round++) {
      const ofFloor = await measure(forwarder, forwarderUrl, clients, seconds);
      const ofOurs = await measure(gateway, gatewayUrl, clients, seconds);
      if (round < 0) continue;
      floor.push(ofFloor);
      ours.push(ofOurs);
    }
    rows.push(
      row(clients, 'messages/s', 'perSecond', ours, floor, 0),
      row(clients, 'CPU for each, µs', 'cpuUs', ours, floor, 0),
      row(clients, 'median, ms', 'medianMs', ours, floor, 2),
      row(clients, '99th percentile, ms', 'p99Ms', ours, floor, 2),
    );
  }
  return table(['clients', '', 'gateway', 'forwarder', 'ratio'], rows);
}

async function measure(server: Child, url: string, clients: number, seconds: number): Promise<Round> {
  const cpuBefore = await server.ask<number>('cpu', 'cpu');
  await using load = Child.start(program('load'), [url, 'round-trips', String(clients), String(seconds)]);
  const result = await load.told<RoundTrips>('roundTrips');
  return { ...result, cpuUs: ((await server.ask<number>('cpu', 'cpu')) - cpuBefore) / result.count };
}

function row(
  clients: number,
  name: string,
  what: keyof Round,
  ours: readonly Round[],
  floor: readonly Round[],
  digits: number,
): string[] {
  const [a, b] = [ours.map((each) => each[what]), floor.map((each) => each[what])];
  return [String(clients), name, shown(figure(a), digits), shown(figure(b), digits), shown(ratio(a, b), 2)];
}
