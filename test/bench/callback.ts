import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { Sink } from './sink.ts';
import { atLeast, type Part, type Target } from './targets.ts';

interface Posted {
  readonly perSecond: number;
  /** Microseconds of processor time for each post, of the posting process alone. */
  readonly cpuUs: number;
}

const KINDS = {
  ours: 'Backchannel',
  sdk: 'SDK as it comes',
  'sdk-64': 'SDK, keep-alive, 64 sockets',
  undici: 'undici `request`, unsigned',
  dispatch: 'undici `dispatch`, unsigned',
} as const;
type Kind = keyof typeof KINDS;

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);

/** Posts to `@connections`: one after the other to one connection each, and one message to many. */
export async function callback(rounds: number, recipients: number): Promise<Part> {
  const many = await part(`one message to ${recipients.toLocaleString('en-US')}`, rounds, recipients, 64, {
    sdk: 6,
    undici: 0.5,
  });
  const single = await part('one post after the other', rounds, 2_000, 1, { sdk: 2 });
  return {
    text: [many.text, single.text].join('\n\n'),
    targets: [...many.targets, ...single.targets],
  };
}

async function part(
  title: string,
  rounds: number,
  posts: number,
  atOnce: number,
  wanted: Partial<Record<Kind, number>>,
): Promise<Part> {
  const names = Object.keys(KINDS) as Kind[];
  const results = new Map(names.map((name) => [name, [] as Posted[]]));
  await using sink = await Sink.start();
  const url = sink.endpoint;
  await using posters = new AsyncDisposableStack();
  const children = new Map<Kind, Child>();
  for (const name of names) {
    const child = posters.use(Child.start(program('poster'), [name, url]));
    await child.told('ready');
    children.set(name, child);
  }
  // the first round of each is thrown away: nothing is compiled yet
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const posted = await children.get(name)!.ask<Posted>({ posts, atOnce }, 'posted');
      if (round >= 0) results.get(name)!.push(posted);
    }
  }
  const of = (name: Kind, what: keyof Posted) => results.get(name)!.map((each) => each[what]);
  const targets = (Object.entries(wanted) as [Kind, number][]).map(([name, times]): Target =>
    atLeast(
      `${title}: posts/s, of ${KINDS[name]}`,
      times,
      ratio(of('ours', 'perSecond'), of(name, 'perSecond')),
    ),
  );
  const text = table(
    [title, 'posts/s', 'ours, times as many', 'CPU for each, µs', 'ours, of that'],
    names.map((name) => [
      KINDS[name],
      shown(figure(of(name, 'perSecond'))),
      shown(ratio(of('ours', 'perSecond'), of(name, 'perSecond')), 2),
      shown(figure(of(name, 'cpuUs'))),
      shown(ratio(of('ours', 'cpuUs'), of(name, 'cpuUs')), 2),
    ]),
  );
  return { text, targets };
}
