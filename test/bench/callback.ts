import { join } from 'node:path';
import { Child } from './child.ts';
import { figure, ratio, shown, table } from './figures.ts';
import { quota } from './quota.ts';
import { Sink } from './sink.ts';
import { atLeast, type Part, type Target } from './targets.ts';

interface Posted {
  readonly perSecond: number;
  /** Processor time per post in microseconds, of the posting process alone. */
  readonly cpuUs: number;
}

const KINDS = {
  ours: 'Backchannel',
  'ours-sdk': 'Backchannel, `CALLBACK_CLIENT=sdk`',
  sdk: 'SDK with its defaults',
  'sdk-64': 'SDK, keep-alive, 64 sockets',
  undici: 'undici `request`, unsigned',
  dispatch: 'undici `dispatch`, unsigned',
} as const;
type Kind = keyof typeof KINDS;

const program = (name: string) => join(import.meta.dirname, 'processes', `${name}.ts`);

/**
 * Posts to `@connections`: one message to many connections, one post after the other, and one message to many within a
 * quota. The targets of the first two are ratios of
 * processor time: with one post at a time, posts/s are how soon two processes are scheduled.
 */
export async function callback(rounds: number, recipients: number): Promise<Part> {
  const many = await measurePart(
    `one message to ${recipients.toLocaleString('en-US')}`,
    rounds,
    recipients,
    64,
    { sdk: 7.5, undici: 0.75 },
  );
  const single = await measurePart('one post after the other', rounds, 2_000, 1, { sdk: 4 });
  const limited = await quota(rounds);
  return {
    text: [many.text, single.text, limited.text].join('\n\n'),
    targets: [...many.targets, ...single.targets, ...limited.targets],
  };
}

async function measurePart(
  title: string,
  rounds: number,
  posts: number,
  concurrency: number,
  limits: Partial<Record<Kind, number>>,
): Promise<Part> {
  const names = Object.keys(KINDS) as Kind[];
  const results = new Map(names.map((name) => [name, [] as Posted[]]));
  await using sink = await Sink.start();
  const url = sink.endpoint;
  await using posters = new AsyncDisposableStack();
  const children = new Map<Kind, Child>();
  for (const name of names) {
    const child = posters.use(Child.start(program('poster'), [name, url]));
    await child.receive('ready');
    children.set(name, child);
  }
  // the first round is a warm-up for the compiler, and does not count
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const posted = await children.get(name)!.request<Posted>({ posts, concurrency }, 'posted');
      if (round >= 0) results.get(name)!.push(posted);
    }
  }
  const figuresOf = (name: Kind, key: keyof Posted) => results.get(name)!.map((posted) => posted[key]);
  const targets = (Object.entries(limits) as [Kind, number][]).map(([name, times]): Target =>
    atLeast(
      `${title}: CPU per post, ${KINDS[name]} / ours`,
      times,
      ratio(figuresOf(name, 'cpuUs'), figuresOf('ours', 'cpuUs')),
    ),
  );
  const text = table(
    [title, 'posts/s', 'ours / this', 'CPU per post, µs', 'this / ours'],
    names.map((name) => [
      KINDS[name],
      shown(figure(figuresOf(name, 'perSecond'))),
      shown(ratio(figuresOf('ours', 'perSecond'), figuresOf(name, 'perSecond')), 2),
      shown(figure(figuresOf(name, 'cpuUs'))),
      shown(ratio(figuresOf(name, 'cpuUs'), figuresOf('ours', 'cpuUs')), 2),
    ]),
  );
  return { text, targets };
}
