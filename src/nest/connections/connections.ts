import { type DeliveryReport } from '../callback/delivery-report.js';
import { type UserId } from '../../api/integration.js';

/** An open connection. Times are in milliseconds since 1970. */
export interface ConnectionInfo {
  readonly connectionId: string;
  /** Absent where connections are not authenticated, or not stored. */
  readonly userId?: UserId | undefined;
  /** What `@OnConnect` returned when it was opened. */
  readonly session?: unknown;
  readonly connectedAt: number;
  readonly lastActiveAt: number;
}

/**
 * The connections that API Gateway holds: sends to them, reads and closes them. Inject it in any provider.
 *
 * Messages to one connection are sent in the order of the calls. They are signed, queued with limits, and retried until a
 * deadline: see docs/operating.md. A connection that turns out to be gone (410) is forgotten, and leaves its channels.
 */
export abstract class Connections {
  /**
   * Sends a message to one connection.
   *
   * @param data a string is sent unmodified, an object as JSON; at most 128 KB
   * @returns once API Gateway has accepted it, which is not yet delivery; `gone` if the client has left
   * @throws {TooLargeError} it is larger than API Gateway allows
   * @throws {QueueFullError} too many messages are queued
   * @throws {ThrottledError} still throttled (429) at the deadline
   * @throws {CallbackError} any other failure; the message may have been delivered all the same
   */
  abstract post(connectionId: string, data: string | object): Promise<'delivered' | 'gone'>;

  /**
   * Sends one message to many connections, a few at once, as API Gateway's quota allows.
   *
   * @param connectionIds a list, or pages of it from a database: those in flight are all that is held in memory
   * @param data as for {@link Connections.post}
   * @returns how many got it; single failures do not reject
   * @throws {TooLargeError} it is larger than API Gateway allows; no connection got it
   * @throws {QueueFullError} too many messages are queued; no connection got it
   */
  abstract postToMany(
    connectionIds: Iterable<string> | AsyncIterable<string>,
    data: string | object,
  ): Promise<DeliveryReport>;

  /**
   * What API Gateway knows of a connection, with the user and the session from the store.
   *
   * @returns undefined if it is closed or never existed
   * @throws {CallbackError} API Gateway could not be asked
   */
  abstract get(connectionId: string): Promise<ConnectionInfo | undefined>;

  /**
   * Closes a connection; the client receives the close code 1000. Messages that are queued for it may be lost.
   *
   * @throws {CallbackError} it was not closed, or that is not known
   */
  abstract disconnect(connectionId: string): Promise<'disconnected' | 'gone'>;
}
