import { type ChannelName } from '../../api/messages.js';

/** A position in a channel's log. */
export interface Position {
  /** Names one life of the log; offsets of another epoch cannot be compared. 1–32 letters, digits, `-` and `_`. */
  readonly epoch: string;
  /** Offset of the last message; 0 before the first one. Each message has the offset of the one before plus 1. */
  readonly offset: number;
}

/** How many messages a channel's log keeps. Both limits apply. */
export interface Retention {
  /** At most this number of the newest messages; with 0 the log keeps none, but still counts offsets. */
  readonly messages: number;
  /** Only messages younger than this. */
  readonly ageMs: number;
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
 * Only the oldest entries are removed: an entry goes with all entries before it. So the entries of a log have no gaps,
 * even if the retention changes or the clocks of tasks differ.
 */
export abstract class LogStore {
  /** Appends to a channel's log. @returns the position of the new message */
  abstract append(channel: ChannelName, content: string, retention: Retention): Promise<Position>;

  /** The position of a channel's log. Begins a log that does not exist. */
  abstract position(channel: ChannelName): Promise<Position>;

  /**
   * The oldest stored entries with an offset greater than `after`, in order, without gaps.
   *
   * @param limit the largest number of entries
   */
  abstract readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]>;
}
