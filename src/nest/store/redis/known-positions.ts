import { type ChannelName } from '../../../api/messages.js';
import { type Position } from '../log-store.js';
import { newUniqueName } from './unique-name.js';

/**
 * The latest positions of logs that this task has read, of the channels that it used last. A log that is behind its
 * position here has lost messages.
 *
 * The latest position, not the greatest: offsets of two epochs cannot be compared.
 */
export class KnownPositions {
  /** In the order of their use: epoch, offset and number of the epoch. */
  readonly #latest = new Map<ChannelName, readonly [string, string, number]>();

  /** The arguments of `position` in scripts, after those of `LIFE`. */
  arguments(channel: ChannelName): readonly (string | number)[] {
    return [newUniqueName(), ...(this.#latest.get(channel) ?? ['', '', ''])];
  }

  /** @param reply epoch, offset and number of the log, as the scripts return them */
  note(channel: ChannelName, [epoch, offset, number]: readonly [string, string, number]): Position {
    this.#latest.delete(channel);
    this.#latest.set(channel, [epoch, offset, number]);
    if (this.#latest.size > LARGEST) this.#latest.delete(this.#latest.keys().next().value!);
    return { epoch, offset: Number(offset) };
  }
}

/** About 3 MB. */
const LARGEST = 10_000;
