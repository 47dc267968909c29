import { LOSSY_FAULTS } from './guarantees.ts';
import {
  type FaultEvent,
  type HandledEvent,
  type HistoryEvent,
  type JoinedEvent,
  type LogEvent,
  type Position,
  type PublishEvent,
} from './history.ts';
import { KEY_REUSED } from './keyed-publish.ts';

/** What a history must not show. */
export const RULES = {
  lost: 'an acknowledged message is not in the log',
  doubled: 'a message is twice in the log',
  'two messages': 'an epoch and an offset name two messages',
  refused: 'a message that was refused is in the log',
  'log with a hole': 'the log lacks an offset',
  'false recovery': '`recovered` was true although messages were not sent',
  'out of order': 'a member handled messages that do not follow each other',
  'notified without a reason': 'a member lost something although no fault explains it',
  'not converged': 'a member did not receive the last message, and was not notified',
  presence: 'the members of a channel are not those that are connected',
  'repeat differs': 'a repeated message got another position, or was taken for another message',
  'zombie posts': 'a task went on sending a shard that another task had taken over',
  crashed: 'a task ended by itself',
} as const;
export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  readonly message: string;
  /** The operations that show it. */
  readonly events: readonly HistoryEvent[];
}

/**
 * Checks what was recorded.
 *
 * @param history in the order in which the events were recorded
 * @param queuedMembers how many members a task may still send a message to when its shards are no longer its own
 */
export function checkHistory(history: readonly HistoryEvent[], queuedMembers: number): readonly Violation[] {
  const index = new Index(history);
  return [
    ...checkPublished(index),
    ...checkNames(index),
    ...checkLogs(index),
    ...checkMembers(index),
    ...checkNotices(index),
    ...checkRepeats(index),
    ...checkPresence(index),
    ...checkFencing(index, queuedMembers),
    ...index.of('crash').map((crash): Violation => {
      return { rule: 'crashed', message: `task ${crash.task} ended: ${crash.reason}`, events: [crash] };
    }),
  ];
}

type EventOf<K extends HistoryEvent['kind']> = Extract<HistoryEvent, { readonly kind: K }>;

/** The log of a channel at the end, by offset and by message. */
class FinalLog {
  readonly position: Position;
  readonly idAt: ReadonlyMap<number, string>;
  readonly offsetOf: ReadonlyMap<string, number>;

  constructor({ position, entries }: LogEvent) {
    this.position = position;
    this.idAt = new Map(entries.map(({ offset, id }) => [offset, id]));
    this.offsetOf = new Map(entries.map(({ offset, id }) => [id, offset]));
  }
}

/** The events by kind, and what several checks look up. */
class Index {
  readonly #byKind: ReadonlyMap<string, readonly HistoryEvent[]>;
  readonly logs: ReadonlyMap<string, FinalLog>;
  readonly lossyFaults: readonly FaultEvent[];

  constructor(history: readonly HistoryEvent[]) {
    this.#byKind = Map.groupBy(history, ({ kind }) => kind);
    this.logs = new Map(this.of('log').map((log) => [log.channel, new FinalLog(log)]));
    this.ofMembers = history.filter(
      (event): event is JoinedEvent | HandledEvent => event.kind === 'joined' || event.kind === 'handled',
    );
    this.lossyFaults = this.of('fault').filter(({ fault }) => LOSSY_FAULTS.has(fault));
  }

  of<K extends HistoryEvent['kind']>(...kinds: readonly K[]): readonly EventOf<K>[] {
    return kinds.flatMap((kind) => (this.#byKind.get(kind) ?? []) as readonly EventOf<K>[]);
  }

  /** Joins and handled messages, in the order of each member. */
  readonly ofMembers: readonly (JoinedEvent | HandledEvent)[];

  /** Whether the store may have lost something that was written after `from`, and noticed it before `until`. */
  mayHaveLost(from: number, until = Infinity): boolean {
    return this.lossyFaults.some(({ beganAt, endedAt }) => endedAt >= from && beganAt <= until);
  }
}

/** Each acknowledged message is at its place in the log, or the log has another epoch since and a fault explains it. */
function* checkPublished(index: Index): Iterable<Violation> {
  for (const publish of index.of('publish')) {
    const log = index.logs.get(publish.channel);
    if (log === undefined) continue;
    const found = log.offsetOf.get(publish.id);
    if (publish.outcome === 'failed' && found !== undefined) {
      const message = `${publish.id} was refused (${publish.reason}), and is at ${found} of ${publish.channel}`;
      yield { rule: 'refused', message, events: [publish] };
    }
    if (publish.outcome === 'ok') yield* checkAcknowledged(index, publish, log);
  }
}

function* checkAcknowledged(index: Index, publish: PublishEvent, log: FinalLog): Iterable<Violation> {
  const { position, channel, id, beganAt } = publish;
  if (position === undefined) return;
  if (position.epoch === log.position.epoch) {
    const instead = log.idAt.get(position.offset) ?? 'nothing';
    if (instead === id) return;
    const message = `${id} was acknowledged at ${shown(position)} of ${channel}, where there is ${instead}`;
    yield { rule: 'lost', message, events: [publish] };
  } else if (!index.mayHaveLost(beganAt)) {
    const message = `${id} was acknowledged at ${shown(position)} of ${channel}, whose epoch is ${log.position.epoch}`;
    yield { rule: 'lost', message, events: [publish] };
  }
}

/** An (epoch, offset) names one message, and a message has one offset in an epoch, whoever saw it. */
function* checkNames(index: Index): Iterable<Violation> {
  type Seen = { readonly id: string; readonly offset: number; readonly event: HistoryEvent };
  const byPlace = new Map<string, Seen>();
  const byMessage = new Map<string, Seen>();
  const reported = new Set<string>();
  const acknowledged = index.of('publish').filter(({ outcome }) => outcome === 'ok');
  const seen = [
    ...acknowledged.map((event) => ({ ...event, ...event.position!, event })),
    ...index.of('repeat').map((event) => ({ ...event, ...event.position, event })),
    ...index.of('log').flatMap((event) => {
      const { channel, position } = event;
      return event.entries.map((entry) => ({ ...entry, channel, epoch: position.epoch, event }));
    }),
    ...index.of('handled').map((event) => ({ ...event, event })),
  ];
  for (const { channel, epoch, offset, id, event } of seen) {
    const place = `${channel} ${epoch}:${offset}`;
    const atPlace = byPlace.get(place) ?? { id, offset, event };
    byPlace.set(place, atPlace);
    if (atPlace.id !== id && !reported.has(`${place} ${id}`)) {
      reported.add(`${place} ${id}`);
      const message = `${place} names ${atPlace.id} and ${id}`;
      yield { rule: 'two messages', message, events: [atPlace.event, event].map(withoutEntries) };
    }
    const message = `${channel} ${epoch} ${id}`;
    const before = byMessage.get(message) ?? { id, offset, event };
    byMessage.set(message, before);
    if (before.offset !== offset && !reported.has(message)) {
      reported.add(message);
      const text = `${id} is at ${before.offset} and at ${offset} of ${channel} in epoch ${epoch}`;
      yield { rule: 'doubled', message: text, events: [before.event, event].map(withoutEntries) };
    }
  }
  // a member drops what it already has: only then is it the same message
  for (const event of index.of('dropped')) {
    const place = `${event.channel} ${event.epoch}:${event.offset}`;
    const kept = byPlace.get(place);
    if (kept === undefined || kept.id === event.id || reported.has(`${place} ${event.id}`)) continue;
    reported.add(`${place} ${event.id}`);
    const message = `${event.process} dropped ${event.id} because it had ${place}, which is ${kept.id}`;
    yield { rule: 'two messages', message, events: [kept.event, event].map(withoutEntries) };
  }
}

function* checkLogs(index: Index): Iterable<Violation> {
  for (const log of index.of('log')) {
    const { channel, position, entries } = log;
    const first = entries[0]?.offset ?? position.offset + 1;
    const expected = position.offset - first + 1;
    const hole = entries.find(({ offset }, at) => offset !== first + at);
    if (hole === undefined && entries.length === expected) continue;
    const before = hole === undefined ? `the end, ${position.offset}` : hole.offset;
    const message = `${channel} has ${entries.length} of ${expected} messages: something is missing before ${before}`;
    yield { rule: 'log with a hole', message, events: [withoutEntries(log)] };
  }
}

/**
 * What each member handled follows its join without a gap, `recovered: true` is true, and at the end each member has
 * what the log has.
 */
function* checkMembers(index: Index): Iterable<Violation> {
  const upTo = new Map<string, { position: Position; event: HistoryEvent }>();
  for (const event of index.ofMembers) {
    const member = `${event.process} ${event.channel}`;
    const before = upTo.get(member);
    if (event.kind === 'joined') {
      yield* checkRecovery(event);
      if (event.recovered !== true) upTo.set(member, { position: event.position, event });
      continue;
    }
    const { epoch, offset } = event;
    const follows = before?.position.epoch === epoch && before.position.offset + 1 === offset;
    if (!follows) {
      const text = before === undefined ? 'nothing' : shown(before.position);
      const message = `${event.process} handled ${event.id} at ${epoch}:${offset} of ${event.channel} after ${text}`;
      yield { rule: 'out of order', message, events: before ? [before.event, event] : [event] };
    }
    upTo.set(member, { position: { epoch, offset }, event });
  }
  yield* checkConvergence(index);
}

function* checkRecovery(joined: JoinedEvent): Iterable<Violation> {
  const { process, channel, since, position, recovered, upTo } = joined;
  if (recovered !== true || since === undefined) return;
  if (position.epoch === since.epoch && upTo >= position.offset) return;
  const message = `${process} joined ${channel} since ${shown(since)} and was told that it has everything up to ${shown(position)}, but it was sent messages up to ${upTo}`;
  yield { rule: 'false recovery', message, events: [joined] };
}

function* checkConvergence(index: Index): Iterable<Violation> {
  for (const final of index.of('final')) {
    const log = index.logs.get(final.channel);
    if (log === undefined) continue;
    const { position } = final;
    if (position?.epoch === log.position.epoch && position.offset === log.position.offset) continue;
    const has = position === undefined ? 'nothing' : shown(position);
    const message = `${final.process} has ${has} of ${final.channel}, whose last message is ${shown(log.position)}`;
    const last = index
      .of('joined', 'handled', 'left', 'notice')
      .filter(
        (event) =>
          event.process === final.process && (!('channel' in event) || event.channel === final.channel),
      )
      .toSorted((a, b) => a.at - b.at)
      .slice(-3);
    yield { rule: 'not converged', message, events: [...last, final] };
  }
}

/** Whatever a member is notified of has a reason among the faults. */
function* checkNotices(index: Index): Iterable<Violation> {
  const beganAt = new Map<string, number>();
  for (const joined of index.of('joined')) {
    const { process, channel, at, recovered } = joined;
    const member = `${process} ${channel}`;
    // a log may get its new epoch some time after the fault
    const from = (beganAt.get(member) ?? at) - LATE_EPOCH_MS;
    if (recovered === false && !index.mayHaveLost(from, at)) {
      const message = `${process} could not continue ${channel} from ${shown(joined.since)}, although nothing may have been lost since`;
      yield { rule: 'notified without a reason', message, events: [joined] };
    }
    if (recovered !== true) beganAt.set(member, at);
  }
  for (const notice of index.of('notice')) {
    if (notice.reason !== 'closed' && index.mayHaveLost(notice.openedAt, notice.at)) continue;
    const message = `${notice.process} was notified of ${notice.reason}, although nothing may have been lost since it connected`;
    yield { rule: 'notified without a reason', message, events: [notice] };
  }
}

function* checkRepeats(index: Index): Iterable<Violation> {
  const published = new Map(index.of('publish').map((publish) => [publish.id, publish]));
  for (const publish of published.values()) {
    if (publish.reason !== KEY_REUSED) continue;
    const message = `${publish.id} was refused, as if its key belonged to another message`;
    yield { rule: 'repeat differs', message, events: [publish] };
  }
  for (const repeat of index.of('repeat')) {
    const first = published.get(repeat.id);
    if (first?.position === undefined) continue;
    const isSame =
      first.position.epoch === repeat.position.epoch && first.position.offset === repeat.position.offset;
    // a store that loses its last writes may lose the key with the message
    if (isSame || index.mayHaveLost(first.beganAt, repeat.at)) continue;
    const message = `${repeat.id} was acknowledged at ${shown(first.position)} of ${repeat.channel}; repeated with its key it is at ${shown(repeat.position)}`;
    yield { rule: 'repeat differs', message, events: [first, repeat] };
  }
}

function* checkPresence(index: Index): Iterable<Violation> {
  for (const event of index.of('presence')) {
    const { channel } = event;
    const live = new Set(event.live);
    const present = new Set(event.present);
    const missing = event.live.filter((id) => !present.has(id));
    const left = event.present.filter((id) => !live.has(id));
    if (missing.length + left.length === 0) continue;
    const message = `${channel} has ${present.size} members and should have ${live.size}: missing ${missing.join(', ') || 'none'}; not connected ${left.join(', ') || 'none'}`;
    yield { rule: 'presence', message, events: [event] };
  }
}

/**
 * A task that was frozen in the middle of a message stops sending it if another task has taken its shard over: it may
 * finish what is in its queue, but not go on.
 */
function* checkFencing(index: Index, queuedMembers: number): Iterable<Violation> {
  const byMessage = Map.groupBy(index.of('post'), ({ channel, offset }) => `${channel} ${offset}`);
  for (const frozen of index.of('frozen')) {
    const { task, beganAt, endedAt } = frozen;
    for (const [message, posts] of byMessage) {
      const hadBegun = posts.some((post) => post.task === task && post.at < beganAt);
      const wasTakenOver = posts.some((post) => post.task !== task && post.at > beganAt && post.at < endedAt);
      if (!hadBegun || !wasTakenOver) continue;
      const after = posts.filter((post) => post.task === task && post.at > endedAt);
      const recipients = new Set(after.map(({ connectionId }) => connectionId));
      if (recipients.size <= queuedMembers) continue;
      const text = `task ${task} was frozen in the middle of ${message}, which another task went on to send; when it continued, it sent it to ${recipients.size} members`;
      yield { rule: 'zombie posts', message: text, events: [frozen, ...after.slice(0, 3)] };
    }
  }
}

const shown = (position: Position | undefined) =>
  position === undefined ? 'nothing' : `${position.epoch}:${position.offset}`;

/** A log has too many entries to be printed. */
function withoutEntries(event: HistoryEvent): HistoryEvent {
  return event.kind === 'log' ? { ...event, entries: [] } : event;
}

/** A log gets its new epoch when it is next used after a loss. Each log is used this often. */
const LATE_EPOCH_MS = 30_000;
