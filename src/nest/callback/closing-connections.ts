import { type ConnectionId } from '../../api/integration.js';
import { type CallbackObserver, type ClosingReason } from './callback-observer.js';
import { ConnectionClosingError, GoneError } from './callback.errors.js';
import { ConcurrencyLimit } from './concurrency-limit.js';

export interface Closing {
  readonly reason: ClosingReason;
  /** Drops what waits for the connection. @returns the number of messages */
  readonly drop: (error: ConnectionClosingError) => number;
  /** The connection was closed, or could not be closed. */
  readonly ended: () => void;
}

/**
 * Closes connections to protect the others. Unlike a notice, a close reaches a client that does not read, and each
 * client reconnects and resumes after it, whatever it has missed.
 */
export class ClosingConnections {
  readonly #closing = new Set<ConnectionId>();
  readonly #limit = new ConcurrencyLimit(CLOSES_AT_ONCE);

  /** @param disconnect closes a connection */
  constructor(
    private readonly disconnect: (connectionId: ConnectionId) => Promise<void>,
    private readonly observer: Pick<CallbackObserver, 'closing' | 'notClosed'>,
  ) {}

  /** The error of messages to this connection, if it is being closed. */
  refusal(connectionId: ConnectionId): ConnectionClosingError | undefined {
    return this.#closing.size > 0 && this.#closing.has(connectionId) ? CLOSING : undefined;
  }

  /** @throws {ConnectionClosingError} the connection is being closed */
  requireOpen(connectionId: ConnectionId): void {
    const error = this.refusal(connectionId);
    if (error) throw error;
  }

  /** @returns the error of the messages to it */
  close(connectionId: ConnectionId, { reason, drop, ended }: Closing): ConnectionClosingError {
    if (this.#closing.has(connectionId)) return CLOSING;
    this.#closing.add(connectionId);
    this.observer.closing(connectionId, reason, drop(CLOSING));
    void this.#limit
      .run(() => this.disconnect(connectionId))
      .catch((failure: unknown) => {
        // the next attempt finds out, too
        if (!(failure instanceof GoneError)) this.observer.notClosed(connectionId, failure);
      })
      .finally(() => {
        this.#closing.delete(connectionId);
        ended();
      });
    return CLOSING;
  }
}

/** One object: a message to many may be refused for thousands of connections, and a stack costs more than the rest. */
const CLOSING = new ConnectionClosingError(
  'the connection is being closed: its client does not read, or sends too much',
);

/** More would occupy the event loop for many milliseconds at once: a DeleteConnection costs as much as many posts. */
const CLOSES_AT_ONCE = 4;
