import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketClient } from '../support/web-socket-client.js';

interface Received {
  readonly type?: string;
  readonly id?: number;
  readonly epoch?: string;
  readonly offset?: number;
  readonly code?: string;
  readonly recovered?: boolean;
}

/** A member of a channel that publishes one message after the other, and records acknowledgements and messages. */
export class Chatter implements Disposable {
  /** Offsets of its acknowledged messages, in this epoch. */
  acknowledged: number[] = [];
  /** The number of its acknowledged messages, in all epochs. */
  acknowledgedEver = 0;
  /** How often it was notified that its memberships are lost. */
  losses = 0;
  /** Replies other than an acknowledgement. */
  readonly failures: Received[] = [];
  /** Offsets of the received messages of this epoch, in order. */
  offsets: number[] = [];
  epoch = '';
  /** The offset at which it joined. */
  since = 0;
  #nextId = 0;
  #isTalking = false;
  #mustJoin = false;
  #talk: Promise<void> = Promise.resolve();
  #resolveReply: ((received: Received) => void) | undefined;

  private constructor(
    readonly client: WebSocketClient,
    readonly channel: string,
  ) {
    client.socket.on('message', (data: Buffer) => this.#read(data.toString('utf8')));
  }

  static async join(url: string, channel: string): Promise<Chatter> {
    const chatter = new Chatter(await WebSocketClient.open(url), channel);
    const joined = await chatter.ask({ action: 'join', channel });
    if (joined.type !== 'joined') throw new Error(`not joined: ${JSON.stringify(joined)}`);
    chatter.epoch = joined.epoch ?? '';
    chatter.since = joined.offset ?? 0;
    return chatter;
  }

  /** Sends a message and waits for its reply. The gateway's own errors have neither type nor id. */
  async ask(message: object): Promise<Received> {
    const id = (this.#nextId += 1);
    const answered = new Promise<Received>((resolve) => {
      this.#resolveReply = (received) => {
        if (received.type === undefined || received.id === id) resolve(received);
      };
    });
    this.client.send({ ...message, id });
    return answered;
  }

  /** Publishes until `quiet` is called, each message when the one before is answered. */
  talk(): void {
    this.#isTalking = true;
    this.#talk = (async () => {
      while (this.#isTalking) {
        const reply = await this.ask({ action: 'publish', channel: this.channel, data: 'x'.repeat(100) });
        if (reply.type === 'published') {
          this.acknowledged.push(reply.offset!);
          this.acknowledgedEver += 1;
        } else this.failures.push(reply);
        if (this.#mustJoin) await this.#joinAgain();
        // a client of a service in trouble does not hammer it
        await sleep(reply.type === 'published' ? 5 : 100);
      }
    })();
  }

  async quiet(): Promise<void> {
    this.#isTalking = false;
    await this.#talk;
  }

  /** Begins anew if the log has a new epoch. */
  async #joinAgain(): Promise<void> {
    this.#mustJoin = false;
    const { type, epoch = '', offset = 0, recovered } = await this.recover();
    if (type !== 'joined') this.#mustJoin = true;
    else if (recovered === false) {
      Object.assign(this, { epoch, since: offset, acknowledged: [], offsets: [] });
    }
  }

  /** Asks for whatever it has missed; what it already had is dropped by its offset. */
  async recover(): Promise<Received> {
    const has = new Set(this.offsets);
    let offset = this.since;
    while (has.has(offset + 1)) offset += 1;
    return this.ask({ action: 'join', channel: this.channel, since: { epoch: this.epoch, offset } });
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }

  #read(frame: string): void {
    const received = JSON.parse(frame) as Received | Received[];
    for (const each of Array.isArray(received) ? received : [received]) {
      if (each.type === 'message') this.offsets.push(each.offset!);
      else if (each.type === 'memberships_lost') {
        this.losses += 1;
        this.#mustJoin = true;
      } else this.#resolveReply?.(each);
    }
  }
}
