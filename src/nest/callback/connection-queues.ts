import { type ConnectionId } from '../../api/integration.js';
import { QueueFullError } from './callback.errors.js';

/** How much may be held: what waits, what is under way, and what waits for another try. */
export interface QueueBounds {
  readonly messages: number;
  readonly messagesPerConnection: number;
  readonly bytes: number;
}

/**
 * Keeps the order of what is sent to a connection: one thing at a time, in the order in which it came. Connections do
 * not wait for each other. What is too much is refused, so that a service that cannot get rid of its messages does not
 * grow with them.
 */
export class ConnectionQueues<Message> {
  /** Those that wait, for each connection that has something under way. */
  readonly #waiting = new Map<ConnectionId, QueuedWork<Message>[]>();
  #messages = 0;
  #bytes = 0;

  constructor(private readonly bounds: QueueBounds) {}

  /** Messages that are held for all connections together. */
  get messages(): number {
    return this.#messages;
  }

  /** Bytes that are held for all connections together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What waits for this connection, in order; undefined stands for work that came without a message. */
  *waiting(connectionId: ConnectionId): Iterable<Message | undefined> {
    for (const { message } of this.#waiting.get(connectionId) ?? []) yield message;
  }

  isBusy(connectionId: ConnectionId): boolean {
    return this.#waiting.has(connectionId);
  }

  /**
   * @param bytes what the message adds to memory; 0 for one that {@link reserveBytes} has counted
   * @param message what {@link waiting} tells others of it
   * @throws {QueueFullError} nothing was done
   */
  run<T>(connectionId: ConnectionId, bytes: number, work: () => Promise<T>, message?: Message): Promise<T> {
    const { messages, messagesPerConnection } = this.bounds;
    if (this.#messages >= messages) throw new QueueFullError(`${messages} messages wait already`);
    const waiting = this.#waiting.get(connectionId);
    // the one under way is not in the list
    if (waiting !== undefined && waiting.length + 1 >= messagesPerConnection) {
      throw new QueueFullError(`${messagesPerConnection} messages for this connection wait already`);
    }
    const release = this.reserveBytes(bytes);
    this.#messages += 1;
    const result =
      waiting === undefined ? this.#start(connectionId, work) : wait(waiting, message).then(work);
    const ended = () => {
      this.#messages -= 1;
      release();
      this.#next(connectionId);
    };
    result.then(ended, ended);
    return result;
  }

  /**
   * Counts what is in memory once and goes to many.
   *
   * @returns to be called, once, when it is held no longer
   * @throws {QueueFullError} nothing was done
   */
  reserveBytes(bytes: number): () => void {
    if (this.#bytes + bytes > this.bounds.bytes) {
      throw new QueueFullError(`${this.#bytes} bytes wait already, and ${bytes} more would be too many`);
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

  #next(connectionId: ConnectionId): void {
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
