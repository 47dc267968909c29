import { describe, expect, it } from 'vitest';
import { checkHistory, type Rule } from './checks.ts';
import { type FaultKind } from './guarantees.ts';
import {
  type FaultEvent,
  type HandledEvent,
  type HistoryEvent,
  type JoinedEvent,
  type LogEvent,
  type Outcome,
  type Position,
  type PublishEvent,
} from './history.ts';

const QUEUED_MEMBERS = 2;

/** The rules that a history breaks, each once. */
const broken = (history: readonly HistoryEvent[]): readonly Rule[] => [
  ...new Set(checkHistory(history, QUEUED_MEMBERS).map(({ rule }) => rule)),
];

const at = (offset: number, epoch = 'e1'): Position => ({ epoch, offset });

const published = (
  id: string,
  position: Position,
  beganAt = position.offset * 10,
  outcome: Outcome = 'ok',
): PublishEvent => ({
  kind: 'publish',
  process: 'backend',
  channel: 'news',
  id,
  beganAt,
  endedAt: beganAt + 1,
  outcome,
  attempts: 1,
  ...(outcome === 'ok' && { position }),
});

const joined = (
  position: Position,
  more: Partial<Pick<JoinedEvent, 'since' | 'recovered' | 'at' | 'upTo'>> = {},
): JoinedEvent => ({ kind: 'joined', process: 'member', channel: 'news', at: 5, position, upTo: 0, ...more });

const handled = (id: string, { epoch, offset }: Position): HandledEvent => ({
  kind: 'handled',
  process: 'member',
  channel: 'news',
  epoch,
  offset,
  id,
  at: offset * 10 + 2,
});

const log = (ids: readonly string[], first = 1, epoch = 'e1'): LogEvent => ({
  kind: 'log',
  channel: 'news',
  position: at(first + ids.length - 1, epoch),
  entries: ids.map((id, n) => ({ offset: first + n, id })),
});

const final = (position?: Position): HistoryEvent => ({
  kind: 'final',
  process: 'member',
  channel: 'news',
  ...(position && { position }),
});

const fault = (kind: FaultKind, beganAt: number, endedAt = beganAt + 1): FaultEvent => ({
  kind: 'fault',
  fault: kind,
  beganAt,
  endedAt,
  detail: '',
});

const post = (task: number, connectionId: string, time: number): HistoryEvent => ({
  kind: 'post',
  task,
  connectionId,
  channel: 'news',
  offset: 1,
  at: time,
});

/** Two messages that a member has received, the second after it had resumed. */
const good: readonly HistoryEvent[] = [
  joined(at(0)),
  published('a', at(1)),
  handled('a', at(1)),
  published('b', at(2)),
  handled('b', at(2)),
  joined(at(2), { since: at(1), recovered: true, upTo: 2, at: 30 }),
  log(['a', 'b']),
  final(at(2)),
  { kind: 'presence', channel: 'news', present: ['c1', 'c2'], live: ['c2', 'c1'] },
];

/** As after a failover that lost message b: a new epoch, which the member was notified of. */
const afterLoss: readonly HistoryEvent[] = [
  joined(at(0)),
  published('a', at(1)),
  handled('a', at(1)),
  published('b', at(2)),
  handled('b', at(2)),
  published('c', at(11, 'e2'), 40),
  joined(at(11, 'e2'), { since: at(2), recovered: false, upTo: 2, at: 50 }),
  log(['c'], 11, 'e2'),
  final(at(11, 'e2')),
];

it('accepts a history in which every member received every message', () => {
  expect(checkHistory(good, QUEUED_MEMBERS)).toEqual([]);
});

it('accepts an unknown outcome, whether the message is in the log or not', () => {
  const unknown = (id: string) => published(id, at(9), 25, 'unknown');
  expect(broken([...good, unknown('b'), unknown('z')])).toEqual([]);
});

describe('a store that may have lost its last writes', () => {
  it.each<FaultKind>(['failover', 'power-loss', 'store-restart', 'flush', 'older-file'])(
    'may begin a new epoch after %s',
    (kind) => {
      expect(broken([...afterLoss, fault(kind, 30)])).toEqual([]);
    },
  );

  it.each<FaultKind>(['kill-task', 'stalled-store', 'memory-full', 'clock-jump'])(
    'may not begin one after %s',
    (kind) => {
      expect(broken([...afterLoss, fault(kind, 30)])).toEqual(['lost', 'notified without a reason']);
    },
  );

  it('may not lose what was published long after the fault', () => {
    expect(broken([...afterLoss, fault('failover', -40_000)])).toContain('lost');
  });

  it('may not lose a message and keep the epoch', () => {
    const history = good.filter((event) => event.kind !== 'log' && event.kind !== 'final');
    expect(broken([...history, log(['a']), final(at(1)), fault('failover', 30)])).toEqual(['lost']);
  });
});

describe('finds', () => {
  it.each<[string, Rule, readonly HistoryEvent[]]>([
    ['an acknowledged message that is not in the log', 'lost', [...good, published('z', at(3))]],
    ['an acknowledged message at the place of another', 'lost', [...good, published('z', at(2))]],
    ['a message that is twice in the log', 'doubled', [published('a', at(1)), log(['a', 'a'])]],
    [
      'a message that a member received twice, with two offsets',
      'doubled',
      [joined(at(0)), handled('a', at(1)), handled('a', at(2))],
    ],
    [
      'two messages of one epoch and offset, one of them only seen by a member',
      'two messages',
      [joined(at(0)), handled('lost', at(1)), published('a', at(1)), log(['a'])],
    ],
    [
      'a message that a member drops although it is not the one that it has',
      'two messages',
      [...good, { ...handled('new', at(2)), kind: 'dropped' }],
    ],
    ['a refused message in the log', 'refused', [...good, published('b', at(2), 20, 'failed')]],
    [
      'a log that lacks an offset',
      'log with a hole',
      [
        {
          ...log(['a', 'c']),
          entries: [1, 3].map((offset) => ({ offset, id: `m${offset}` })),
          position: at(3),
        },
      ],
    ],
    ['a log whose last message is missing', 'log with a hole', [{ ...log(['a']), position: at(2) }]],
    [
      'a replay that lacked a message',
      'false recovery',
      [joined(at(0)), joined(at(3), { since: at(0), recovered: true, upTo: 2 })],
    ],
    [
      'a recovery across epochs',
      'false recovery',
      [joined(at(0)), joined(at(3, 'e2'), { since: at(3), recovered: true, upTo: 3 })],
    ],
    [
      'a member that skipped a message',
      'out of order',
      [joined(at(0)), handled('a', at(1)), handled('c', at(3))],
    ],
    ['a member that never joined', 'out of order', [handled('a', at(1))]],
    [
      'a member that has lost its place without a fault',
      'notified without a reason',
      [joined(at(0)), joined(at(3), { since: at(0), recovered: false })],
    ],
    [
      'lost memberships without a fault',
      'notified without a reason',
      [{ kind: 'notice', process: 'member', reason: 'memberships_lost', at: 50, openedAt: 1 }],
    ],
    [
      'lost memberships of a connection that was opened after the fault',
      'notified without a reason',
      [
        fault('flush', 1),
        { kind: 'notice', process: 'member', reason: 'memberships_lost', at: 50, openedAt: 10 },
      ],
    ],
    [
      'a connection that the service closed',
      'notified without a reason',
      [fault('flush', 20), { kind: 'notice', process: 'member', reason: 'closed', at: 50, openedAt: 1 }],
    ],
    [
      'a member without the last message',
      'not converged',
      [...good.filter(({ kind }) => kind !== 'final'), final(at(1))],
    ],
    ['a member that never could join', 'not converged', [...good, final()]],
    [
      'a member that the service has forgotten',
      'presence',
      [{ kind: 'presence', channel: 'news', present: ['c1'], live: ['c1', 'c2'] }],
    ],
    [
      'a member that has left',
      'presence',
      [{ kind: 'presence', channel: 'news', present: ['c1', 'c2'], live: ['c1'] }],
    ],
    [
      'a repeated request that was carried out again',
      'repeat differs',
      [
        { ...published('a', at(1)), key: 'k' },
        { kind: 'repeat', process: 'backend', channel: 'news', id: 'a', key: 'k', at: 30, position: at(2) },
      ],
    ],
    [
      'a repeated message that was taken for another one',
      'repeat differs',
      [{ ...published('a', at(1), 10, 'unknown'), key: 'k', reason: 'key_reused' }],
    ],
    [
      'a task that goes on with a shard that another one has',
      'zombie posts',
      [
        post(1, 'c1', 10),
        { kind: 'frozen', task: 1, beganAt: 20, endedAt: 100 },
        post(2, 'c2', 50),
        ...['c2', 'c3', 'c4'].map((connectionId) => post(1, connectionId, 110)),
      ],
    ],
    ['a task that ends by itself', 'crashed', [{ kind: 'crash', task: 1, at: 10, reason: '1' }]],
  ])('%s', (_, rule, history) => {
    expect(broken(history)).toContain(rule);
  });

  it('no fault with a task that only finishes what is in its queue', () => {
    const history = [
      post(1, 'c1', 10),
      { kind: 'frozen', task: 1, beganAt: 20, endedAt: 100 } as const,
      post(2, 'c2', 50),
      ...['c2', 'c3'].map((connectionId) => post(1, connectionId, 110)),
    ];
    expect(broken(history)).toEqual([]);
  });
});

it('names the operations that show a violation', () => {
  const acknowledged = published('z', at(3));
  const [violation] = checkHistory([...good, acknowledged], QUEUED_MEMBERS);
  expect(violation).toMatchObject({ rule: 'lost', events: [acknowledged] });
});
