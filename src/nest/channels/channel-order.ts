import { QueueFullError } from '../callback/callback.errors.js';
import { type ChannelName } from '../../api/messages.js';
import { KeyedMutex } from './keyed-mutex.js';

/** How much may be queued or in flight. */
export interface ChannelOrderBounds {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Sends the messages of each channel that come through this task in the order of their offsets: they are appended one
 * after the other, and their fan-outs begin in the same order. The next message is appended while the fan-out of the
 * one before runs. Channels do not wait for each other.
 */
export class ChannelOrder {
  readonly #appends = new KeyedMutex<ChannelName>();
  readonly #fanOuts = new KeyedMutex<ChannelName>();
  #messages = 0;
  #bytes = 0;

  constructor(private readonly bounds: ChannelOrderBounds) {}

  /**
   * @param bytes size of the message, which counts while it is here
   * @param fanOut must call `release` as soon as the next message cannot overtake this one
   * @throws {QueueFullError} a bound is exceeded; nothing was done
   * @throws the errors of `append` and `fanOut`
   */
  async run<Position>(
    channel: ChannelName,
    bytes: number,
    append: () => Promise<Position>,
    fanOut: (position: Position, release: () => void) => Promise<void>,
  ): Promise<Position> {
    const done = this.#hold(bytes);
    try {
      const appended = await this.#appends.run(channel, async () => {
        const position = await append();
        // takes its place in the order before the next message is appended
        return { position, sent: this.#fanOuts.run(channel, (release) => fanOut(position, release)) };
      });
      await appended.sent;
      return appended.position;
    } finally {
      done();
    }
  }

  #hold(bytes: number): () => void {
    if (this.#messages >= this.bounds.messages || this.#bytes + bytes > this.bounds.bytes) {
      throw new QueueFullError(`${this.#messages} messages of ${this.#bytes} bytes in all are in flight`);
    }
    this.#messages += 1;
    this.#bytes += bytes;
    return () => {
      this.#messages -= 1;
      this.#bytes -= bytes;
    };
  }
}
