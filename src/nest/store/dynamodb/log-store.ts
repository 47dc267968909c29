import { randomUUID } from 'node:crypto';
import { type ChannelName } from '../../../api/messages.js';
import {
  type AppendKey,
  type Appended,
  type LogEntry,
  LogStore,
  type Position,
  type Retention,
} from '../log-store.js';
import { positionsByChannel } from '../positions-by-channel.js';
import { StoreUnavailableError } from '../store.errors.js';
import { AppendKeys, type KnownKey } from './append-keys.js';
import { type Item, N, numberOf, S, ttlOf } from './attributes.js';
import { EntryRun } from './entry-run.js';
import { KeyedChain } from './keyed-chain.js';
import { LogHeads, SPARE_MS } from './log-heads.js';
import { entryKey, type Head, headKey, toEntry, toHead } from './log-rows.js';
import { pause } from './pause.js';
import { type Key, type Table } from './table.js';

/** A message to append. */
interface Message {
  readonly content: string;
  readonly retention: Retention;
  /** Names the append, so that a later attempt finds its message. */
  readonly writtenBy: string;
  /** Absent without a key. */
  readonly soughtUntil?: number;
}

/** `head` is the log's head at that moment, or later. */
interface Outcome {
  readonly position: Appended;
  readonly head: Head;
}

/**
 * The logs of channels. Each has a head row with the epoch, the offset, and the newest entry. An append first gives the
 * newest entry a row of its own, and then replaces it in the head, on the condition that the offset has not changed. So
 * every visible offset has its entry, and no offset is given twice.
 *
 * An append with a key knows an offset up to which its message is not in the log. It replaces the head on the condition
 * that the head still has this offset. If the head has changed, it looks for its message among the entries since then:
 * so an earlier attempt, of the same or of another task, cannot have appended without being found. An entry of an append
 * with a key always gets a row, so that it is found as well where entries are not kept.
 *
 * Appends of one process to one channel wait for each other. Those of several processes retry on conflict.
 */
export class DynamoDbLogStore extends LogStore {
  readonly #table: Table;
  readonly #now: () => number;
  readonly #heads: LogHeads;
  readonly #keys: AppendKeys;
  readonly #chains = new KeyedChain<{ readonly head: Head }>();

  constructor(table: Table, now: () => number) {
    super();
    this.#table = table;
    this.#now = now;
    this.#heads = new LogHeads(table, now);
    this.#keys = new AppendKeys(table, now);
  }

  async append(
    channel: ChannelName,
    content: string,
    retention: Retention,
    once?: AppendKey,
  ): Promise<Appended> {
    const counted =
      retention.messages === 0 && once === undefined ? await this.#heads.count(channel) : undefined;
    if (counted && 'position' in counted) return counted.position;
    const { position } = await this.#chains.run(channel, async (before) => {
      const head = before?.head ?? counted?.head ?? (await this.#heads.current(channel));
      return once === undefined
        ? this.#append(channel, { content, retention, writtenBy: randomUUID() }, head)
        : this.#appendOnce(channel, content, retention, once, head);
    });
    return position;
  }

  async position(channel: ChannelName): Promise<Position> {
    return positionOf(await this.#heads.current(channel));
  }

  async findPosition(channel: ChannelName): Promise<Position | undefined> {
    const head = await this.#heads.find(channel);
    return head && positionOf(head);
  }

  async findPositions(channels: readonly ChannelName[]): Promise<ReadonlyMap<ChannelName, Position>> {
    // not the newest entry, which is in the same row
    const rows = await this.#table.getMany(channels.map(headKey), '#epoch, #offset');
    return positionsByChannel(
      channels,
      rows.map((row) => row && positionOf(toHead(row))),
    );
  }

  /**
   * The position for a member of a log whose head was just read. Begins a log that does not exist.
   *
   * @param until when the member expires: the log is kept at least until then
   */
  async memberPosition(channel: ChannelName, row: Item | undefined, until: number): Promise<Position> {
    const keptUntil = until + SPARE_MS;
    const head = await this.#heads.usable(channel, row, keptUntil);
    return positionOf(await this.#heads.keep(channel, head, keptUntil));
  }

  async readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
    const row = await this.#table.get(headKey(channel));
    if (row === undefined || limit < 1) return [];
    const { epoch, offset, trimmed, newest, ageMs, expiredUntil } = toHead(row);
    const olderThan = Math.max(expiredUntil, this.#now() - ageMs);
    if (newest === undefined || newest.publishedAt <= olderThan) return [];
    const from = Math.max(after, trimmed);
    const run = new EntryRun(limit);
    if (from + 1 < offset) {
      const pages = this.#table.query({
        pk: headKey(channel).pk,
        range: BETWEEN,
        filter: '#publishedAt > :olderThan',
        values: { ...bounds(channel, epoch, from + 1, offset - 1), ':olderThan': N(olderThan) },
        limit,
      });
      for await (const rows of pages) {
        for (const entry of rows) if (run.add(toEntry(entry))) return run.entries;
      }
    }
    if (from < offset) run.add(newest);
    return run.entries;
  }

  /** Begins a new epoch of the log with this head. */
  reset(head: Key): Promise<void> {
    return this.#heads.reset(head);
  }

  async #append(channel: ChannelName, message: Message, before: Head): Promise<Outcome> {
    let head = before;
    for (let attempts = 1; attempts <= APPEND_ATTEMPTS; attempts += 1) {
      const next = this.#after(head, message);
      if (await this.#advance(channel, head, next)) return { position: positionOf(next), head: next };
      await pause(attempts);
      head = await this.#heads.current(channel);
      // an earlier attempt whose response was lost may have made it
      const offset = await this.#find(channel, head, next.offset, next.offset, message.writtenBy);
      if (offset !== undefined) return { position: { epoch: head.epoch, offset }, head };
    }
    throw tooManyAppends(channel);
  }

  async #appendOnce(
    channel: ChannelName,
    content: string,
    retention: Retention,
    once: AppendKey,
    before: Head,
  ): Promise<Outcome> {
    const message = {
      content,
      retention,
      writtenBy: `key:${once.key}`,
      soughtUntil: this.#now() + once.ttlMs,
    };
    let { known, head } = await this.#know(channel, once, before);
    let { from } = known;
    for (let attempts = 1; attempts <= APPEND_ATTEMPTS; attempts += 1) {
      if (head.epoch !== known.epoch) {
        ({ known, head } = await this.#know(channel, once, head));
        from = known.from;
      }
      const { epoch } = known;
      if (known.appended !== undefined) {
        return { position: { epoch, offset: known.appended, isRepeat: true }, head };
      }
      const found = await this.#find(channel, head, from + 1, head.offset, message.writtenBy);
      const next = found === undefined ? this.#after(head, message) : undefined;
      if (next === undefined || (await this.#advance(channel, head, next))) {
        const offset = found ?? next!.offset;
        await this.#keys.keep(channel, once, known, offset);
        return {
          position: { epoch, offset, ...(found !== undefined && { isRepeat: true }) },
          head: next ?? head,
        };
      }
      from = head.offset;
      await pause(attempts);
      head = await this.#heads.current(channel);
    }
    throw tooManyAppends(channel);
  }

  /** What is known of a key, which is stored if it is new; and a head with the same epoch, read before that. */
  async #know(
    channel: ChannelName,
    once: AppendKey,
    before: Head,
  ): Promise<{ readonly known: KnownKey; readonly head: Head }> {
    for (let head = before; ;) {
      if (await this.#keys.add(channel, once, head)) return { known: toKnown(head), head };
      const known = await this.#keys.find(channel, once);
      // read after the key: if the epochs differ, that of the key is over
      head = await this.#heads.current(channel);
      if (known?.epoch === head.epoch) return { known, head };
      if (known && (await this.#keys.move(channel, once, known, head))) return { known: toKnown(head), head };
    }
  }

  /** The head after a message. */
  #after(head: Head, { content, retention, writtenBy, soughtUntil }: Message): Head {
    const { messages, ageMs } = retention;
    const offset = head.offset + 1;
    // estimates of the time differ between tasks, and the times of the entries must not decrease
    const now = this.#now();
    const publishedAt = Math.max(now, head.newest?.publishedAt ?? 0);
    return {
      ...head,
      offset,
      trimmed: Math.max(head.trimmed, offset - messages),
      ageMs: Math.min(ageMs, Number.MAX_SAFE_INTEGER),
      // their rows may be deleted already, in any order
      expiredUntil: Math.max(head.expiredUntil, now - head.ageMs),
      newest: messages === 0 ? undefined : { offset, publishedAt, content },
      writtenBy,
      soughtUntil,
    };
  }

  /** @returns false if the head has changed */
  async #advance(channel: ChannelName, head: Head, next: Head): Promise<boolean> {
    await this.#putNewest(channel, head, next);
    return this.#heads.replace(channel, head, next);
  }

  /** Gives the newest entry a row of its own, if the log still keeps it after the next append, or it has a key. */
  async #putNewest(
    channel: ChannelName,
    { epoch, offset, newest, writtenBy, soughtUntil }: Head,
    next: Head,
  ): Promise<void> {
    const isKept = newest !== undefined && offset > next.trimmed;
    if (!isKept && soughtUntil === undefined) return;
    const { pk, sk } = entryKey(channel, epoch, offset);
    const until = Math.max(isKept ? newest.publishedAt + next.ageMs : 0, soughtUntil ?? 0);
    await this.#table.put({
      pk: S(pk),
      sk: S(sk),
      offset: N(offset),
      ...(newest && { publishedAt: N(newest.publishedAt), content: S(newest.content) }),
      ...(writtenBy !== undefined && { writtenBy: S(writtenBy) }),
      ttl: ttlOf(until + SPARE_MS),
    });
  }

  /** The offset of an append, if it is between `first` and `last`. @param head was read after the append */
  async #find(
    channel: ChannelName,
    head: Head,
    first: number,
    last: number,
    writtenBy: string,
  ): Promise<number | undefined> {
    if (first <= head.offset && head.offset <= last && head.writtenBy === writtenBy) return head.offset;
    const end = Math.min(last, head.offset - 1);
    if (end < first) return undefined;
    const pages = this.#table.query({
      pk: headKey(channel).pk,
      range: BETWEEN,
      filter: '#writtenBy = :writtenBy',
      values: { ...bounds(channel, head.epoch, first, end), ':writtenBy': S(writtenBy) },
      only: '#offset',
    });
    for await (const [entry] of pages) if (entry) return numberOf(entry['offset']);
    return undefined;
  }
}

/** Entries with offsets from `first` to `last`, by their sort keys. */
const BETWEEN = '#sk BETWEEN :first AND :last';

function bounds(channel: ChannelName, epoch: string, first: number, last: number): Item {
  return {
    ':first': S(entryKey(channel, epoch, first).sk),
    ':last': S(entryKey(channel, epoch, last).sk),
  };
}

const positionOf = ({ epoch, offset }: Position): Position => ({ epoch, offset });

const toKnown = ({ epoch, offset }: Position): KnownKey => ({ epoch, from: offset });

function tooManyAppends(channel: ChannelName): StoreUnavailableError {
  return new StoreUnavailableError(`Too many concurrent appends to the log of ${channel}`);
}

/** With pauses of up to half a second: enough for many times the largest number of tasks. */
const APPEND_ATTEMPTS = 30;
