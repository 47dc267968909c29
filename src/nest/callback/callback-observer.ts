import { type ConnectionId } from '../../api/integration.js';
import {
  CallbackTimeoutError,
  ConnectionClosingError,
  type CredentialsError,
  ForbiddenError,
  GoneError,
  QueueFullError,
  ThrottledError,
  TooLargeError,
} from './callback.errors.js';

/** The result of one request to `@connections`, or of a message after all its attempts. */
export type CallbackResult =
  /** Of GetConnection and DeleteConnection: succeeded. */
  | 'delivered'
  | 'gone'
  | 'too_large'
  | 'throttled'
  | 'forbidden'
  | 'timeout'
  /** Not sent, because a queue was full. */
  | 'overloaded'
  /** Not sent, because the connection is being closed. */
  | 'closing'
  | 'failed';

/** Why the service closes a connection by itself. */
export type ClosingReason =
  /** Its client does not read. */
  | 'does_not_read'
  /** Its client has sent more messages than it may have without a reply. */
  | 'too_many_messages';

export type CallbackOperation = 'post' | 'get' | 'delete';

/** Receives what callbacks do, for metrics and the log. Its methods must not throw. */
export abstract class CallbackObserver {
  /** One attempt of one request has ended. A post may carry several messages. */
  abstract attempted(operation: CallbackOperation, result: CallbackResult, durationMs: number): void;

  /**
   * A post was accepted.
   *
   * @param units as how many messages API Gateway bills it
   * @param savedUnits how many more it would be if its messages were posted one by one
   */
  abstract posted(units: number, savedUnits: number): void;

  /** A message was delivered, or has failed for good. */
  abstract settled(result: CallbackResult): void;

  /**
   * A connection is being closed.
   *
   * @param dropped messages that waited for it
   */
  abstract closing(connectionId: ConnectionId, reason: ClosingReason, dropped: number): void;

  /** A connection that was being closed is open still. */
  abstract notClosed(connectionId: ConnectionId, error: unknown): void;

  /** The credentials were read again. @param failure undefined if the read succeeded */
  abstract credentialsRead(failure: CredentialsError | undefined): void;
}

/** Runs `work`, and reports its result and duration. */
export async function observed<T>(
  work: () => Promise<T>,
  report: (result: CallbackResult, durationMs: number) => void,
): Promise<T> {
  const startedAt = performance.now();
  try {
    const value = await work();
    report('delivered', performance.now() - startedAt);
    return value;
  } catch (error) {
    report(resultOf(error), performance.now() - startedAt);
    throw error;
  }
}

/** @param error undefined for a success */
export function resultOf(error: unknown): CallbackResult {
  if (error === undefined) return 'delivered';
  if (error instanceof GoneError) return 'gone';
  if (error instanceof ThrottledError) return 'throttled';
  if (error instanceof CallbackTimeoutError) return 'timeout';
  if (error instanceof TooLargeError) return 'too_large';
  if (error instanceof ForbiddenError) return 'forbidden';
  if (error instanceof QueueFullError) return 'overloaded';
  if (error instanceof ConnectionClosingError) return 'closing';
  return 'failed';
}
