import { randomBytes, randomUUID } from 'node:crypto';
import { type ChannelName } from '../../../api/messages.js';
import { type LogEntry, LogStore, type Position, type Retention } from '../log-store.js';
import { StoreUnavailableError } from '../store.errors.js';
import { type Item, N, numberOf, S, textOf, ttlOf } from './attributes.js';
import { EntryRun } from './entry-run.js';
import { entryKey, type Head, headKey, toEntry, toHead } from './log-rows.js';
import { pause } from './pause.js';
import { KeyedChain } from './keyed-chain.js';
import { type Table } from './table.js';

/**
 * The logs of channels. Each has a head row with the epoch, the offset, and the newest entry. An append first gives the
 * newest entry a row of its own, and then replaces it in the head, on the condition that the offset has not changed. So
 * every visible offset has its entry, and no offset is given twice.
 *
 * Appends of one process to one channel wait for each other. Those of several processes retry on conflict.
 */
export class DynamoDbLogStore extends LogStore {
  readonly #table: Table;
  readonly #now: () => number;
  readonly #chains = new KeyedChain<{ readonly head: Head }>();

  constructor(table: Table, now: () => number) {
    super();
    this.#table = table;
    this.#now = now;
  }

  async append(channel: ChannelName, content: string, retention: Retention): Promise<Position> {
    if (retention.messages === 0) return this.#count(channel);
    const { position } = await this.#chains.run(channel, (before) =>
      this.#append(channel, content, retention, before?.head),
    );
    return position;
  }

  async position(channel: ChannelName): Promise<Position> {
    const { epoch, offset } = await this.#head(channel);
    return { epoch, offset };
  }

  /**
   * The position of a log whose head was just read. Begins a log that does not exist.
   *
   * @param until the log is kept at least until then, because a member's offset has no meaning in another epoch
   */
  async positionOf(channel: ChannelName, row: Item | undefined, until: number): Promise<Position> {
    let head = row ? toHead(row) : await this.#begin(channel);
    const ttl = ttlOf(until + SPARE_MS);
    while (head.ttl < numberOf(ttl)) {
      const extended = await this.#table.update(headKey(channel), 'SET #ttl = :ttl', {
        condition: '#epoch = :epoch AND #ttl < :ttl',
        values: { ':ttl': ttl, ':epoch': S(head.epoch) },
      });
      if (extended !== 'refused') break;
      head = await this.#head(channel);
    }
    return { epoch: head.epoch, offset: head.offset };
  }

  async readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]> {
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
    for (let attempts = 1; attempts <= APPEND_ATTEMPTS; attempts += 1) {
      const offset = head.offset + 1;
      const next = {
        ...head,
        offset,
        trimmed: Math.max(head.trimmed, offset - messages),
        ageMs: Math.min(ageMs, Number.MAX_SAFE_INTEGER),
        // the clocks of tasks differ, and the times of the entries must not decrease
        newest: { offset, publishedAt: Math.max(this.#now(), head.newest?.publishedAt ?? 0), content },
        writtenBy: token,
      };
      await this.#putNewest(channel, head, next);
      if (await this.#replace(channel, head, next)) {
        return { position: { epoch: next.epoch, offset }, head: next };
      }
      await pause(attempts);
      head = await this.#head(channel);
      if (await this.#isWrittenBy(token, channel, head, offset)) {
        return { position: { epoch: head.epoch, offset }, head };
      }
    }
    throw new StoreUnavailableError(`Too many concurrent appends to the log of ${channel}`);
  }

  /**
   * Counts an offset without an entry, which needs no condition. An attempt whose response was lost skips an offset.
   */
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

  /** Begins a log that does not exist. */
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
    // another task has begun it, or an earlier attempt whose response was lost
    return isBegun ? toHead(begun) : this.#head(channel);
  }

  /** Gives the newest entry a row of its own, if the log still keeps it after the next append. */
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

  /** Whether a refused append was made by an earlier attempt whose response was lost. */
  async #isWrittenBy(token: string, channel: ChannelName, head: Head, offset: number): Promise<boolean> {
    if (head.offset < offset) return false;
    if (head.offset === offset) return head.writtenBy === token;
    return textOf((await this.#table.get(entryKey(channel, head.epoch, offset)))?.['writtenBy']) === token;
  }

  #headTtl(ageMs: number) {
    return ttlOf(this.#now() + Math.max(ageMs, UNUSED_LOG_MS) + SPARE_MS);
  }
}

/** A channel without a publish or join for this long begins a new log, because DynamoDB deletes the head. */
const UNUSED_LOG_MS = 7 * 86_400_000;

/** A margin for clock differences. */
const SPARE_MS = 3_600_000;

/** With pauses of up to half a second: enough for many times the largest number of tasks. */
const APPEND_ATTEMPTS = 30;
