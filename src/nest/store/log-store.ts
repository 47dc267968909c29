import { type ChannelName } from '../../api/messages.js';

/** A position in a channel's log. */
export interface Position {
  /** Names one life of the log; offsets of another epoch cannot be compared. 1–32 letters, digits, `-` and `_`. */
  readonly epoch: string;
  /** Offset of the last message; 0 before the first one. Each message has the offset of the one before plus 1. */
  readonly offset: number;
}

/** The position of a message that was appended. */
export interface Appended extends Position {
  /** The message was in the log already, under its key. */
  readonly isRepeat?: true | undefined;
}

/** How many messages a channel's log keeps. Both limits apply. */
export interface Retention {
  /** At most this number of the newest messages; with 0 the log keeps none, but still counts offsets. */
  readonly messages: number;
  /** Only messages younger than this. */
  readonly ageMs: number;
}

/** Makes an append idempotent: a channel's log has at most one message per key. */
export interface AppendKey {
  /** 1 to 200 visible ASCII characters. */
  readonly key: string;
  /** Identifies what is appended; at most 100 visible ASCII characters. */
  readonly fingerprint: string;
  /** How long the key is kept after its message was appended. */
  readonly ttlMs: number;
}

export interface LogEntry {
  readonly offset: number;
  /** When it was appended, in milliseconds since 1970; not before the entry before it, even if clocks differ. */
  readonly publishedAt: number;
  readonly content: string;
}

/**
 * Stores the log of each channel: its position, and its newest messages. The guarantees of `store.ts` hold.
 *
 * An epoch and an offset never name two messages. A log of which the store may have lost messages gets a new epoch at the
 * next append, position or join: its entries are removed, and its offsets continue {@link EPOCH_GAP} further.
 *
 * Only the oldest entries are removed: an entry goes with all entries before it. So the entries of a log have no gaps,
 * even if the retention changes or the clocks of tasks differ.
 *
 * A log that never had a message is forgotten a minute after its last member has left, or later.
 */
export abstract class LogStore {
  /**
   * Appends to a channel's log.
   *
   * @param once with a key whose message is in the log's current epoch, nothing is appended
   * @returns the position of the message: the new one, or that of the key. `isRepeat` may also be set
   *   if an attempt of this call has appended it, and the response was lost
   * @throws {KeyReusedError} the key has another fingerprint
   */
  abstract append(
    channel: ChannelName,
    content: string,
    retention: Retention,
    once?: AppendKey,
  ): Promise<Appended>;

  /** The position of a channel's log. Begins a log that does not exist. */
  abstract position(channel: ChannelName): Promise<Position>;

  /** The position of a channel's log. Writes nothing. @returns undefined if the channel has no log */
  abstract findPosition(channel: ChannelName): Promise<Position | undefined>;

  /** As {@link findPosition}, for many channels at once. A channel without a log is not in the map. */
  abstract findPositions(channels: readonly ChannelName[]): Promise<ReadonlyMap<ChannelName, Position>>;

  /**
   * The oldest stored entries with an offset greater than `after`, in order, without gaps.
   *
   * @param limit the largest number of entries
   */
  abstract readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]>;
}

/**
 * The distance of a new epoch's offsets from the last known one: more than any log can have lost. A member that has an
 * offset of the old epoch sees a gap, asks for the messages in it, and so learns of the new epoch. Without the distance
 * it would take the new messages for ones that it has.
 */
export const EPOCH_GAP = 1_000_000;

/** How long a log without messages and without members is kept, so that a member that reconnects finds its epoch. */
export const EMPTY_LOG_MS = 60_000;
