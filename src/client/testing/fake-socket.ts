import type { Clock, WebSocketLike } from '../platform.js';

/** The service's end of a fake WebSocket. */
export interface FakePeer {
  readonly url: string;
  readonly protocols: readonly string[];
  received(text: string): void;
  closed(): void;
}

/** A WebSocket without a network. What is sent arrives in order, after `latencyMs`. */
export class FakeSocket implements WebSocketLike {
  onopen: WebSocketLike['onopen'] = null;
  onmessage: WebSocketLike['onmessage'] = null;
  onerror: WebSocketLike['onerror'] = null;
  onclose: WebSocketLike['onclose'] = null;
  readonly #clock: Clock;
  readonly #latencyMs: () => number;
  #peer: FakePeer | undefined;
  #isOver = false;
  /** Whether the other end has disappeared without a close frame. */
  isHalfOpen = false;

  constructor(clock: Clock, latencyMs: () => number) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
  }

  // the client's end

  send(text: string): void {
    this.#later(() => this.#peer?.received(text));
  }

  close(code = 1005): void {
    if (this.#isOver) return;
    this.#later(() => this.#finish(code, ''));
  }

  // the service's end

  accept(peer: FakePeer): void {
    this.#later(() => {
      this.#peer = peer;
      this.onopen?.({});
    });
  }

  /** @param status the client sees it only where its platform tells it */
  refuse(message: string): void {
    this.#later(() => {
      this.onerror?.({ message });
      this.#finish(1006, '');
    });
  }

  deliver(text: string): void {
    this.#later(() => this.onmessage?.({ data: text }));
  }

  end(code: number, reason: string): void {
    this.#later(() => this.#finish(code, reason));
  }

  #finish(code: number, reason: string): void {
    this.#isOver = true;
    const peer = this.#peer;
    this.#peer = undefined;
    peer?.closed();
    this.onclose?.({ code, reason });
  }

  #later(run: () => void): void {
    const unlessOver = () => {
      if (!this.#isOver && !this.isHalfOpen) run();
    };
    const ms = this.#latencyMs();
    if (ms === 0) queueMicrotask(unlessOver);
    else this.#clock.setTimeout(unlessOver, ms);
  }
}
