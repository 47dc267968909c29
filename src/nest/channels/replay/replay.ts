import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName, LIMITS, type Since } from '../../../api/messages.js';
import { UnknownConnectionError } from '../../connections/connection.errors.js';
import { type Frame } from '../../connections/frame.js';
import { type Store } from '../../store/store.js';
import { ChannelError } from '../channel.errors.js';
import { messageFrame } from '../message-frame.js';

/** Sends a frame to the connection that is replayed to. */
export type DeliverFrame = (frame: Frame) => Promise<'delivered' | 'gone'>;

/** What a client has missed of a channel, sent to it in order: as many messages in a frame as are metered as one. */
export class Replay {
  /** Of the last message that the client has, or that is about to be sent. */
  #offset: number;
  #batch: Frame[] = [];
  /** With the commas between them and the brackets around them. */
  #batchBytes = 0;

  /** @param deadline by `performance.now()`: nothing is begun after it */
  constructor(
    private readonly store: Store,
    private readonly channel: ChannelName,
    private readonly connectionId: ConnectionId,
    private readonly since: Since,
    private readonly deadline: number,
  ) {
    this.#offset = since.offset;
  }

  /**
   * Sends what has been missed, and what is published meanwhile, until so little was in the last round that the rest can
   * go with {@link sendUpTo}. A last frame that is not full waits for that.
   *
   * @returns false when it cannot be whole: another log, one that is not so far, or something is no longer kept. Unless
   *   that happened meanwhile, nothing was sent then
   */
  async catchUp(deliver: DeliverFrame): Promise<boolean> {
    for (;;) {
      const { epoch, offset: until } = await this.store.position(this.channel);
      if (epoch !== this.since.epoch || until < this.#offset) return false;
      const missed = until - this.#offset;
      if (!(await this.#addUpTo(until, deliver))) return false;
      if (missed <= PAGE_MESSAGES) return true;
    }
  }

  /** Sends the rest, up to and with the message of this offset. @returns false when something is no longer kept */
  async sendUpTo(until: number, deliver: DeliverFrame): Promise<boolean> {
    const isWhole = await this.#addUpTo(until, deliver);
    await this.#flush(deliver);
    return isWhole;
  }

  /** @throws {ChannelError} `overloaded` */
  requireTime(): void {
    if (performance.now() < this.deadline) return;
    throw new ChannelError(
      'overloaded',
      'more was missed than can be sent at once: join again with since at the last message that came',
    );
  }

  async #addUpTo(until: number, deliver: DeliverFrame): Promise<boolean> {
    while (this.#offset < until) {
      this.requireTime();
      const limit = Math.min(PAGE_MESSAGES, until - this.#offset);
      const page = await this.store.readLog(this.channel, this.#offset, limit);
      // there is no gap within a page
      if (page[0]?.offset !== this.#offset + 1) return false;
      for (const { offset, content } of page) {
        await this.#add(messageFrame(this.channel, offset, content), deliver);
        this.#offset = offset;
      }
    }
    return true;
  }

  async #add(frame: Frame, deliver: DeliverFrame): Promise<void> {
    const bytes = Buffer.byteLength(frame) + 1;
    if (this.#batchBytes + bytes + 1 > LIMITS.batchBytes) await this.#flush(deliver);
    this.#batch.push(frame);
    this.#batchBytes += bytes;
  }

  async #flush(deliver: DeliverFrame): Promise<void> {
    const [first, ...more] = this.#batch;
    if (first === undefined) return;
    this.requireTime();
    const frame = more.length === 0 ? first : (`[${this.#batch.join(',')}]` as Frame);
    this.#batch = [];
    this.#batchBytes = 0;
    if ((await deliver(frame)) === 'gone') throw new UnknownConnectionError(this.connectionId);
  }
}

/** Read at once: of the largest messages 6 MB. */
const PAGE_MESSAGES = 50;
