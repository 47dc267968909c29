import { type ConnectionId } from '../../api/integration.js';
import { type BatchedMessage } from './batched-message.js';
import { type CallbackObserver, resultOf } from './callback-observer.js';
import { GoneError } from './callback.errors.js';
import { PostBody } from './client/post-body.js';
import { type ClosingConnections } from './closing-connections.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { type ConnectionQueues } from './connection-queues.js';
import { type Delivery, type DeliveryLimits, deliverToRecipients } from './deliver-to-recipients.js';
import { type DeliveryReport } from './delivery-report.js';
import { EventLoopTurns } from './event-loop-turns.js';
import { type MessageSender } from './message-sender.js';
import { type Recipient } from './recipient.js';

/** Callbacks for each delivery of a message to many. */
export interface DeliveryObserver {
  /** The connection is gone. The delivery ends when this resolves. */
  readonly gone?: (connectionId: ConnectionId) => Promise<unknown>;
  /** The delivery has succeeded or failed. */
  readonly ended?: (connectionId: ConnectionId) => void;
}

/** What {@link PostToMany} shares with messages to one connection. */
export interface PostToManyParts {
  readonly queues: ConnectionQueues<BatchedMessage>;
  readonly sender: MessageSender;
  readonly closing: ClosingConnections;
  readonly observer: Pick<CallbackObserver, 'settled'>;
  /** The deadline of a message that arrives now. */
  readonly deadline: () => number;
}

export interface PostToManySettings {
  readonly callbackConcurrency: number;
  readonly callbackQueue: number;
}

/** Sends messages to many connections. */
export class PostToMany {
  readonly #parts: PostToManyParts;
  /** Limits the recipients that have been read and not yet settled. */
  readonly #limits: DeliveryLimits;

  constructor(parts: PostToManyParts, { callbackConcurrency, callbackQueue }: PostToManySettings) {
    this.#parts = parts;
    this.#limits = {
      window: new ConcurrencyLimit(
        Math.max(1, Math.min(callbackConcurrency * WINDOW_PER_SLOT, Math.floor(callbackQueue / 2))),
      ),
      paused: new ConcurrencyLimit(Math.floor(callbackQueue / 4)),
      turns: new EventLoopTurns(),
    };
  }

  /**
   * Sends one message.
   *
   * @throws {QueueFullError} too many messages are queued; it was sent to no connection
   * @throws the error of reading the pages
   */
  async post(
    pages: AsyncIterable<readonly Recipient[]>,
    data: string | Uint8Array,
    observer: DeliveryObserver,
  ): Promise<DeliveryReport> {
    const body = new PostBody(data);
    const releaseBytes = this.#parts.queues.reserveBytes(body.bytes.byteLength, 'push');
    try {
      return await deliverToRecipients(pages, this.#delivery(body, observer), this.#limits);
    } finally {
      releaseBytes();
    }
  }

  #delivery(body: PostBody, { gone, ended }: DeliveryObserver): Delivery<Recipient> {
    const { queues, sender, closing, observer, deadline } = this.#parts;
    return {
      refusal({ connectionId }) {
        const error = closing.refusal(connectionId) ?? queues.refusal(connectionId, 'push');
        if (error === undefined) return undefined;
        observer.settled(resultOf(error));
        ended?.(connectionId);
        return error;
      },
      mustWait: ({ connectionId }) => queues.isBusy(connectionId),
      async deliver({ connectionId, isBatched = false }, pause) {
        const message = { connectionId, body, isBatched, bytes: 0, purpose: 'push', limit: 'many' } as const;
        try {
          closing.requireOpen(connectionId);
          await sender.send({ ...message, deadline: deadline(), pause });
          observer.settled('delivered');
          return 'delivered';
        } catch (error) {
          observer.settled(resultOf(error));
          if (!(error instanceof GoneError)) throw error;
          await gone?.(connectionId);
          return 'gone';
        } finally {
          ended?.(connectionId);
        }
      },
    };
  }
}

/** Recipients read per slot of the limit. The others wait for a slot, or are paused before a retry. */
const WINDOW_PER_SLOT = 4;
