import { WebSocket } from 'ws';
import { type History, type NoticeEvent, type Outcome, type Position } from './history.ts';

/** The result of a client's own publish. */
export interface Published {
  readonly outcome: Outcome;
  readonly position?: Position;
  readonly reason?: string;
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly channel?: string;
  readonly epoch?: string;
  readonly offset?: number;
  readonly recovered?: boolean;
  /** Of a `pong`: the channels in which it is behind. */
  readonly behind?: readonly (Position & { readonly channel: string })[];
  readonly code?: string;
  /** Of a published message: the id that the publisher gave it. */
  readonly data?: { readonly p: string };
}

interface Pending {
  readonly action: string;
  readonly settle: (reply: Message | undefined) => void;
}

/** What a client stores for a channel. */
class Subscription {
  readonly channel: string;
  /** Undefined before the first `joined`. */
  epoch: string | undefined;
  /** Up to here it has every message. */
  offset = 0;
  /** Messages that skip an offset, or that arrived before the first `joined`. */
  readonly held = new Map<number, string>();
  isWanted = true;
  isJoined = false;
  /** Resolves with the reply to the join in flight, or without one. */
  joining: Promise<void> | undefined;
  /** The reply to the join in flight may be out of date. */
  mustJoinAgain = false;
  /** A join or leave has an unknown outcome, and may still take effect. */
  isUncertain = false;
  /** The number of joins. */
  joins = 0;
  gapTimer: NodeJS.Timeout | undefined;
  retryTimer: NodeJS.Timeout | undefined;

  constructor(channel: string) {
    this.channel = channel;
  }

  get position(): Position | undefined {
    return this.epoch === undefined ? undefined : { epoch: this.epoch, offset: this.offset };
  }

  clearTimers(): void {
    clearTimeout(this.gapTimer);
    clearTimeout(this.retryTimer);
    this.gapTimer = undefined;
    this.retryTimer = undefined;
  }
}

export interface ClientOptions {
  readonly name: string;
  readonly url: string;
  readonly history: History;
  /** Whether it accepts several messages in one frame. */
  readonly isBatched?: boolean;
  /** How often it sends a `ping`. */
  readonly pingMs: number;
}

/**
 * A client that does what PROTOCOL.md says under "Missing nothing", to the letter, and records what it sees. It depends
 * on nothing but the WebSocket: it is also an example of such a client.
 */
export class ConformingClient {
  readonly name: string;
  readonly #options: ClientOptions;
  readonly #history: History;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #pending = new Map<string, Pending>();
  #socket: WebSocket | undefined;
  /** When the handshake of the current connection began; 0 until it is open. */
  #openedAt = 0;
  #requests = 0;
  /** The first request on the current connection. */
  #firstRequest = 0;
  #isStopped = false;
  #pingTimer: NodeJS.Timeout | undefined;
  #reopenTimer: NodeJS.Timeout | undefined;

  constructor(options: ClientOptions) {
    this.name = options.name;
    this.#options = options;
    this.#history = options.history;
  }

  /** Connects, and stays connected until it is stopped. */
  start(): void {
    this.#open();
    // a client that only listens notices with its next message that its memberships are gone
    this.#pingTimer = setInterval(() => void this.#ping(), this.#options.pingMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#pingTimer);
    clearTimeout(this.#reopenTimer);
    for (const subscription of this.#subscriptions.values()) subscription.clearTimers();
    this.#socket?.terminate();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** The ids of its requests on the current connection are greater than or equal to this. */
  get firstRequest(): number {
    return this.#firstRequest;
  }

  /** The channels that it wants to be a member of. */
  get channels(): readonly string[] {
    return [...this.#subscriptions.values()].filter(({ isWanted }) => isWanted).map(({ channel }) => channel);
  }

  /** The channels of which it is a member, as far as it knows. */
  get joinedChannels(): readonly string[] {
    return this.channels.filter((channel) => this.#subscriptions.get(channel)!.isJoined);
  }

  /** Up to where it has every message of a channel. */
  position(channel: string): Position | undefined {
    return this.#subscriptions.get(channel)?.position;
  }

  /** Becomes a member as soon as possible; if it was one before, it continues where it was. */
  join(channel: string): void {
    const subscription = this.#subscriptions.get(channel) ?? new Subscription(channel);
    this.#subscriptions.set(channel, subscription);
    if (subscription.isWanted && subscription.isJoined) return;
    subscription.isWanted = true;
    this.#join(subscription);
  }

  /**
   * Waits for the join in flight, which could otherwise overtake the leave. If the outcome of a join or leave is unknown,
   * it also ends its connection: otherwise one that is late could undo the next one.
   *
   * @param forget whether the next join begins anew, instead of continuing
   */
  async leave(channel: string, forget: boolean): Promise<void> {
    const subscription = this.#subscriptions.get(channel);
    if (!subscription?.isWanted) return;
    subscription.isWanted = false;
    subscription.clearTimers();
    await subscription.joining;
    // without a reply it is repeated; a connection that has ended is a member of nothing
    for (;;) {
      const reply = await this.#request('leave', { channel });
      if (reply?.type === 'left') break;
      if (!this.isOpen || this.#isStopped) break;
      subscription.isUncertain = true;
      await pause(RETRY_MS);
    }
    subscription.isJoined = false;
    if (subscription.isUncertain && this.isOpen) this.reconnect(0);
    this.#history.record({ kind: 'left', process: this.name, channel, at: this.#history.now() });
    if (forget) this.#subscriptions.delete(channel);
  }

  /**
   * Sends a message once.
   *
   * @param id for the data of the message
   * @param key with which the caller may repeat it
   */
  async publish(channel: string, id: string, key?: string): Promise<Published> {
    if (!this.isOpen) return { outcome: 'failed', reason: 'not connected' };
    const subscription = this.#subscriptions.get(channel);
    const joins = subscription?.joins;
    const reply = await this.#request('publish', { channel, data: { p: id }, ...(key && { key }) });
    if (reply?.code === 'not_joined' && subscription?.isWanted && subscription.joins === joins) {
      this.#notice('not_joined');
      this.#join(subscription);
    }
    if (reply === undefined) return { outcome: 'unknown', reason: 'no reply' };
    if (reply.type === 'published') {
      return { outcome: 'ok', position: { epoch: reply.epoch!, offset: reply.offset! } };
    }
    const reason = reply.code ?? 'no code';
    return { outcome: REFUSED.has(reason) ? 'failed' : 'unknown', reason };
  }

  /** Ends the connection as a network does, and opens another one. */
  reconnect(pauseMs: number): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#forgetSocket();
    socket.terminate();
    this.#openAfter(pauseMs);
  }

  #open(): void {
    if (this.#isStopped) return;
    const socket = new WebSocket(this.#options.url, this.#options.isBatched ? ['backchannel.batch'] : [], {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
    });
    this.#socket = socket;
    const beganAt = this.#history.now();
    socket.on('open', () => {
      if (this.#socket !== socket) return;
      this.#openedAt = beganAt;
      this.#firstRequest = this.#requests + 1;
      for (const subscription of this.#subscriptions.values()) this.#join(subscription);
    });
    socket.on('message', (data: Buffer) => {
      if (this.#socket === socket) this.#read(data.toString('utf8'));
    });
    // a refused handshake, or a connection that breaks: it is closed afterwards
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      if (this.#socket !== socket || this.#isStopped) return;
      if (this.#openedAt > 0) this.#notice('closed');
      this.#forgetSocket();
      this.#openAfter(RETRY_MS);
    });
  }

  #openAfter(ms: number): void {
    clearTimeout(this.#reopenTimer);
    this.#reopenTimer = setTimeout(() => this.#open(), ms);
  }

  #forgetSocket(): void {
    this.#socket = undefined;
    this.#openedAt = 0;
    for (const { settle } of this.#pending.values()) settle(undefined);
    for (const subscription of this.#subscriptions.values()) {
      subscription.clearTimers();
      subscription.isJoined = false;
      subscription.isUncertain = false;
    }
  }

  #read(text: string): void {
    const frame = JSON.parse(text) as Message | Message[];
    for (const message of Array.isArray(frame) ? frame : [frame]) this.#receive(message);
  }

  #receive(message: Message): void {
    switch (message.type) {
      case 'message':
        this.#receivePublished(message);
        return;
      case 'memberships_lost':
        this.#notice('memberships_lost');
        for (const subscription of this.#subscriptions.values()) {
          if (subscription.joining) subscription.mustJoinAgain = true;
          else this.#join(subscription);
        }
        return;
      case 'member':
        return;
      case undefined:
        // the gateway could not reach the service: it does not say for which message
        for (const { action, settle } of this.#pending.values()) if (action === 'join') settle(undefined);
        return;
    }
    this.#pending.get(message.id ?? '')?.settle(message);
    if (message.code === 'unknown_connection') {
      this.#notice('unknown_connection');
      this.reconnect(0);
    }
  }

  #receivePublished({ channel, offset, data }: Message): void {
    const subscription = this.#subscriptions.get(channel ?? '');
    if (subscription === undefined || !subscription.isWanted || offset === undefined || !data) return;
    const { epoch } = subscription;
    if (epoch !== undefined && offset <= subscription.offset) {
      this.#record('dropped', subscription, offset, data.p);
      return;
    }
    subscription.held.set(offset, data.p);
    this.#handleHeld(subscription);
  }

  /** Handles what follows, and waits for what is missing. */
  #handleHeld(subscription: Subscription): void {
    const { held } = subscription;
    if (subscription.epoch === undefined) return;
    for (const offset of held.keys()) if (offset <= subscription.offset) held.delete(offset);
    for (;;) {
      const next = held.get(subscription.offset + 1);
      if (next === undefined) break;
      subscription.offset += 1;
      held.delete(subscription.offset);
      this.#record('handled', subscription, subscription.offset, next);
    }
    if (held.size === 0) {
      clearTimeout(subscription.gapTimer);
      subscription.gapTimer = undefined;
    } else {
      this.#waitForMissing(subscription);
    }
  }

  #waitForMissing(subscription: Subscription): void {
    subscription.gapTimer ??= setTimeout(() => {
      subscription.gapTimer = undefined;
      this.#join(subscription);
    }, GAP_MS);
  }

  #join(subscription: Subscription): void {
    if (!subscription.isWanted || subscription.joining || !this.isOpen) return;
    const since = subscription.position;
    const { promise, resolve } = Promise.withResolvers<void>();
    subscription.joining = promise;
    // not a promise: the messages after the reply may be in the same chunk of bytes
    this.#send('join', { channel: subscription.channel, ...(since && { since }) }, (reply) => {
      subscription.joining = undefined;
      resolve();
      const { mustJoinAgain } = subscription;
      subscription.mustJoinAgain = false;
      const isJoined = reply?.type === 'joined';
      if (!isJoined) subscription.isUncertain = true;
      if (this.#isStopped || !subscription.isWanted) return;
      if (isJoined) {
        this.#joined(subscription, since, reply);
        if (mustJoinAgain) this.#join(subscription);
        return;
      }
      // also after the connection has ended: the next one may be open by then
      clearTimeout(subscription.retryTimer);
      subscription.retryTimer = setTimeout(() => this.#join(subscription), RETRY_MS);
    });
  }

  #joined(subscription: Subscription, since: Position | undefined, reply: Message): void {
    const position = { epoch: reply.epoch!, offset: reply.offset! };
    this.#history.record({
      kind: 'joined',
      process: this.name,
      channel: subscription.channel,
      at: this.#history.now(),
      ...(since && { since }),
      position,
      ...(reply.recovered !== undefined && { recovered: reply.recovered }),
      upTo: subscription.offset,
    });
    subscription.isJoined = true;
    subscription.joins += 1;
    if (reply.recovered !== true) {
      subscription.epoch = position.epoch;
      subscription.offset = position.offset;
    }
    this.#handleHeld(subscription);
  }

  async #ping(): Promise<void> {
    if (!this.isOpen) return;
    const joined = [...this.#subscriptions.values()].filter(({ isJoined }) => isJoined);
    const positions = Object.fromEntries(joined.map(({ channel, position }) => [channel, position]));
    const pong = await this.#request('ping', { positions });
    for (const { channel } of pong?.behind ?? []) {
      const subscription = this.#subscriptions.get(channel);
      // a newer message ends the wait
      if (subscription?.isJoined) this.#waitForMissing(subscription);
    }
  }

  /** @returns undefined if there was no reply in time, or the connection has ended */
  #request(action: string, fields: object): Promise<Message | undefined> {
    return new Promise((resolve) => this.#send(action, fields, resolve));
  }

  /** @param receive called with the reply, before any message after it; or without one, as {@link #request} returns */
  #send(action: string, fields: object, receive: (reply: Message | undefined) => void): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) {
      receive(undefined);
      return;
    }
    this.#requests += 1;
    const id = `${this.name}:${this.#requests}`;
    const settle = (reply: Message | undefined) => {
      clearTimeout(timer);
      this.#pending.delete(id);
      receive(reply);
    };
    const timer = setTimeout(() => settle(undefined), REPLY_MS);
    this.#pending.set(id, { action, settle });
    socket.send(JSON.stringify({ action, id, ...fields }));
  }

  #record(kind: 'handled' | 'dropped', { channel, epoch }: Subscription, offset: number, id: string): void {
    const at = this.#history.now();
    this.#history.record({ kind, process: this.name, channel, epoch: epoch!, offset, id, at });
  }

  #notice(reason: NoticeEvent['reason']): void {
    const at = this.#history.now();
    this.#history.record({ kind: 'notice', process: this.name, reason, at, openedAt: this.#openedAt });
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Errors on which the message was certainly not published. */
const REFUSED: ReadonlySet<string> = new Set([
  'not_joined',
  'unknown_connection',
  'not_permitted',
  'bad_message',
]);

/** How long it waits for the messages in between. */
const GAP_MS = 1000;
/** Without a reply for this time, it sends again. */
const REPLY_MS = 10_000;
const RETRY_MS = 500;
const HANDSHAKE_MS = 15_000;
