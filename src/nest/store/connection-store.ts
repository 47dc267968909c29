import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type ChannelName, type JsonText } from '../../api/messages.js';

export interface NewConnection {
  readonly connectionId: ConnectionId;
  /** Absent where connections are not authenticated. */
  readonly userId?: UserId | undefined;
  /** Whether the client accepts several messages in one frame. */
  readonly isBatched?: boolean | undefined;
  /** What the application keeps with it: at most `QUOTAS.sessionBytes`. Absent if it keeps nothing. */
  readonly session?: JsonText | undefined;
  /** When API Gateway opened it, in milliseconds since 1970. */
  readonly connectedAt: number;
  /** When the connection expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Connection extends NewConnection {
  /** When it was last put or touched, in milliseconds since 1970. */
  readonly lastActiveAt: number;
  /**
   * The store may have lost memberships of this connection, for example in a failover. Until it is put again, which ends
   * the remaining ones.
   */
  readonly hasLostMemberships?: true | undefined;
}

/** Where a page of all connections begins: after this connection of this partition, in the store's order. */
export interface ConnectionCursor {
  readonly partition: number;
  /** A connection id, which need not exist; empty for the beginning. */
  readonly connectionId: string;
}

export interface ConnectionPage {
  readonly connections: readonly Connection[];
  /** Absent after the last page. */
  readonly next?: ConnectionCursor | undefined;
}

/** Stores the open connections. The guarantees of `store.ts` hold. */
export abstract class ConnectionStore {
  /** Stores a connection. Replaces an existing one, which keeps its channels unless it has lost memberships. */
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

  /**
   * A page of all connections, for callers that go through them in several calls, also of several tasks. One that exists
   * all the time comes exactly once. A page may have fewer connections than `limit`, or none.
   *
   * @param after `next` of the page before; without it, the first page
   */
  abstract connectionPage(limit: number, after?: ConnectionCursor): Promise<ConnectionPage>;

  /** The number of connections, and of channels with members. Reads more than any other method. */
  abstract counts(): Promise<{ readonly connections: number; readonly channels: number }>;
}
