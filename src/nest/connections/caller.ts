import { type ConnectionId, type UserId } from '../../api/integration.js';
import { type Connection } from '../store/connection-store.js';

/** The sender of a message. */
export interface Sender {
  readonly connectionId: ConnectionId;
  /** Decided at `$connect`; undefined where connections are not authenticated. */
  readonly userId?: UserId | undefined;
  /** Whether it accepts several messages in one frame. */
  readonly isBatched?: boolean | undefined;
  /** What `@OnConnect` returned when the connection was opened. */
  readonly session?: unknown;
}

/**
 * The connection of a handler's event.
 *
 * @typeParam Session what `@OnConnect` returns, as JSON brings it back: without methods, and a `Date` as text; with
 *   `undefined` if it may return nothing. The value is not checked: for two hours, it may be one that an earlier version
 *   of the application has returned
 */
export interface Caller<Session = unknown> extends Sender {
  readonly session: Session;
}

/** A connection as the store knows it. All times are in milliseconds since 1970. */
export interface KnownConnection<Session = unknown> extends Caller<Session> {
  readonly connectedAt: number;
  readonly lastActiveAt: number;
  readonly expiresAt: number;
}

/** Parses the session for each call, so that no handler sees what another one does to it. */
export function callerOf({
  connectionId,
  userId,
  isBatched,
  session,
}: Pick<Connection, 'connectionId' | 'userId' | 'isBatched' | 'session'>): Caller {
  return {
    connectionId,
    userId,
    isBatched,
    session: session === undefined ? undefined : JSON.parse(session),
  };
}
