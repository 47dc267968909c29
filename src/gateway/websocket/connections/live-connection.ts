import { type Clock, type ClockTimer } from '../../clock.js';
import { type Close, CLOSE_REASONS, CLOSES } from '../../errors.js';
import { LIMITS } from '../../limits.js';
import { type ConnectionFacts } from '../../mapping/context-variables.js';
import { type ClientBuffers } from './client-buffers.js';
import { type GatewayWebSocket } from './gateway-web-socket.js';

/** One open WebSocket with its timer and its close reason. There may be many: each field costs memory. */
export class LiveConnection {
  #lastActiveAt: number;
  #closing: Close | undefined;
  /** Messages to the client that are not yet written to its socket. */
  #queued = 0;
  /** What the buffers of all clients count for this one, in bytes; undefined when it has closed. */
  #counted: number | undefined = 0;
  /** Due at the idle timeout or at the connection's maximum duration, whichever comes first. */
  readonly #timer: ClockTimer;

  constructor(
    readonly facts: ConnectionFacts,
    private readonly socket: GatewayWebSocket,
    private readonly clock: Clock,
    private readonly buffers: ClientBuffers,
  ) {
    this.#lastActiveAt = facts.connectedAt;
    this.#timer = clock.timer(LIMITS.idleMs, () => this.close(CLOSES.goingAway));
  }

  /** Resolves when the WebSocket is closed. Call it only while it is open. */
  async untilClosed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.socket.once('close', () => resolve());
    });
  }

  /** Time of the last message in either direction, in milliseconds since 1970. */
  get lastActiveAt(): number {
    return this.#lastActiveAt;
  }

  /** Whether it is closed or closing: `@connections` responds with 410. */
  get isGone(): boolean {
    return this.#closing !== undefined || this.socket.readyState !== this.socket.OPEN;
  }

  /** Restarts the idle timeout: a message was sent or received. */
  touch(): void {
    this.#lastActiveAt = this.clock.now();
    const idleUntil = this.#lastActiveAt + LIMITS.idleMs;
    this.#timer.postpone(Math.min(idleUntil, this.facts.connectedAt + LIMITS.connectionMs));
  }

  /**
   * Sends one text message.
   *
   * @returns `false` when nothing was sent, because the client reads too slowly and its buffer is full
   */
  send(text: string): boolean {
    const isFull =
      this.socket.bufferedAmount > this.buffers.share || this.#queued >= LIMITS.clientBufferMessages;
    if (isFull) return false;
    this.#queued += 1;
    this.socket.sendText(text, this.#written);
    this.#count();
    this.touch();
    return true;
  }

  readonly #written = () => {
    this.#queued -= 1;
    this.#count();
  };

  #count(): void {
    if (this.#counted === undefined) return;
    const { bufferedAmount } = this.socket;
    this.buffers.grew(bufferedAmount - this.#counted);
    this.#counted = bufferedAmount;
  }

  /** A message of the client that another one sends in its place: it is handled like the client's own. */
  receive(text: string): void {
    this.socket.emit('message', Buffer.from(text), false);
  }

  close(close: Close): void {
    // $disconnect receives the first reason, also if it is the client's
    if (this.isGone) return;
    this.#closing = close;
    this.socket.close(close.code, close.reason);
  }

  /**
   * Call it when the socket has closed.
   *
   * @param code and `reason`: those with which the socket closed
   * @returns code and reason for `$disconnect`
   */
  ended(code: number, reason: string): Close {
    this.#timer.cancel();
    this.buffers.grew(-(this.#counted ?? 0));
    this.#counted = undefined;
    return (
      this.#closing ?? this.socket.badFrameClose ?? { code, reason: reason || (CLOSE_REASONS[code] ?? '') }
    );
  }

  /** Closes the socket without a closing handshake. */
  terminate(): void {
    this.socket.terminate();
  }
}
