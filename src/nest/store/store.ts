import { type OnApplicationShutdown } from '@nestjs/common';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';

export interface NewConnection {
  readonly connectionId: ConnectionId;
  /** Who is behind it; nobody is known to be when connections are not authenticated. */
  readonly userId?: UserId | undefined;
  /** Whether the client takes several messages in one frame. */
  readonly isBatched?: boolean | undefined;
  /** When API Gateway opened it, in milliseconds since 1970. */
  readonly connectedAt: number;
  /** From when on the store treats it as absent, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Connection extends NewConnection {
  /** When it was put or touched last, in milliseconds since 1970. */
  readonly lastActiveAt: number;
}

export interface Member {
  readonly connectionId: ConnectionId;
  /** Of its connection, as is `isBatched`. */
  readonly userId?: UserId | undefined;
  readonly isBatched?: boolean | undefined;
  /** In milliseconds since 1970. */
  readonly joinedAt: number;
  /** Where the channel's log was: the member is to be sent what has a greater offset. */
  readonly joinedOffset: number;
}

/** Members between two others in the store's order: all of them unless it is bounded. */
export interface MemberRange {
  /** They come after this one, which need not be a member. */
  readonly after?: ConnectionId | undefined;
  /** And this one, which need not be a member, may be the last. */
  readonly until?: ConnectionId | undefined;
}

/** A place in a channel's log. */
export interface Position {
  /** Names one life of the log: offsets of another one mean nothing. 1–32 letters, digits, `-` and `_`. */
  readonly epoch: string;
  /** Of the last message; 0 before the first one. Each message has the one before plus 1. */
  readonly offset: number;
}

/** How much of a channel's log is kept. */
export interface Retention {
  /** The newest so many; 0 keeps none, and counts the offsets all the same. */
  readonly messages: number;
  /** Those younger than this. */
  readonly ageMs: number;
}

export interface LogEntry {
  readonly offset: number;
  /** When it was appended, in milliseconds since 1970. */
  readonly publishedAt: number;
  readonly content: string;
}

/** What `join` has done; `position` is where the log was at that moment. */
export type JoinOutcome =
  | { readonly kind: 'joined' | 'was_member'; readonly position: Position }
  | { readonly kind: 'unknown_connection' | 'too_many_channels' };

/** A part of a message to many, which any task may send. */
export interface Shard {
  readonly shardId: string;
  /** As it was put. */
  readonly content: string;
  /** As a task noted last that then failed to finish it. */
  readonly progress: string | undefined;
  /** How often it was taken, this time included. */
  readonly takes: number;
}

/**
 * Where connections, the members and the logs of channels, and unfinished work are kept. `test/suites/store.suite.ts`
 * holds every store to what is promised here:
 *
 * - A write that has resolved is seen by every later read of every task, and outlives the process.
 * - Each method alone is atomic, several are not: between two of them others may write.
 * - A connection whose `expiresAt` has passed is absent in every answer, and a member of nothing. `$disconnect` may
 *   never come, but API Gateway ends every connection.
 * - A message that is appended while somebody joins is either before the position that `join` tells, or its offset is
 *   greater and who reads the members after `append` finds the new one: nothing is missed in between.
 * - Every method rejects with a {@link StoreUnavailableError} when the store cannot be reached; then nothing, all, or
 *   an unknown part of the write was done, and doing it again is safe.
 */
export abstract class Store implements OnApplicationShutdown {
  /** Remembers a connection, in place of what was known of it. One that is there already keeps its channels. */
  abstract putConnection(connection: NewConnection): Promise<void>;

  /** Notes that a connection was heard of just now. @returns what is known of it, undefined if it is not there */
  abstract touchConnection(connectionId: ConnectionId): Promise<Connection | undefined>;

  abstract getConnection(connectionId: ConnectionId): Promise<Connection | undefined>;

  /** Forgets a connection. @returns the channels that it has left by this, undefined if it was not there */
  abstract removeConnection(connectionId: ConnectionId): Promise<readonly ChannelName[] | undefined>;

  /** The connections of a user, in pages; who is there all the while comes exactly once. No page is empty. */
  abstract connectionsOf(userId: UserId): AsyncIterable<readonly Connection[]>;

  /** Connections that were not heard of since then, in milliseconds since 1970, in pages as above. */
  abstract idleConnections(since: number): AsyncIterable<readonly Connection[]>;

  /** How many connections there are, and how many channels have members. Reads more than any other method. */
  abstract counts(): Promise<{ readonly connections: number; readonly channels: number }>;

  /**
   * Idempotent: who joins twice is a member once, since the first time. A connection that is not there joins nothing.
   *
   * @param maxChannels who is a member of so many others joins no further one
   */
  abstract join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome>;

  /** Idempotent. @returns whether it was a member */
  abstract leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  abstract isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  /** @param atMost where counting may stop: a channel with so many or more has at least so many in the answer */
  abstract countMembers(channel: ChannelName, atMost?: number): Promise<number>;

  /**
   * The members of a channel, in pages, in an order that does not change. Who is a member all the while comes exactly
   * once; who joins or leaves meanwhile comes once or not at all. Memory is bounded by a page, and no page is empty.
   */
  abstract members(channel: ChannelName, range?: MemberRange): AsyncIterable<readonly Member[]>;

  /**
   * Cuts a channel into ranges that cover it without overlap, each of about so many members; the first has no `after`,
   * the last no `until`. Reads only the cuts, not the members between them, where the engine can.
   */
  abstract memberRanges(channel: ChannelName, size: number): Promise<readonly MemberRange[]>;

  /** Appends to a channel's log. @returns the place of what was appended */
  abstract append(channel: ChannelName, content: string, retention: Retention): Promise<Position>;

  /** Where a channel's log is; begins one that is not there. */
  abstract position(channel: ChannelName): Promise<Position>;

  /**
   * The oldest kept entries with an offset greater than `after`, in order, without a gap between them.
   *
   * @param limit at most so many
   */
  abstract readLog(channel: ChannelName, after: number, limit: number): Promise<readonly LogEntry[]>;

  /** Puts work where any task finds it. @param contents each at most 200 KB */
  abstract putShards(contents: readonly string[]): Promise<void>;

  /**
   * Takes a shard that nobody has, or whose task has not renewed its lease in time; the oldest first.
   *
   * @param leaseMs for so long nobody else gets it
   * @returns undefined when there is none
   */
  abstract takeShard(leaseMs: number): Promise<Shard | undefined>;

  /** Keeps a shard for longer, and notes how far it is. @returns false when it is not the caller's any more */
  abstract renewShard(shard: Shard, leaseMs: number, progress: string): Promise<boolean>;

  /** Gives a shard back, with how far it is, for any task to take at once. Nothing happens if it is not the caller's. */
  abstract releaseShard(shard: Shard, progress: string | undefined): Promise<void>;

  /** Idempotent. Nothing happens if it is not the caller's any more. */
  abstract finishShard(shard: Shard): Promise<void>;

  /** How many shards are unfinished. */
  abstract countShards(): Promise<number>;

  /**
   * Makes sure that something is done once: the first one to reserve a key does it.
   *
   * @param ttlMs for so long the key is reserved, unless {@link keepAnswer} keeps it for longer
   * @returns what has become of it where somebody else was first: `answer` is undefined until it is kept
   */
  abstract reserve(key: string, ttlMs: number): Promise<'reserved' | { readonly answer: string | undefined }>;

  /** What all who reserve the same key from now on are told. @param answer at most 200 KB */
  abstract keepAnswer(key: string, answer: string, ttlMs: number): Promise<void>;

  /** It was not done after all: the next one may. */
  abstract release(key: string): Promise<void>;

  /** Resolves when the store can be read. */
  abstract ping(): Promise<void>;

  /** Lets go of files and sockets. Nothing else is called afterwards. */
  abstract close(): Promise<void>;

  /** Called by Nest once the HTTP server has answered its last request. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
