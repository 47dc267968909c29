import { type OnApplicationShutdown } from '@nestjs/common';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';

export interface NewConnection {
  readonly connectionId: ConnectionId;
  /** Absent where connections are not authenticated. */
  readonly userId?: UserId | undefined;
  /** Whether the client accepts several messages in one frame. */
  readonly isBatched?: boolean | undefined;
  /** When API Gateway opened it, in milliseconds since 1970. */
  readonly connectedAt: number;
  /** When the connection expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Connection extends NewConnection {
  /** When it was last put or touched, in milliseconds since 1970. */
  readonly lastActiveAt: number;
}

export interface Member {
  readonly connectionId: ConnectionId;
  /** A copy of its connection's field, as is `isBatched`. */
  readonly userId?: UserId | undefined;
  readonly isBatched?: boolean | undefined;
  /** In milliseconds since 1970. */
  readonly joinedAt: number;
  /** The log's offset at the join: the member receives messages with a greater offset. */
  readonly joinedOffset: number;
}

/** A range of members in the store's order. Without bounds, all members. */
export interface MemberRange {
  /** Exclusive lower bound, which need not be a member. */
  readonly after?: ConnectionId | undefined;
  /** Inclusive upper bound, which need not be a member. */
  readonly until?: ConnectionId | undefined;
}

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
  /** When it was appended, in milliseconds since 1970. */
  readonly publishedAt: number;
  readonly content: string;
}

/** The outcome of `join`; `position` is the log's position at that moment. */
export type JoinOutcome =
  | { readonly kind: 'joined' | 'was_member'; readonly position: Position }
  | { readonly kind: 'unknown_connection' | 'too_many_channels' };

/** The outcome of `reserve`: the key was free, or another caller has it, whose result is undefined until it is kept. */
export type Reservation = 'reserved' | { readonly result: string | undefined };

/** A part of the recipients of a message to many, which any task may send. */
export interface Shard {
  readonly shardId: string;
  /** Unmodified since it was put. */
  readonly content: string;
  /** The last progress that an earlier task recorded. */
  readonly progress: string | undefined;
  /** How often the shard was taken, including this time: the fencing token of its owner. */
  readonly takes: number;
}

/**
 * Stores connections, the members and logs of channels, and unfinished work. `test/suites/store.suite.ts` checks these
 * guarantees for every store:
 *
 * - Every later read of every task sees a write that has resolved. The write survives the process.
 * - Each method is atomic by itself. Other tasks may write between two calls.
 * - An expired connection (`expiresAt` has passed) is absent from every result, and a member of no channel.
 *   `$disconnect` may never arrive, but API Gateway closes every connection.
 * - A message that is appended during a join is either before the position that `join` returns, or has a greater offset
 *   and a reader of the members after `append` finds the new member. So no message is missed in between.
 * - Every method rejects with {@link StoreUnavailableError} if the store cannot be reached. Then none, all, or an
 *   unknown part of the write was done, and repeating it is safe.
 */
export abstract class Store implements OnApplicationShutdown {
  /** Stores a connection. Replaces an existing one, which keeps its channels. */
  abstract putConnection(connection: NewConnection): Promise<void>;

  /** Sets `lastActiveAt` to now. @returns the connection, undefined if it is absent */
  abstract touchConnection(connectionId: ConnectionId): Promise<Connection | undefined>;

  abstract getConnection(connectionId: ConnectionId): Promise<Connection | undefined>;

  /** Removes a connection. @returns the channels that it left by this, undefined if it was absent */
  abstract removeConnection(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined>;

  /** The connections of a user, in pages. One that exists all the time comes exactly once. No page is empty. */
  abstract connectionsOf(userId: UserId): AsyncIterable<readonly Connection[]>;

  /** Connections that were last active before `idleSince`, in milliseconds since 1970; in pages as above. */
  abstract idleConnections(idleSince: number): AsyncIterable<readonly Connection[]>;

  /** The number of connections, and of channels with members. Reads more than any other method. */
  abstract counts(): Promise<{ readonly connections: number; readonly channels: number }>;

  /**
   * Makes a connection a member. Idempotent: a second join changes nothing. An absent connection joins nothing.
   *
   * @param maxChannels a connection can be a member of at most this number of channels
   */
  abstract join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome>;

  /** Idempotent. @returns whether it was a member */
  abstract leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  abstract isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  /**
   * @param atMost counting may stop here: for a channel with at least `atMost` members the result is at least `atMost`
   */
  abstract countMembers(channel: ChannelName, atMost?: number): Promise<number>;

  /**
   * The members of a channel, in pages, in an order that does not change. A connection that is a member all the time
   * comes exactly once; one that joins or leaves in the meantime comes once or not at all. Memory is bounded by a page,
   * and no page is empty.
   */
  abstract members(channel: ChannelName, range?: MemberRange): AsyncIterable<readonly Member[]>;

  /**
   * Divides a channel into ranges of about `size` members that cover it without overlap. The first has no `after`, the
   * last no `until`. Where the engine can, it reads only the bounds and not the members between them.
   */
  abstract memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]>;

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

  /** Puts shards that any task may take. @param contents each at most 200 KB */
  abstract putShards(contents: readonly string[]): Promise<void>;

  /**
   * Takes the oldest shard that no task has, or whose lease has ended.
   *
   * @param leaseMs for this time, no other task gets it
   * @returns undefined if there is none
   */
  abstract takeShard(leaseMs: number): Promise<Shard | undefined>;

  /** Extends the lease and records the progress. @returns false if the shard no longer belongs to the caller */
  abstract renewShard(shard: Shard, leaseMs: number, progress: string): Promise<boolean>;

  /** Returns a shard with its progress, so that any task can take it at once. No effect if it is not the caller's. */
  abstract releaseShard(shard: Shard, progress: string | undefined): Promise<void>;

  /** Deletes a finished shard. Idempotent. No effect if another task has taken it. */
  abstract finishShard(shard: Shard): Promise<void>;

  /** The number of unfinished shards. */
  abstract countShards(): Promise<number>;

  /**
   * Reserves a key, so that work is done once: by the first caller.
   *
   * @param ttlMs the reservation ends after this time, unless {@link keepResult} extends it
   */
  abstract reserve(key: string, ttlMs: number): Promise<Reservation>;

  /** Stores the result that later callers of `reserve` with this key get. @param result at most 200 KB */
  abstract keepResult(key: string, result: string, ttlMs: number): Promise<void>;

  /** Ends a reservation whose work was not done, so that the next caller can reserve the key. */
  abstract release(key: string): Promise<void>;

  /** Resolves when the store can be read. */
  abstract ping(): Promise<void>;

  /** Closes files and sockets. No other method is called afterwards. */
  abstract close(): Promise<void>;

  /** Nest calls this after the HTTP server has sent its last response. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
