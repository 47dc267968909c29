import { type ChannelName } from '../../../api/messages.js';
import { type AppendKey, type Position } from '../log-store.js';
import { KeyReusedError } from '../store.errors.js';
import { type Item, N, numberOf, S, textOf, ttlOf } from './attributes.js';
import { type Key, type Table } from './table.js';

/**
 * What is known of a key: its message is not in the epoch's log up to the offset `from`, and if it is known to be in the
 * log, it has the offset `appended`.
 */
export interface KnownKey {
  readonly epoch: string;
  readonly from: number;
  readonly appended?: number | undefined;
}

/**
 * The rows of the keys of appends. A key's row is written before its message: with the position of the log at that
 * moment, where a repeat begins to look for the message. The offset of the message is added afterwards.
 */
export class AppendKeys {
  readonly #table: Table;
  readonly #now: () => number;

  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /**
   * Stores a new key.
   *
   * @param position one that the log has or had
   * @returns false if the key is not new
   */
  add(channel: ChannelName, once: AppendKey, position: Position): Promise<boolean> {
    const now = this.#now();
    return this.#table.put(rowOf(channel, once, position, now), {
      condition: 'attribute_not_exists(#pk) OR #expiresAt <= :now',
      values: { ':now': N(now) },
    });
  }

  /**
   * @returns undefined without the key
   * @throws {KeyReusedError}
   */
  async find(channel: ChannelName, { key, fingerprint }: AppendKey): Promise<KnownKey | undefined> {
    const row = await this.#table.get(keyOf(channel, key));
    if (row === undefined || numberOf(row['expiresAt']) <= this.#now()) return undefined;
    if (textOf(row['fingerprint']) !== fingerprint) {
      throw new KeyReusedError(`the key ${key} was used for another message to ${channel}`);
    }
    return {
      epoch: row['epoch']?.S ?? '',
      from: numberOf(row['offset']),
      appended: row['appended'] === undefined ? undefined : numberOf(row['appended']),
    };
  }

  /** Moves a key to the log's current epoch. @returns false if another task has moved it */
  move(channel: ChannelName, once: AppendKey, { epoch }: KnownKey, position: Position): Promise<boolean> {
    return this.#table.put(rowOf(channel, once, position, this.#now()), {
      condition: '#epoch = :former',
      values: { ':former': S(epoch) },
    });
  }

  /** Stores the offset of the key's message. No effect if the key has expired, and was added again. */
  async keep(
    channel: ChannelName,
    { key, ttlMs }: AppendKey,
    { epoch, from }: KnownKey,
    offset: number,
  ): Promise<void> {
    const expiresAt = this.#now() + ttlMs;
    await this.#table.update(
      keyOf(channel, key),
      'SET #appended = :appended, #expiresAt = :expiresAt, #ttl = :ttl',
      {
        condition: '#epoch = :epoch AND #offset = :from',
        values: {
          ':appended': N(offset),
          ':expiresAt': N(expiresAt),
          ':ttl': ttlOf(expiresAt),
          ':epoch': S(epoch),
          ':from': N(from),
        },
      },
    );
  }
}

function rowOf(
  channel: ChannelName,
  { key, fingerprint, ttlMs }: AppendKey,
  { epoch, offset }: Position,
  now: number,
): Item {
  const { pk, sk } = keyOf(channel, key);
  return {
    pk: S(pk),
    sk: S(sk),
    epoch: S(epoch),
    offset: N(offset),
    fingerprint: S(fingerprint),
    expiresAt: N(now + ttlMs),
    ttl: ttlOf(now + ttlMs),
  };
}

const keyOf = (channel: ChannelName, key: string): Key => ({ pk: `A#${channel}`, sk: key });
