import { QueueFullError } from '../callback/callback.errors.js';
import { type ChannelName } from '../../api/messages.js';
import { Turns } from './keyed-mutex.js';

/** How much may wait for its turn. */
export interface ChannelOrderBounds {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Keeps the messages of each channel in the order of their offsets, as far as they come through this task: one is appended
 * after the other, and on its way to members before the next one is. Channels do not wait for each other, and while one
 * message is on its way the next is appended.
 */
export class ChannelOrder {
  readonly #appends = new Turns<ChannelName>();
  readonly #fanOuts = new Turns<ChannelName>();
  #messages = 0;
  #bytes = 0;

  constructor(private readonly bounds: ChannelOrderBounds) {}

  /**
   * @param bytes of the message, while it is held here
   * @param fanOut has to call `pass` as soon as the next message cannot overtake this one
   * @throws {QueueFullError} too much waits already; nothing was done
   * @throws what `append` and `fanOut` throw
   */
  async run<Position>(
    channel: ChannelName,
    bytes: number,
    append: () => Promise<Position>,
    fanOut: (position: Position, pass: () => void) => Promise<void>,
  ): Promise<Position> {
    const release = this.#hold(bytes);
    try {
      const appended = await this.#appends.run(channel, async () => {
        const position = await append();
        // in its place before the next one is appended
        return { position, sent: this.#fanOuts.run(channel, (pass) => fanOut(position, pass)) };
      });
      await appended.sent;
      return appended.position;
    } finally {
      release();
    }
  }

  #hold(bytes: number): () => void {
    if (this.#messages >= this.bounds.messages || this.#bytes + bytes > this.bounds.bytes) {
      throw new QueueFullError(
        `${this.#messages} messages with ${this.#bytes} bytes are on their way already`,
      );
    }
    this.#messages += 1;
    this.#bytes += bytes;
    return () => {
      this.#messages -= 1;
      this.#bytes -= bytes;
    };
  }
}
