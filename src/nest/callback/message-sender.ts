import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionId } from '../../api/integration.js';
import { BatchedMessage, postBatch } from './batched-message.js';
import { type PostBody } from './client/post-body.js';
import { type ConnectionQueues, type Purpose } from './connection-queues.js';
import { type Limit, type PostAttempts } from './post-attempts.js';
import { type Retry } from './retry.js';

/** A message, and how it is attempted. */
export interface UnqueuedMessage {
  readonly connectionId: ConnectionId;
  readonly body: PostBody;
  readonly deadline: number;
  readonly limit: Limit;
  /** Called before each pause. */
  readonly pause?: () => void;
}

export interface QueuedMessage extends UnqueuedMessage {
  /** Whether it may be sent with others in one frame. */
  readonly isBatched: boolean;
  /** Memory of the message in bytes; 0 if it is counted once for many connections. */
  readonly bytes: number;
  /** Undefined for a message that has a place. */
  readonly purpose: Purpose | undefined;
}

/**
 * Sends the messages to each connection one after the other, with attempts until their deadline. For a client that accepts
 * several messages in one frame, those that wait are sent together.
 */
export class MessageSender {
  /** @param lingerMs how long a message waits for others before they are sent together */
  constructor(
    private readonly queues: ConnectionQueues<BatchedMessage>,
    private readonly retry: Retry,
    private readonly attempts: PostAttempts,
    private readonly lingerMs: number,
  ) {}

  /** @throws {QueueFullError} it was not sent */
  send(message: QueuedMessage): Promise<void> {
    const { connectionId, bytes, purpose } = message;
    if (message.isBatched) return this.#sendBatched(message);
    return this.queues.run(connectionId, () => this.sendNow(message), { bytes, purpose });
  }

  /** Sends a message without queueing it. */
  sendNow({ connectionId, body, deadline, limit, pause }: UnqueuedMessage): Promise<void> {
    return this.retry.run(
      deadline,
      () => this.attempts.run(limit, connectionId, deadline, (post) => post(body)),
      pause,
    );
  }

  #sendBatched({ connectionId, body, bytes, purpose, deadline, limit, pause }: QueuedMessage): Promise<void> {
    const message = new BatchedMessage(body);
    const attempt = async () => {
      if (message.outcome === undefined) {
        await this.attempts.run(limit, connectionId, deadline, (post) =>
          postBatch(message, this.queues.waiting(connectionId), post),
        );
      } else if (message.outcome.error) throw message.outcome.error;
    };
    const work = async () => {
      if (message.outcome === undefined) await this.#linger(message);
      return this.retry.run(deadline, attempt, pause);
    };
    return this.queues.run(connectionId, work, { bytes, purpose, message });
  }

  async #linger({ queuedAt }: BatchedMessage): Promise<void> {
    const ms = queuedAt + this.lingerMs - performance.now();
    if (ms > 0) await sleep(ms);
  }
}
