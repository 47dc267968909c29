import { type WebSocket } from 'ws';
import { type Clock, type ClockTimer } from '../clock.js';
import { type Close, CLOSE_REASONS, CLOSES } from '../errors.js';
import { LIMITS } from '../limits.js';
import { type ConnectionFacts } from '../mapping/context-variables.js';

/** One open WebSocket: its facts, its timers, and why it closes. */
export class LiveConnection {
  /** Settles when the WebSocket is closed. */
  readonly closed: Promise<void>;
  #lastActiveAt: number;
  #closing: Close | undefined;
  readonly #idle: ClockTimer;
  readonly #life: ClockTimer;

  constructor(
    readonly facts: ConnectionFacts,
    private readonly socket: WebSocket,
    private readonly clock: Clock,
  ) {
    this.#lastActiveAt = facts.connectedAt;
    this.#idle = clock.timer(LIMITS.idleMs, () => this.close(CLOSES.goingAway));
    this.#life = clock.timer(LIMITS.connectionMs, () => this.close(CLOSES.goingAway));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#idle.cancel();
        this.#life.cancel();
        resolve();
      });
    });
  }

  /** When the last message went in either direction, in milliseconds since 1970. */
  get lastActiveAt(): number {
    return this.#lastActiveAt;
  }

  /** Closed, or on its way there: from the management API's view it is gone. */
  get isGone(): boolean {
    return this.#closing !== undefined || this.socket.readyState !== this.socket.OPEN;
  }

  /** A message passed; the idle time starts anew. */
  touch(): void {
    this.#lastActiveAt = this.clock.now();
    this.#idle.refresh();
  }

  /**
   * Sends one text message.
   *
   * @returns `false` when too much waits for a client that reads too slowly; nothing is sent then
   */
  send(text: string): boolean {
    if (this.socket.bufferedAmount > LIMITS.clientBufferBytes) return false;
    this.socket.send(text);
    this.touch();
    return true;
  }

  close(close: Close): void {
    this.#closing ??= close;
    this.socket.close(close.code, close.reason);
  }

  /** The code and reason that `$disconnect` is told, given those with which the socket ended. */
  closedWith(code: number, reason: string): Close {
    return this.#closing ?? { code, reason: reason || (CLOSE_REASONS[code] ?? '') };
  }

  /** Ends it without a closing handshake. */
  terminate(): void {
    this.socket.terminate();
  }
}
