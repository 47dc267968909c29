import { type ConnectionId } from '../../../api/integration.js';
import { type ChannelName, type Since } from '../../../api/messages.js';
import { QUOTAS } from '../../../api/quotas.js';
import { UnknownConnectionError } from '../../connections/connection.errors.js';
import { type Frame } from '../../connections/frame.js';
import { type LogStore } from '../../store/log-store.js';
import { ChannelError } from '../channel.errors.js';
import { messageFrame } from '../message-frame.js';

/** Sends a frame to the connection of the replay. */
export type DeliverFrame = (frame: Frame) => Promise<'delivered' | 'gone'>;

/** Sends a client what it has missed of a channel, in order, several messages in one frame of at most 32 KB. */
export class Replay {
  /** The offset of the last message that the client has, or that is in the batch. */
  #offset: number;
  #batch: Frame[] = [];
  #sent = 0;
  /** Size of the batch as a JSON array. */
  #batchBytes = 0;

  /** @param deadline by `performance.now()`: no post begins after it */
  constructor(
    private readonly logStore: LogStore,
    private readonly channel: ChannelName,
    private readonly connectionId: ConnectionId,
    private readonly since: Since,
    private readonly deadline: number,
  ) {
    this.#offset = since.offset;
  }

  /**
   * Sends the missed messages, and in further rounds those published in the meantime, until a round has at most a page.
   * Later messages, and a last frame that is not full, are left to {@link sendUpTo}.
   *
   * @returns false if the replay cannot be complete: there is no log, the epoch differs, the log is shorter, or messages
   *   were removed.
   *   Unless that happened during the replay, nothing was sent
   */
  async catchUp(deliver: DeliverFrame): Promise<boolean> {
    for (;;) {
      const position = await this.logStore.findPosition(this.channel);
      if (position === undefined) return false;
      const { epoch, offset: until } = position;
      if (epoch !== this.since.epoch || until < this.#offset) return false;
      const missed = until - this.#offset;
      if (!(await this.#addUpTo(until, deliver))) return false;
      if (missed <= PAGE_MESSAGES) return true;
    }
  }

  /** Sends the rest, up to and including this offset. @returns false if messages were removed from the log */
  async sendUpTo(until: number, deliver: DeliverFrame): Promise<boolean> {
    const isComplete = await this.#addUpTo(until, deliver);
    await this.#flush(deliver);
    return isComplete;
  }

  /** How many messages were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** @throws {ChannelError} `overloaded` */
  requireTime(): void {
    if (performance.now() < this.deadline) return;
    throw new ChannelError(
      'overloaded',
      'Too many missed messages for one join. Join again with since at the last message that you received.',
    );
  }

  async #addUpTo(until: number, deliver: DeliverFrame): Promise<boolean> {
    while (this.#offset < until) {
      this.requireTime();
      const limit = Math.min(PAGE_MESSAGES, until - this.#offset);
      const page = await this.logStore.readLog(this.channel, this.#offset, limit);
      const hasGap = page.some(({ offset }, index) => offset !== this.#offset + 1 + index);
      if (page.length === 0 || hasGap) return false;
      for (const { offset, content } of page) {
        await this.#add(messageFrame(this.channel, offset, content), deliver);
        this.#offset = offset;
      }
    }
    return true;
  }

  async #add(frame: Frame, deliver: DeliverFrame): Promise<void> {
    const bytes = Buffer.byteLength(frame) + 1;
    if (this.#batchBytes + bytes + 1 > QUOTAS.batchBytes) await this.#flush(deliver);
    this.#batch.push(frame);
    this.#batchBytes += bytes;
  }

  async #flush(deliver: DeliverFrame): Promise<void> {
    const [first, ...others] = this.#batch;
    if (first === undefined) return;
    this.requireTime();
    const frame = others.length === 0 ? first : (`[${this.#batch.join(',')}]` as Frame);
    this.#batch = [];
    this.#batchBytes = 0;
    if ((await deliver(frame)) === 'gone') throw new UnknownConnectionError(this.connectionId);
    this.#sent += 1 + others.length;
  }
}

/** Messages per read: 6 MB if all have the largest size. */
const PAGE_MESSAGES = 50;
