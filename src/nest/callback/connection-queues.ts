import { type ConnectionId } from '../../api/integration.js';
import { QueueFullError } from './callback.errors.js';

/** The most that may be held: queued, in flight, or paused before a retry. */
export interface QueueBounds {
  readonly messages: number;
  readonly messagesPerConnection: number;
  readonly bytes: number;
}

/**
 * A FIFO queue per connection: works for one connection run one after the other, in the order of the calls, and works
 * for different connections run concurrently. Work beyond the bounds is refused, so that the memory stays bounded when
 * messages cannot be sent.
 */
export class ConnectionQueues<Message> {
  /** The work that waits, for each connection that has work in flight. */
  readonly #waiting = new Map<ConnectionId, QueuedWork<Message>[]>();
  readonly #bounds: QueueBounds;
  #messages = 0;
  #bytes = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** Messages held for all connections together. */
  get messages(): number {
    return this.#messages;
  }

  /** Bytes held for all connections together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What waits for this connection, in order; undefined for work that was queued without a message. */
  *waiting(connectionId: ConnectionId): Iterable<Message | undefined> {
    for (const { message } of this.#waiting.get(connectionId) ?? []) yield message;
  }

  /** Whether work for this connection is in flight. */
  isBusy(connectionId: ConnectionId): boolean {
    return this.#waiting.has(connectionId);
  }

  /**
   * @param bytes memory of the message; 0 for one that {@link reserveBytes} has counted
   * @param message what {@link waiting} yields for this work
   * @throws {QueueFullError} the work was not started
   */
  run<T>(connectionId: ConnectionId, bytes: number, work: () => Promise<T>, message?: Message): Promise<T> {
    const { messages, messagesPerConnection } = this.#bounds;
    if (this.#messages >= messages) throw new QueueFullError(`${messages} messages are queued`);
    const waiting = this.#waiting.get(connectionId);
    // the list does not have the work in flight
    if (waiting !== undefined && waiting.length + 1 >= messagesPerConnection) {
      throw new QueueFullError(`${messagesPerConnection} messages for this connection are queued`);
    }
    const releaseBytes = this.reserveBytes(bytes);
    this.#messages += 1;
    const result =
      waiting === undefined ? this.#start(connectionId, work) : wait(waiting, message).then(work);
    const ended = () => {
      this.#messages -= 1;
      releaseBytes();
      this.#startNext(connectionId);
    };
    result.then(ended, ended);
    return result;
  }

  /**
   * Counts the bytes of a message that is held once and sent to many connections.
   *
   * @returns the function that releases them, to be called once
   * @throws {QueueFullError} nothing was counted
   */
  reserveBytes(bytes: number): () => void {
    if (this.#bytes + bytes > this.#bounds.bytes) {
      throw new QueueFullError(
        `${this.#bytes} bytes are queued: ${bytes} more exceed the limit of ${this.#bounds.bytes}`,
      );
    }
    this.#bytes += bytes;
    return () => {
      this.#bytes -= bytes;
    };
  }

  #start<T>(connectionId: ConnectionId, work: () => Promise<T>): Promise<T> {
    this.#waiting.set(connectionId, []);
    return work();
  }

  #startNext(connectionId: ConnectionId): void {
    const next = this.#waiting.get(connectionId)?.shift();
    if (next) next.start();
    else this.#waiting.delete(connectionId);
  }
}

interface QueuedWork<Message> {
  readonly start: () => void;
  readonly message: Message | undefined;
}

function wait<Message>(waiting: QueuedWork<Message>[], message: Message | undefined): Promise<void> {
  return new Promise((start) => {
    waiting.push({ start, message });
  });
}
