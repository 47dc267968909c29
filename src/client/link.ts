import type { ClientErrorCode } from '../api/errors.js';
import type { ServerMessage } from '../api/messages.js';
import { openWebSocket, type Platform, type WebSocketLike } from './platform.js';

/** Why a request has no reply of its own type. */
export interface Failure {
  readonly type: 'error';
  /** `no_reply`: none came in time. `disconnected`: the connection has ended. `gateway`: the service was not reached. */
  readonly code: ClientErrorCode | 'no_reply' | 'disconnected' | 'gateway';
  readonly message: string;
}

export type Reply = Exclude<ServerMessage, { readonly type: 'error' }> | Failure;

type Settle = (reply: Reply) => void;

export interface LinkEvents {
  opened(): void;
  /** Every message of the service, after the request that it replies to was settled. */
  received(message: ServerMessage): void;
  /** Once, however it ends, unless `close` was called. */
  ended(reason: LinkEnd): void;
}

export interface LinkEnd {
  readonly code: number | undefined;
  /** What the platform, or this client, says about it. */
  readonly message: string;
  /** HTTP status of a refused handshake, where the platform tells it. */
  readonly status: number | undefined;
}

/** One WebSocket, with its requests and their replies. */
export class Link {
  readonly #clock: Platform['clock'];
  readonly #socket: WebSocketLike;
  readonly #events: LinkEvents;
  readonly #pending = new Map<number, { readonly settle: Settle; readonly timer: unknown }>();
  #requests = 0;
  #error = '';
  #isEnded = false;
  #isClosed = false;
  isOpen = false;
  /** The number of frames that were received. */
  frames = 0;
  #whenIdle: (() => void) | undefined;
  #whenClosed: (() => void) | undefined;

  /** @throws what the platform throws at a wrong URL or sub-protocol */
  constructor(platform: Platform, url: string, protocols: string[], events: LinkEvents) {
    this.#clock = platform.clock;
    this.#events = events;
    const socket = openWebSocket(platform, url, protocols);
    this.#socket = socket;
    const handlers: Partial<WebSocketLike> = {
      onopen: () => {
        if (this.#isEnded) return;
        this.isOpen = true;
        events.opened();
      },
      onmessage: ({ data }) => this.#read(data),
      onerror: (event) => {
        this.#error = (event as { readonly message?: string }).message ?? '';
      },
      onclose: ({ code, reason }) => {
        this.#isClosed = true;
        this.#whenClosed?.();
        this.end(reason || this.#error, code);
      },
    };
    Object.assign(socket, handlers);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** @param settle called once: with the reply, before any message after it, or with the reason why there is none */
  request(action: string, fields: string, settle: Settle): void {
    if (!this.isOpen || this.#isEnded) return settle(DISCONNECTED);
    const id = (this.#requests += 1);
    const timer = this.#clock.setTimeout(
      () => this.#settle(id, failure('no_reply', `No reply to ${action} within ${REPLY_MS / 1000} s.`)),
      REPLY_MS,
    );
    this.#pending.set(id, { settle, timer });
    this.#socket.send(`{"action":"${action}","id":${id}${fields}}`);
  }

  /** Calls back once no request waits for its reply. */
  whenIdle(idle: () => void): void {
    this.#whenIdle = idle;
    this.#checkIdle();
  }

  /** Ends it as if it had been closed from the other side. */
  end(message: string, code?: number): void {
    if (this.#isEnded) return;
    this.#stop();
    const status = Number(/\b[45]\d\d\b/.exec(this.#error)?.[0]) || undefined;
    this.#events.ended({ code, message, status });
  }

  /** Closes it without waiting. */
  drop(): void {
    this.#stop();
  }

  /** @returns once it is closed, or after a second */
  close(): Promise<void> {
    this.#stop();
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(resolve, CLOSE_MS);
      this.#whenClosed = () => {
        this.#clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  #stop(): void {
    this.#isEnded = true;
    this.isOpen = false;
    this.#whenIdle = undefined;
    this.#settleAll(DISCONNECTED);
    this.#socket.close(1000);
  }

  #read(data: unknown): void {
    if (this.#isEnded) return;
    this.frames += 1;
    let frame: ServerMessage | readonly ServerMessage[];
    try {
      frame = JSON.parse(String(data)) as typeof frame;
    } catch {
      return this.end(`A message that is not JSON was received: ${String(data).slice(0, 100)}`);
    }
    for (const message of Array.isArray(frame)
      ? (frame as readonly ServerMessage[])
      : [frame as ServerMessage]) {
      if (!this.#isEnded) this.#receive(message);
    }
  }

  #receive(message: ServerMessage): void {
    if (message?.type === undefined) {
      // API Gateway's own error names no request, so all of them fail: each can be repeated
      const text = String((message as { readonly message?: string } | null)?.message);
      return this.#settleAll(failure('gateway', text));
    }
    if ('id' in message) this.#settle(Number(message.id), message);
    this.#events.received(message);
  }

  #settle(id: number, reply: Reply): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    this.#clock.clearTimeout(pending.timer);
    pending.settle(reply);
    this.#checkIdle();
  }

  /** Requests that are sent meanwhile are left alone. */
  #settleAll(reply: Failure): void {
    const ids = [...this.#pending.keys()];
    for (const id of ids) this.#settle(id, reply);
  }

  #checkIdle(): void {
    if (this.#pending.size === 0) this.#whenIdle?.();
  }
}

const failure = (code: Failure['code'], message: string): Failure => ({ type: 'error', code, message });

const DISCONNECTED = failure('disconnected', 'The connection has ended.');

/** Longer than the 29 s after which API Gateway gives an integration up. */
const REPLY_MS = 30_000;
const CLOSE_MS = 1000;
