import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';

export interface Exchanged {
  readonly count: number;
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

export interface Round extends Exchanged {
  /** Microseconds of processor time for each message, of the measured processes alone. */
  readonly cpuUs: number;
}

/** What clients connect to, and the processes whose processor time counts. */
export interface Side {
  readonly name: string;
  readonly url: string;
  readonly processes: readonly Child[];
}

export interface Compared {
  readonly clients: number;
  readonly ours: readonly Round[];
  readonly floor: readonly Round[];
}

export const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);
/** For a process that is measured. */
export const MEASURED = ['--import', program('report-usage')];

/** Clients that send when they were answered, to both by turns. @param kind what `processes/load.ts` sends */
export async function compare(
  kind: 'echoes' | 'pings',
  ours: Side,
  floor: Side,
  clients: number,
  rounds: number,
  seconds: number,
): Promise<Compared> {
  const compared = { clients, ours: [] as Round[], floor: [] as Round[] };
  // the first round of each is thrown away: nothing is compiled yet
  for (let round = -1; round < rounds; round++) {
    const ofFloor = await measure(kind, floor, clients, seconds);
    const ofOurs = await measure(kind, ours, clients, seconds);
    if (round < 0) continue;
    compared.floor.push(ofFloor);
    compared.ours.push(ofOurs);
  }
  return compared;
}

export const of = (rounds: readonly Round[], what: keyof Round) => rounds.map((each) => each[what]);

export function report(ours: Side, floor: Side, all: readonly Compared[]): string {
  const rows = all.flatMap((one) => [
    row(one, 'messages/s', 'perSecond', 0),
    row(one, 'CPU for each, µs', 'cpuUs', 0),
    row(one, 'median, ms', 'medianMs', 2),
    row(one, '99th percentile, ms', 'p99Ms', 2),
  ]);
  return table(['clients', '', ours.name, floor.name, 'ratio'], rows);
}

async function measure(kind: string, side: Side, clients: number, seconds: number): Promise<Round> {
  const cpuBefore = await cpuOf(side);
  await using load = Child.start(program('load'), [side.url, kind, String(clients), String(seconds)]);
  const exchanged = await load.told<Exchanged>('exchanged');
  return { ...exchanged, cpuUs: ((await cpuOf(side)) - cpuBefore) / exchanged.count };
}

async function cpuOf({ processes }: Side): Promise<number> {
  const each = await Promise.all(processes.map((one) => one.ask<number>('cpu', 'cpu')));
  return each.reduce((sum, one) => sum + one, 0);
}

function row({ clients, ours, floor }: Compared, name: string, what: keyof Round, digits: number): string[] {
  const [a, b] = [of(ours, what), of(floor, what)];
  return [String(clients), name, shown(figure(a), digits), shown(figure(b), digits), shown(ratio(a, b), 2)];
}
