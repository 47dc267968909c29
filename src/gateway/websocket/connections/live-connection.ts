import { type Clock, type ClockTimer } from '../../clock.js';
import { type Close, CLOSE_REASONS, CLOSES } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { type ConnectionFacts } from '../../mapping/context-variables.js';
import { type GatewayWebSocket } from './gateway-web-socket.js';

/** One open WebSocket: its facts, its timer, and why it closes. There may be many: each byte of it counts. */
export class LiveConnection {
  #lastActiveAt: number;
  #closing: Close | undefined;
  /** Due when it was idle for too long, or open for too long, whichever comes first. */
  readonly #timer: ClockTimer;

  constructor(
    readonly facts: ConnectionFacts,
    private readonly socket: GatewayWebSocket,
    private readonly clock: Clock,
  ) {
    this.#lastActiveAt = facts.connectedAt;
    this.#timer = clock.timer(LIMITS.idleMs, () => this.close(CLOSES.goingAway));
  }

  /** Settles when the WebSocket is closed; only to be asked for while it is not. */
  async untilClosed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.once('close', () => resolve());
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

  /**
   * A message passed; the idle time starts anew. Pings do not count: sources disagree, and a client that relied on
   * them would otherwise find out on AWS.
   */
  touch(): void {
    this.#lastActiveAt = this.clock.now();
    const idleUntil = this.#lastActiveAt + LIMITS.idleMs;
    this.#timer.postpone(Math.min(idleUntil, this.facts.connectedAt + LIMITS.connectionMs));
  }

  /**
   * Sends one text message.
   *
   * @returns `false` when too much waits for a client that reads too slowly; nothing is sent then
   */
  send(text: string): boolean {
    if (this.socket.bufferedAmount > LIMITS.clientBufferBytes) return false;
    this.socket.sendText(text);
    this.touch();
    return true;
  }

  close(close: Close): void {
    // the first reason is the one that $disconnect is told, be it the client's
    if (this.isGone) return;
    this.#closing = close;
    this.socket.close(close.code, close.reason);
  }

  /**
   * To be called when the socket has closed.
   *
   * @returns the code and reason that `$disconnect` is told, given those with which the socket ended
   */
  ended(code: number, reason: string): Close {
    this.#timer.cancel();
    return (
      this.#closing ?? this.socket.badFrameClose ?? { code, reason: reason || (CLOSE_REASONS[code] ?? '') }
    );
  }

  /** Ends it without a closing handshake. */
  terminate(): void {
    this.socket.terminate();
  }
}
