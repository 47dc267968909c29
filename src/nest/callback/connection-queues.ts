import { type ConnectionId } from '../../api/integration.js';
import { QUOTAS } from '../../api/quotas.js';
import { QueueFullError } from './callback.errors.js';

/** The most that may be held: queued, in flight, or paused before a retry. */
export interface QueueBounds {
  readonly messages: number;
  readonly messagesPerConnection: number;
  readonly bytes: number;
}

/** What a message is for. Each purpose has a bound of its own, for all connections and for one. */
export type Purpose =
  /** For a client that did not ask for it: messages of channels, member notices, messages of other backends. */
  | 'push'
  /** The reply to the client's own message. */
  | 'reply'
  /** The error `overloaded` to the client's own message, which was not handled. */
  | 'refusal';

/** How a work is queued. */
export interface QueueOptions<Message> {
  /** Memory of the message in bytes; 0 for one that {@link ConnectionQueues.reserveBytes} has counted. */
  readonly bytes: number;
  /** Undefined for work that has a place: see {@link ConnectionQueues.takePlace}. */
  readonly purpose: Purpose | undefined;
  /** What {@link ConnectionQueues.waiting} yields for this work. */
  readonly message?: Message | undefined;
}

/**
 * A FIFO queue per connection: works for one connection run one after the other, in the order of the calls, and works
 * for different connections run concurrently. Work beyond the bounds is refused, so that the memory stays bounded when
 * messages cannot be sent.
 *
 * No connection can take the places of the others. While at most half of the places are taken, a connection may take
 * all that it may have; beyond that its share shrinks with the places that are free. Pushes leave a quarter of the
 * places, and of the bytes, to replies and refusals. Replies leave an eighth of the places to refusals.
 */
export class ConnectionQueues<Message> {
  /** Of connections for which something is held. */
  readonly #queues = new Map<ConnectionId, ConnectionQueue<Message>>();
  readonly #bounds: Readonly<Record<Purpose, PurposeBounds>>;
  readonly #maxBytes: number;
  readonly #maxPushBytes: number;
  #messages = 0;
  #bytes = 0;

  constructor({ messages, messagesPerConnection, bytes }: QueueBounds) {
    this.#bounds = {
      push: { all: messages - Math.floor(messages / 4), one: messagesPerConnection },
      reply: { all: messages - Math.floor(messages / 8), one: messagesPerConnection * REPLIES_PER_PUSH },
      refusal: { all: messages, one: messagesPerConnection },
    };
    this.#maxBytes = bytes;
    this.#maxPushBytes = Math.max(QUOTAS.messageBytes, bytes - Math.floor(bytes / 4));
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
    for (const { message } of this.#queues.get(connectionId)?.waiting ?? []) yield message;
  }

  /** Whether work for this connection is in flight. */
  isBusy(connectionId: ConnectionId): boolean {
    return this.#queues.get(connectionId)?.isRunning === true;
  }

  /** Why a message cannot be queued now; undefined if it can. */
  refusal(connectionId: ConnectionId, purpose: Purpose): QueueFullError | undefined {
    return this.#hasRoom(connectionId, purpose) ? undefined : SHARE_TAKEN;
  }

  /** @throws {QueueFullError} the work was not started */
  run<T>(connectionId: ConnectionId, work: () => Promise<T>, options: QueueOptions<Message>): Promise<T> {
    const { bytes, purpose, message } = options;
    const refusal = purpose && this.refusal(connectionId, purpose);
    if (refusal) throw refusal;
    const releaseBytes = this.reserveBytes(bytes, purpose);
    const queue = this.#queueOf(connectionId);
    if (purpose !== undefined) this.#count(queue, purpose, 1);
    const release = () => {
      if (purpose !== undefined) this.#count(queue, purpose, -1);
      releaseBytes();
    };
    const start = () => {
      const result = work();
      const ended = () => {
        release();
        this.#startNext(connectionId, queue);
      };
      result.then(ended, ended);
      return result;
    };
    if (!queue.isRunning) {
      queue.isRunning = true;
      return start();
    }
    return new Promise((resolve, reject) => {
      const drop = (error: Error) => {
        release();
        reject(error);
      };
      queue.waiting.push({ message, start: () => resolve(start()), drop });
    });
  }

  /**
   * Takes a place for the reply to a message that was not handled yet, so that a reply is never refused once its message
   * took effect.
   *
   * @returns the purpose for which there was a place, and the function that returns it, to be called once; undefined if
   *   there was none
   */
  takePlace(
    connectionId: ConnectionId,
  ): { readonly purpose: 'reply' | 'refusal'; readonly release: () => void } | undefined {
    const purpose = (['reply', 'refusal'] as const).find((each) => this.#hasRoom(connectionId, each));
    if (purpose === undefined) return undefined;
    const queue = this.#queueOf(connectionId);
    this.#count(queue, purpose, 1);
    const release = () => {
      this.#count(queue, purpose, -1);
      this.#removeIfEmpty(connectionId, queue);
    };
    return { purpose, release };
  }

  /** Whether a connection has as many replies and refusals as it may have when nothing else is queued. */
  hasAllPlaces(connectionId: ConnectionId): boolean {
    return (this.#queues.get(connectionId)?.held.refusal ?? 0) >= this.#bounds.refusal.one;
  }

  /**
   * Rejects what waits for this connection, but not the work in flight.
   *
   * @returns the number of works rejected
   */
  drop(connectionId: ConnectionId, error: Error): number {
    const dropped = this.#queues.get(connectionId)?.waiting.splice(0) ?? [];
    for (const { drop } of dropped) drop(error);
    return dropped.length;
  }

  /**
   * Counts the bytes of a message that is held once and sent to many connections.
   *
   * @returns the function that releases them, to be called once
   * @throws {QueueFullError} nothing was counted
   */
  reserveBytes(bytes: number, purpose: Purpose | undefined): () => void {
    const limit = purpose === 'push' ? this.#maxPushBytes : this.#maxBytes;
    if (bytes > 0 && this.#bytes + bytes > limit) {
      throw new QueueFullError(`${this.#bytes} bytes are queued: ${bytes} more exceed the limit of ${limit}`);
    }
    this.#bytes += bytes;
    return () => {
      this.#bytes -= bytes;
    };
  }

  #hasRoom(connectionId: ConnectionId, purpose: Purpose): boolean {
    const { all, one } = this.#bounds[purpose];
    const free = all - this.#messages;
    if (free <= 0) return false;
    const held = this.#queues.get(connectionId)?.held[purpose] ?? 0;
    // a connection that has nothing is never refused while there is a place
    return held < Math.ceil(one * Math.min(1, (2 * free) / all));
  }

  #count({ held }: ConnectionQueue<Message>, purpose: Purpose, change: 1 | -1): void {
    held[purpose] += change;
    this.#messages += change;
  }

  #queueOf(connectionId: ConnectionId): ConnectionQueue<Message> {
    const existing = this.#queues.get(connectionId);
    if (existing) return existing;
    const queue = { isRunning: false, waiting: [], held: { push: 0, reply: 0, refusal: 0 } };
    this.#queues.set(connectionId, queue);
    return queue;
  }

  #startNext(connectionId: ConnectionId, queue: ConnectionQueue<Message>): void {
    const next = queue.waiting.shift();
    if (next) return next.start();
    queue.isRunning = false;
    this.#removeIfEmpty(connectionId, queue);
  }

  #removeIfEmpty(connectionId: ConnectionId, { isRunning, held }: ConnectionQueue<Message>): void {
    if (isRunning || held.push + held.reply + held.refusal > 0) return;
    this.#queues.delete(connectionId);
  }
}

/** One object: a message to many may be refused for thousands of connections, and a stack costs more than the rest. */
const SHARE_TAKEN = new QueueFullError('as many messages are queued as this connection may have now');

/** A client may join all its channels at once, and send as many other messages. */
const REPLIES_PER_PUSH = 2;

interface PurposeBounds {
  /** Messages of any purpose for all connections, beyond which none of this purpose is accepted. */
  readonly all: number;
  /** Messages of this purpose for one connection. */
  readonly one: number;
}

interface ConnectionQueue<Message> {
  isRunning: boolean;
  readonly waiting: QueuedWork<Message>[];
  /** The places taken, by purpose. */
  readonly held: Record<Purpose, number>;
}

interface QueuedWork<Message> {
  readonly message: Message | undefined;
  readonly start: () => void;
  readonly drop: (error: Error) => void;
}
