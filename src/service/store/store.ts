import { type OnApplicationShutdown } from '@nestjs/common';
import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName } from '../../api/messages.js';

export interface NewConnection {
  readonly connectionId: ConnectionId;
  /** Who is behind it; nobody is known to be when connections are not authenticated. */
  readonly userId?: UserId | undefined;
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
  /** Of its connection. */
  readonly userId?: UserId | undefined;
  /** In milliseconds since 1970. */
  readonly joinedAt: number;
}

/**
 * Where connections and the members of channels are kept. `test/suites/store.suite.ts` holds every store to what is
 * promised here:
 *
 * - A write that has resolved is seen by every later read of every task, and outlives the process.
 * - Each method alone is atomic, several are not: between two of them others may write.
 * - A connection whose `expiresAt` has passed is absent in every answer, and a member of nothing. `$disconnect` may
 *   never come, but API Gateway ends every connection.
 * - Every method rejects when the store cannot be reached; then nothing, or all of the write, was done.
 */
export abstract class Store implements OnApplicationShutdown {
  /** Remembers a connection, in place of what was known of it. One that is there already keeps its channels. */
  abstract putConnection(connection: NewConnection): Promise<void>;

  /** Notes that a connection was heard of just now. @returns what is known of it, undefined if it is not there */
  abstract touchConnection(connectionId: ConnectionId): Promise<Connection | undefined>;

  abstract getConnection(connectionId: ConnectionId): Promise<Connection | undefined>;

  /** Forgets a connection, which leaves every channel. @returns whether it was there */
  abstract removeConnection(connectionId: ConnectionId): Promise<boolean>;

  /**
   * Idempotent: who joins twice is a member once, since the first time. A connection that is not there joins nothing.
   *
   * @returns whether it has become a member by this
   */
  abstract join(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  /** Idempotent. @returns whether it was a member */
  abstract leave(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  abstract isMember(channel: ChannelName, connectionId: ConnectionId): Promise<boolean>;

  abstract countMembers(channel: ChannelName): Promise<number>;

  /**
   * The members of a channel, in pages, in an order that does not change. Who is a member all the while comes exactly
   * once; who joins or leaves meanwhile comes once or not at all. Memory is bounded by a page, and no page is empty.
   */
  abstract members(channel: ChannelName): AsyncIterable<readonly Member[]>;

  /** Resolves when the store can be read. */
  abstract ping(): Promise<void>;

  /** Lets go of files and sockets. Nothing else is called afterwards. */
  abstract close(): Promise<void>;

  /** Called by Nest once the HTTP server has answered its last request. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
