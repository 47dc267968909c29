import { randomBytes, randomUUID } from 'node:crypto';
import { type ChannelName } from '../../../api/messages.js';
import { StoreUnavailableError } from '../store.errors.js';
import { type LogEntry, type Position, type Retention } from '../store.js';
import { type Item, N, numberOf, S, textOf, ttlOf } from './attributes.js';
import { EntryRun } from './entry-run.js';
import { entryKey, type Head, headKey, toEntry, toHead } from './log-rows.js';
import { pause } from './pause.js';
import { Queues } from './queues.js';
import { type Table } from './table.js';

/**
 * The logs of channels. Each has one row that is its head: the epoch, the offset, and the newest entry. Who appends
 * first makes sure that the newest entry has a row of its own, and then puts its entry in that one's place, under the
 * condition that the offset is still the one before. So no offset is ever seen without its entry, and none is given
 * twice.
 *
 * Appends of one process to one channel wait for each other, those of several try again.
 */
export class Logs {
  readonly #table: Table;
  readonly #now: () => number;
  readonly #queues = new Queues<{ readonly head: Head }>();

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async append(channel: ChannelName, content: string, retention: Retention): Promise<Position> {
    if (retention.messages === 0) return this.#count(channel);
    const { position } = await this.#queues.run(channel, (before) =>
      this.#append(channel, content, retention, before?.head),
    );
    return position;
  }

  async position(channel: ChannelName): Promise<Position> {
    const { epoch, offset } = await this.#head(channel);
    return { epoch, offset };
  }

  /**
   * Where a log is whose head was read just now; begins one that is not there.
   *
   * @param until for so long at least it is kept: a member's place means nothing in the next life of a log
   */
  async positionOf(channel: ChannelName, row: Item | undefined, until: number): Promise<Position> {
    let head = row ? toHead(row) : await this.#begin(channel);
    const ttl = ttlOf(until + SPARE_MS);
    while (head.ttl < numberOf(ttl)) {
      const kept = await this.#table.update(headKey(channel), 'SET #ttl = :ttl', {
        condition: '#epoch = :epoch AND #ttl < :ttl',
        values: { ':ttl': ttl, ':epoch': S(head.epoch) },
      });
      if (kept !== 'refused') break;
      head = await this.#head(channel);
    }
    return { epoch: head.epoch, offset: head.offset };
  }

  async read(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
    const row = await this.#table.get(headKey(channel));
    if (row === undefined || limit < 1) return [];
    const { epoch, offset, trimmed, newest, ageMs } = toHead(row);
    const olderThan = this.#now() - ageMs;
    if (newest === undefined || newest.publishedAt <= olderThan) return [];
    const from = Math.max(after, trimmed);
    const run = new EntryRun(limit);
    if (from + 1 < offset) {
      const pages = this.#table.query({
        pk: headKey(channel).pk,
        range: '#sk BETWEEN :first AND :last',
        filter: '#publishedAt > :olderThan',
        values: {
          ':first': S(entryKey(channel, epoch, from + 1).sk),
          ':last': S(entryKey(channel, epoch, offset - 1).sk),
          ':olderThan': N(olderThan),
        },
        limit,
      });
      for await (const rows of pages) {
        for (const entry of rows) if (run.add(toEntry(entry))) return run.entries;
      }
    }
    if (from < offset) run.add(newest);
    return run.entries;
  }

  async #append(
    channel: ChannelName,
    content: string,
    { messages, ageMs }: Retention,
    before: Head | undefined,
  ): Promise<{ readonly position: Position; readonly head: Head }> {
    const token = randomUUID();
    let head = before ?? (await this.#head(channel));
    for (let tries = 1; tries <= APPEND_TRIES; tries += 1) {
      const offset = head.offset + 1;
      const next = {
        ...head,
        offset,
        trimmed: Math.max(head.trimmed, offset - messages),
        ageMs: Math.min(ageMs, Number.MAX_SAFE_INTEGER),
        // the clocks of two tasks differ, and the age of the entries must go with their order
        newest: { offset, publishedAt: Math.max(this.#now(), head.newest?.publishedAt ?? 0), content },
        writtenBy: token,
      };
      await this.#putNewest(channel, head, next);
      if (await this.#replace(channel, head, next)) {
        return { position: { epoch: next.epoch, offset }, head: next };
      }
      await pause(tries);
      head = await this.#head(channel);
      if (await this.#isWrittenBy(token, channel, head, offset)) {
        return { position: { epoch: head.epoch, offset }, head };
      }
    }
    throw new StoreUnavailableError(`too many append to the log of ${channel} at once`);
  }

  /** Without an entry there is no need of a condition. A try whose answer was lost leaves out an offset. */
  async #count(channel: ChannelName): Promise<Position> {
    for (;;) {
      const counted = await this.#table.update(
        headKey(channel),
        `SET #offset = #offset + :one, #trimmed = #offset + :one, #ttl = :ttl
          REMOVE #content, #publishedAt, #writtenBy`,
        {
          condition: 'attribute_exists(#epoch)',
          values: { ':one': N(1), ':ttl': this.#headTtl(0) },
          returns: 'ALL_NEW',
        },
      );
      if (counted !== 'refused') {
        const { epoch, offset } = toHead(counted);
        return { epoch, offset };
      }
      await this.#begin(channel);
    }
  }

  async #head(channel: ChannelName): Promise<Head> {
    const row = await this.#table.get(headKey(channel));
    return row ? toHead(row) : this.#begin(channel);
  }

  /** Begins a log that was not there. */
  async #begin(channel: ChannelName): Promise<Head> {
    const { pk, sk } = headKey(channel);
    const begun = {
      pk: S(pk),
      sk: S(sk),
      epoch: S(randomBytes(9).toString('base64url')),
      offset: N(0),
      trimmed: N(0),
      ttl: this.#headTtl(0),
    };
    const isBegun = await this.#table.put(begun, { condition: 'attribute_not_exists(#pk)' });
    // somebody else has, or an earlier try whose answer was lost
    return isBegun ? toHead(begun) : this.#head(channel);
  }

  /** Gives the newest entry a row of its own, if it is kept beyond the next one. */
  async #putNewest(channel: ChannelName, { epoch, newest, writtenBy }: Head, next: Head): Promise<void> {
    if (newest === undefined || newest.offset <= next.trimmed) return;
    const { pk, sk } = entryKey(channel, epoch, newest.offset);
    await this.#table.put({
      pk: S(pk),
      sk: S(sk),
      offset: N(newest.offset),
      publishedAt: N(newest.publishedAt),
      content: S(newest.content),
      ...(writtenBy !== undefined && { writtenBy: S(writtenBy) }),
      ttl: ttlOf(newest.publishedAt + next.ageMs + SPARE_MS),
    });
  }

  async #replace(channel: ChannelName, head: Head, next: Required<Head>): Promise<boolean> {
    const replaced = await this.#table.update(
      headKey(channel),
      `SET #offset = :offset, #trimmed = :trimmed, #ageMs = :ageMs, #ttl = :ttl,
        #content = :content, #publishedAt = :publishedAt, #writtenBy = :token`,
      {
        condition: '#epoch = :epoch AND #offset = :before',
        values: {
          ':epoch': S(head.epoch),
          ':before': N(head.offset),
          ':offset': N(next.offset),
          ':trimmed': N(next.trimmed),
          ':ageMs': N(next.ageMs),
          ':ttl': this.#headTtl(next.ageMs),
          ':content': S(next.newest.content),
          ':publishedAt': N(next.newest.publishedAt),
          ':token': S(next.writtenBy),
        },
      },
    );
    return replaced !== 'refused';
  }

  /** Whether a refused append was made after all: by an earlier try whose answer was lost. */
  async #isWrittenBy(token: string, channel: ChannelName, head: Head, offset: number): Promise<boolean> {
    if (head.offset < offset) return false;
    if (head.offset === offset) return head.writtenBy === token;
    return textOf((await this.#table.get(entryKey(channel, head.epoch, offset)))?.['writtenBy']) === token;
  }

  #headTtl(ageMs: number) {
    return ttlOf(this.#now() + Math.max(ageMs, UNUSED_LOG_MS) + SPARE_MS);
  }
}

/** A channel that nobody has published to or joined for so long begins a new log: then DynamoDB deletes the old one's head. */
const UNUSED_LOG_MS = 7 * 86_400_000;

/** Beyond what would do: for clocks that differ. */
const SPARE_MS = 3_600_000;

/** With pauses of half a second: many times as many tasks as there can be. */
const APPEND_TRIES = 30;
