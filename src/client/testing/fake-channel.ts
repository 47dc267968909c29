import type { ChannelMessage, Since } from '../../api/messages.js';

/** The log of a channel, as the service keeps it. */
export class FakeChannel {
  readonly name: string;
  /** The connections that have joined, with the time in milliseconds. */
  readonly members = new Map<string, number>();
  readonly #limit: number;
  #messages: ChannelMessage[] = [];
  /** By publisher and key. */
  readonly #keys = new Map<string, { readonly position: Since; readonly data: string }>();
  #lives = 1;
  #offset = 0;

  /** @param limit the number of messages that are kept */
  constructor(name: string, limit: number) {
    this.name = name;
    this.#limit = limit;
  }

  get position(): Since {
    return { epoch: `epoch-${this.#lives}`, offset: this.#offset };
  }

  append(data: unknown, from: Pick<ChannelMessage, 'from' | 'user'> = {}): ChannelMessage {
    this.#offset += 1;
    const message = { type: 'message', channel: this.name, offset: this.#offset, data, ...from } as const;
    this.#messages.push(message);
    this.#messages = this.#limit === 0 ? [] : this.#messages.slice(-this.#limit);
    return message;
  }

  /** @returns the messages after a position; undefined if some of them are not known any more */
  since({ epoch, offset }: Since): readonly ChannelMessage[] | undefined {
    const current = this.position;
    if (epoch !== current.epoch || offset > current.offset) return undefined;
    const missed = this.#messages.filter((message) => message.offset > offset);
    return missed.length === current.offset - offset ? missed : undefined;
  }

  /** The log begins anew, as after a loss of the store. */
  lose(): void {
    this.#lives += 1;
    this.#offset = 0;
    this.#messages = [];
    this.#keys.clear();
  }

  /** Forgets its messages, but not their number. */
  trim(): void {
    this.#messages = [];
  }

  /** @returns where the message with this key was appended; `reused` if its data was different */
  find(key: string, data: unknown): Since | 'reused' | undefined {
    const found = this.#keys.get(key);
    return found && (found.data === JSON.stringify(data) ? found.position : 'reused');
  }

  remember(key: string, data: unknown): void {
    this.#keys.set(key, { position: this.position, data: JSON.stringify(data) });
  }

  /** The message at an offset, if it is kept. */
  at(offset: number): ChannelMessage | undefined {
    return this.#messages.find((message) => message.offset === offset);
  }
}
