import { IN_FLIGHT_LIMITS } from '../../silent/websocket-choices.js';
import { type GatewayWebSocket } from './gateway-web-socket.js';

/**
 * The messages of one connection. `IN_FLIGHT_LIMITS` bounds those in flight. Beyond them the socket is not read, so that
 * TCP slows the client down. The messages of the last chunk wait, in order.
 */
export class InboundMessages {
  #messagesInFlight = 0;
  #bytesInFlight = 0;
  #waiting: Buffer[] = [];
  #isDraining = false;

  /** @param serve ends with a call of `ended` */
  constructor(
    private readonly socket: GatewayWebSocket,
    private readonly serve: (text: string, bytes: number) => void,
  ) {}

  receive(message: Buffer): void {
    if (this.#hasRoom && this.#waiting.length === 0) {
      this.#start(message);
      return;
    }
    this.#waiting.push(message);
    this.socket.pause();
  }

  /** A message of that many bytes is no longer in flight. */
  ended(bytes: number): void {
    this.#messagesInFlight -= 1;
    this.#bytesInFlight -= bytes;
    if (this.#waiting.length === 0 || this.#isDraining) return;
    this.#isDraining = true;
    // not at once: messages that are refused end within a microtask, and other connections would never be read
    setImmediate(() => this.#drain());
  }

  /** Serves what waits. Call it when the socket has closed: nothing is read that would add to it. */
  flush(): void {
    for (const message of this.#waiting.splice(0)) this.#start(message);
  }

  get #hasRoom(): boolean {
    return this.#messagesInFlight < IN_FLIGHT_LIMITS.messages && this.#bytesInFlight < IN_FLIGHT_LIMITS.bytes;
  }

  #start(message: Buffer): void {
    this.#messagesInFlight += 1;
    this.#bytesInFlight += message.length;
    this.serve(message.toString('utf8'), message.length);
  }

  #drain(): void {
    this.#isDraining = false;
    let started = 0;
    for (const message of this.#waiting) {
      if (!this.#hasRoom) break;
      this.#start(message);
      started += 1;
    }
    this.#waiting.splice(0, started);
    if (this.#waiting.length === 0) this.socket.resume();
  }
}
