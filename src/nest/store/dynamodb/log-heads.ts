import { randomBytes } from 'node:crypto';
import { type ChannelName } from '../../../api/messages.js';
import { EMPTY_LOG_MS, EPOCH_GAP, type Position } from '../log-store.js';
import { type Item, N, numberOf, S, ttlOf } from './attributes.js';
import { type Head, headKey, toHead } from './log-rows.js';
import { IS_OF_OTHER_TABLE, IS_OF_THIS_TABLE, isOfTable } from './table-id.js';
import { type Key, type Table } from './table.js';

/** A margin for clock differences. */
export const SPARE_MS = 3_600_000;

/**
 * The head rows of the logs, each with the `TableId` under which its epoch began. In another table it is restored, and
 * its log may have lost messages: so the log gets a new epoch before its position is used.
 */
export class LogHeads {
  readonly #table: Table;
  readonly #now: () => number;

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** @returns undefined if there is no log */
  async find(channel: ChannelName): Promise<Head | undefined> {
    const row = await this.#table.get(headKey(channel));
    return row && toHead(row);
  }

  /** Begins a log, or an epoch, where needed. */
  async current(channel: ChannelName): Promise<Head> {
    return this.usable(channel, await this.#table.get(headKey(channel)), this.#briefly());
  }

  /**
   * Does the same with a row that was just read.
   *
   * @param keptUntil the head of a log that begins is kept until then
   */
  async usable(channel: ChannelName, row: Item | undefined, keptUntil: number): Promise<Head> {
    if (row === undefined) return this.#begin(channel, keptUntil);
    if (isOfTable(this.#table.id, row)) return toHead(row);
    const begun = await this.#beginEpoch(headKey(channel), IS_OF_OTHER_TABLE);
    // another task has begun it, or an earlier attempt whose response was lost
    return begun === 'refused' ? this.current(channel) : toHead(begun);
  }

  /** Keeps a head at least until then, because a member's offset has no meaning in another epoch. */
  async keep(channel: ChannelName, head: Head, until: number): Promise<Head> {
    const ttl = ttlOf(until);
    let kept = head;
    while (kept.ttl < numberOf(ttl)) {
      const extended = await this.#table.update(headKey(channel), 'SET #ttl = :ttl', {
        condition: '#epoch = :epoch AND #ttl < :ttl',
        values: { ':ttl': ttl, ':epoch': S(kept.epoch) },
      });
      if (extended !== 'refused') break;
      kept = await this.current(channel);
    }
    return kept;
  }

  /**
   * Counts an offset without an entry, which needs no condition on the offset. An attempt whose response was lost skips
   * one.
   *
   * @returns the head, not counted, if the newest entry would be lost that a repeat with its key may look for
   */
  async count(channel: ChannelName): Promise<{ readonly position: Position } | { readonly head: Head }> {
    for (;;) {
      const counted = await this.#table.update(
        headKey(channel),
        `SET #offset = #offset + :one, #trimmed = #offset + :one, #ttl = :ttl, #tableId = :tableId
          REMOVE #content, #publishedAt, #writtenBy`,
        {
          condition: `attribute_exists(#epoch) AND attribute_not_exists(#soughtUntil) AND ${IS_OF_THIS_TABLE}`,
          values: { ':one': N(1), ':ttl': this.#ttl(0), ':tableId': S(this.#table.id) },
          returns: 'ALL_NEW',
        },
      );
      if (counted !== 'refused') {
        const { epoch, offset } = toHead(counted);
        return { position: { epoch, offset } };
      }
      const head = await this.#begin(channel, this.#briefly());
      if (head.soughtUntil !== undefined) return { head };
    }
  }

  /** Replaces a head unless it has changed. @returns whether it was replaced */
  async replace(channel: ChannelName, head: Head, next: Head): Promise<boolean> {
    const { newest, writtenBy, soughtUntil } = next;
    const optional = {
      content: newest && S(newest.content),
      publishedAt: newest && N(newest.publishedAt),
      writtenBy: writtenBy === undefined ? undefined : S(writtenBy),
      soughtUntil: soughtUntil === undefined ? undefined : N(soughtUntil),
    };
    const attributes: Item = {
      offset: N(next.offset),
      trimmed: N(next.trimmed),
      ageMs: N(next.ageMs),
      expiredUntil: N(next.expiredUntil),
      ttl: this.#ttl(next.ageMs),
      tableId: S(this.#table.id),
      ...Object.fromEntries(
        Object.entries(optional).flatMap(([name, value]) => (value ? [[name, value]] : [])),
      ),
    };
    const absent = Object.keys(optional).filter((name) => !(name in attributes));
    const set = Object.keys(attributes).map((name) => `#${name} = :${name}`);
    const replaced = await this.#table.update(
      headKey(channel),
      `SET ${set.join(', ')}${absent.length > 0 ? ` REMOVE ${absent.map((name) => `#${name}`).join(', ')}` : ''}`,
      {
        condition: '#epoch = :epoch AND #offset = :before',
        values: {
          ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
          ':epoch': S(head.epoch),
          ':before': N(head.offset),
        },
      },
    );
    return replaced !== 'refused';
  }

  /** Begins a new epoch of the log with this head. */
  async reset(key: Key): Promise<void> {
    await this.#beginEpoch(key, 'attribute_exists(#epoch)');
  }

  /** Begins a log that does not exist. */
  async #begin(channel: ChannelName, keptUntil: number): Promise<Head> {
    const { pk, sk } = headKey(channel);
    const begun = {
      pk: S(pk),
      sk: S(sk),
      epoch: S(newEpoch()),
      offset: N(0),
      trimmed: N(0),
      ttl: ttlOf(keptUntil),
      tableId: S(this.#table.id),
    };
    const isBegun = await this.#table.put(begun, { condition: 'attribute_not_exists(#pk)' });
    // another task has begun it, or an earlier attempt whose response was lost
    return isBegun ? toHead(begun) : this.current(channel);
  }

  /** The entries of the former epoch are no longer read, and DynamoDB deletes them by their TTL. */
  #beginEpoch(key: Key, condition: string): Promise<Item | 'refused'> {
    return this.#table.update(
      key,
      `SET #epoch = :epoch, #offset = #offset + :gap, #trimmed = #offset + :gap, #tableId = :tableId
        REMOVE #content, #publishedAt, #writtenBy, #soughtUntil`,
      {
        condition,
        values: { ':epoch': S(newEpoch()), ':gap': N(EPOCH_GAP), ':tableId': S(this.#table.id) },
        returns: 'ALL_NEW',
      },
    );
  }

  /** Until when the head of a log without messages and without members is kept. */
  #briefly(): number {
    return this.#now() + EMPTY_LOG_MS + SPARE_MS;
  }

  #ttl(ageMs: number) {
    return ttlOf(this.#now() + Math.max(ageMs, UNUSED_LOG_MS) + SPARE_MS);
  }
}

/** A channel without a publish or join for this long begins a new log, because DynamoDB deletes the head. */
const UNUSED_LOG_MS = 7 * 86_400_000;

const newEpoch = () => randomBytes(9).toString('base64url');
