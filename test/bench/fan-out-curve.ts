import { postsToSink, socketIo, throughGateway, type Way } from './fan-out-ways.ts';
import { type Figure, figure, ratio, shown, table } from './figures.ts';
import { type Line } from './curve-picture.ts';
import { atMost, type Part } from './targets.ts';

const RECIPIENTS = [10, 100, 1_000, 10_000];
/** Publishes per round with few recipients, of which the median counts. */
const TIMES = 50;

interface Curve {
  readonly name: string;
  /** Milliseconds in each round, by the number of recipients. */
  readonly ms: ReadonlyMap<number, number[]>;
  /** Processor time per recipient in microseconds, where it was measured. */
  readonly cpuUs: ReadonlyMap<number, number[]>;
}

/** The time from a publish until the last recipient has it, by the number of recipients. */
export async function curve(rounds: number): Promise<Part & { readonly lines: readonly Line[] }> {
  await using cleanUp = new AsyncDisposableStack();
  const ways = [
    ...(await postsToSink(cleanUp, RECIPIENTS)),
    ...(await throughGateway(cleanUp, RECIPIENTS)),
    await socketIo(cleanUp, RECIPIENTS),
  ];
  const curves = await measureAlternating(ways, rounds);
  const peer = curves.at(-1)!;
  const us = ({ ms }: Curve, recipients: number) =>
    ms.get(recipients)!.map((each) => (each / recipients) * 1000);
  const flatness = (each: Curve) => ratio(us(each, 10_000), us(each, 100));
  const rows = curves.flatMap((each) =>
    RECIPIENTS.map((recipients) => [
      each.name,
      recipients.toLocaleString('en-US'),
      shown(figure(each.ms.get(recipients)!), 1),
      shown(figure(us(each, recipients)), 1),
      each.cpuUs.get(recipients)!.length > 0 ? shown(figure(each.cpuUs.get(recipients)!), 1) : '',
      shown(ratio(each.ms.get(recipients)!, peer.ms.get(recipients)!), 2),
    ]),
  );
  const slopes = curves.map((each) => [
    each.name,
    shown(slope(each), 2),
    shown(flatness(each), 2),
    shown(perFurther(each), 1),
  ]);
  const head = [
    'way',
    'recipients',
    'ms',
    'µs per recipient',
    'CPU of the task per recipient, µs',
    'time, ratio to Socket.IO',
  ];
  return {
    text: [
      table(head, rows),
      table(
        [
          'way',
          'exponent: time ∝ recipients^exponent',
          'µs per recipient, 10,000 / 100',
          'µs per further recipient, 1,000 to 10,000',
        ],
        slopes,
      ),
    ].join('\n\n'),
    targets: curves
      .slice(0, -1)
      .map((each) => atMost(`growth, ${each.name}: cost per recipient, 10,000 / 100`, 1.2, flatness(each))),
    lines: curves.map(({ name, ms }) => ({
      name,
      points: RECIPIENTS.map((recipients) => [recipients, figure(ms.get(recipients)!).median] as const),
    })),
  };
}

async function measureAlternating(ways: readonly Way[], rounds: number): Promise<readonly Curve[]> {
  const empty = () => new Map(RECIPIENTS.map((recipients) => [recipients, [] as number[]]));
  const curves = ways.map(({ name }) => ({ name, ms: empty(), cpuUs: empty() }));
  // the first round is a warm-up for the compiler, and does not count
  for (let round = -1; round < rounds; round++) {
    for (const recipients of RECIPIENTS) {
      for (const [index, way] of ways.entries()) {
        const ms = await way.publish(recipients, Math.max(1, Math.min(TIMES, 3_000 / recipients)));
        if (round < 0) continue;
        curves[index]!.ms.get(recipients)!.push(ms);
        if (way.cpuUs) curves[index]!.cpuUs.get(recipients)!.push(way.cpuUs());
      }
    }
  }
  return curves;
}

/** Slope of a linear regression on the logarithms in each round, from 100 recipients on: 1 is linear. */
function slope({ ms }: Curve): Figure {
  const from100 = RECIPIENTS.filter((recipients) => recipients >= 100);
  const rounds = ms.get(100)!.map((_, round) => {
    const points = from100.map((each) => [Math.log(each), Math.log(ms.get(each)![round]!)] as const);
    const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
    const [x, y] = [mean(0), mean(1)];
    const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
    return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  });
  return figure(rounds);
}

/** The cost of one more recipient, without the fixed cost of a message. */
function perFurther({ ms }: Curve): Figure {
  const few = ms.get(1_000)!;
  return figure(ms.get(10_000)!.map((many, round) => ((many - few[round]!) / 9_000) * 1000));
}
