import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import { figure, shown, table } from './figures.ts';
import { atMost, type Part } from './targets.ts';

const RECIPIENTS = 3_000;
const RATE = 1_000;
const BURST = 500;
const LATENCY_MS = 10;
/** Until the account may send a whole burst again. */
const REFILL_MS = (BURST / RATE) * 1_000;
/** The time that the account's quota itself needs. */
const NEEDED_MS = ((RECIPIENTS - BURST) / RATE) * 1_000 + LATENCY_MS;

interface Counts {
  readonly accepted: number;
  readonly throttled: number;
  /** When the last post was accepted, by the clock of the machine. */
  readonly lastAt: number;
}

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);

/** One message to more connections than the account's quota allows at once. Each round is a new process. */
export async function quota(rounds: number): Promise<Part> {
  await using model = Child.start(program('gateway-model'), [LATENCY_MS, RATE, BURST].map(String));
  const url = await model.receive<string>('listening');
  const times: number[] = [];
  const shares: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await using poster = Child.start(program('poster'), ['ours', `${url}/dev`]);
    await poster.receive('ready');
    await sleep(REFILL_MS);
    await model.request('counts', 'counts');
    const startedAt = performance.timeOrigin + performance.now();
    await poster.request({ posts: RECIPIENTS, concurrency: 64 }, 'posted');
    const { accepted, throttled, lastAt } = await model.request<Counts>('counts', 'counts');
    times.push((lastAt - startedAt) / NEEDED_MS);
    shares.push((throttled / (accepted + throttled)) * 100);
  }
  const name = `one message to ${RECIPIENTS.toLocaleString('en-US')} within a quota`;
  const text = table(
    [`${name} of ${RATE.toLocaleString('en-US')}/s, burst ${BURST}, latency ${LATENCY_MS} ms`, ''],
    [
      ['time until the last is accepted / time that the quota needs', shown(figure(times), 3)],
      ['attempts that were throttled, %', shown(figure(shares), 1)],
    ],
  );
  return {
    text,
    targets: [
      atMost(`${name}: time / time that the quota needs`, 1.05, figure(times)),
      atMost(`${name}: attempts that were throttled, %`, 3, figure(shares)),
    ],
  };
}
