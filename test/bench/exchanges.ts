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
  /** Processor time per message in microseconds, of the measured processes alone. */
  readonly cpuUs: number;
}

/** The URL that clients connect to, and the processes whose processor time is measured. */
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
/** Node's arguments for a measured process. */
export const MEASURED = ['--import', program('report-usage')];

/**
 * Runs clients against both sides, alternating. Each client sends a message when it has received the reply to the last.
 *
 * @param kind the messages that `processes/load.ts` sends
 */
export async function compare(
  kind: 'echoes' | 'pings',
  ours: Side,
  floor: Side,
  clients: number,
  rounds: number,
  seconds: number,
): Promise<Compared> {
  const compared = { clients, ours: [] as Round[], floor: [] as Round[] };
  // the first round is a warm-up for the compiler, and does not count
  for (let round = -1; round < rounds; round++) {
    const floorRound = await measure(kind, floor, clients, seconds);
    const ourRound = await measure(kind, ours, clients, seconds);
    if (round < 0) continue;
    compared.floor.push(floorRound);
    compared.ours.push(ourRound);
  }
  return compared;
}

export const figuresOf = (rounds: readonly Round[], key: keyof Round) => rounds.map((round) => round[key]);

export function report(ours: Side, floor: Side, all: readonly Compared[]): string {
  const rows = all.flatMap((compared) => [
    row(compared, 'messages/s', 'perSecond', 0),
    row(compared, 'CPU per message, µs', 'cpuUs', 0),
    row(compared, 'median, ms', 'medianMs', 2),
    row(compared, '99th percentile, ms', 'p99Ms', 2),
  ]);
  return table(['clients', '', ours.name, floor.name, 'ratio'], rows);
}

async function measure(kind: string, side: Side, clients: number, seconds: number): Promise<Round> {
  const cpuBefore = await cpuOf(side);
  await using load = Child.start(program('load'), [side.url, kind, String(clients), String(seconds)]);
  const exchanged = await load.receive<Exchanged>('exchanged');
  return { ...exchanged, cpuUs: ((await cpuOf(side)) - cpuBefore) / exchanged.count };
}

async function cpuOf({ processes }: Side): Promise<number> {
  const each = await Promise.all(processes.map((one) => one.request<number>('cpu', 'cpu')));
  return each.reduce((sum, one) => sum + one, 0);
}

function row({ clients, ours, floor }: Compared, name: string, key: keyof Round, digits: number): string[] {
  const [a, b] = [figuresOf(ours, key), figuresOf(floor, key)];
  return [String(clients), name, shown(figure(a), digits), shown(figure(b), digits), shown(ratio(a, b), 2)];
}
