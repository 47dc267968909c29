import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';
import { type Position } from './log-store.js';

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

/** The outcome of `join`; `position` is the log's position at that moment. */
export type JoinOutcome =
  | { readonly kind: 'joined' | 'was_member'; readonly position: Position }
  | { readonly kind: 'unknown_connection' | 'too_many_channels' };

/** Stores which connections are members of which channels. The guarantees of `store.ts` hold. */
export abstract class MembershipStore {
  /**
   * Makes a connection a member. Idempotent: a second join changes nothing. An absent connection joins nothing.
   *
   * @param maxChannels a connection can be a member of at most this number of channels
   */
  abstract join(channel: ChannelName, connectionId: ConnectionId, maxChannels: number): Promise<JoinOutcome>;

  /** Idempotent. @returns whether it was a member */
  abstract leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  abstract isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  /** Those of these channels of which a connection is a member, in any order. One read, however many they are. */
  abstract findMemberships(
    connectionId: ConnectionId,
    channels: readonly ChannelName[],
  ): Promise<readonly ChannelName[]>;

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
}
