import type { Clock } from './platform.js';
import type { Position } from './types.js';

export interface ChannelLogOptions<M> {
  readonly clock: Clock;
  /** Takes the next message. */
  readonly handOn: (message: M, position: Position) => void;
  /** Messages are missing, and have not arrived in time. */
  readonly fill: () => void;
}

/**
 * Puts the messages of a channel in order: hands each on once, in the order of offsets, holds back what skips an offset,
 * and reports a gap that does not close.
 */
export class ChannelLog<M> {
  readonly #options: ChannelLogOptions<M>;
  /** Up to here every message was handed on. */
  #position: Position | undefined;
  /** Messages that skip an offset, or that wait for the position or the state, with their place in the order of arrival. */
  readonly #held = new Map<number, { readonly message: M; readonly arrival: number }>();
  #arrivals = 0;
  /** The greatest offset that is known to be in the log. */
  #head = 0;
  #isPaused = false;
  #timer: unknown;

  constructor(options: ChannelLogOptions<M>) {
    this.#options = options;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  /** The number of messages that have arrived so far, to be given to `restart`. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** Whether messages are missing that are known to be in the log. */
  get isBehind(): boolean {
    return !this.#isPaused && this.#position !== undefined && this.#position.offset < this.#head;
  }

  receive(offset: number, message: M): void {
    this.#arrivals += 1;
    if (this.#position !== undefined && offset <= this.#position.offset) return;
    // a message that does not fit is dropped, and fetched with the gap when there is room
    const isNext = offset - 1 === this.#position?.offset;
    if (isNext || this.#held.size < HELD_MESSAGES)
      this.#held.set(offset, { message, arrival: this.#arrivals });
    this.expect(offset);
  }

  /** The log has a message with this offset. */
  expect(offset: number): void {
    this.#head = Math.max(this.#head, offset);
    this.#advance();
  }

  /**
   * Goes on from another place.
   *
   * @param arrivals messages up to this one that arrived earlier may be of another epoch
   */
  restart(position: Position, arrivals: number): void {
    const isSameEpoch = position.epoch === this.#position?.epoch;
    if (!isSameEpoch) {
      for (const [offset, { arrival }] of this.#held) if (arrival <= arrivals) this.#held.delete(offset);
    }
    this.#position = position;
    this.#head = Math.max(position.offset, ...this.#held.keys());
    this.#advance();
  }

  /** Holds all messages back. */
  pause(): void {
    this.#isPaused = true;
    this.#stopTimer();
  }

  resume(): void {
    this.#isPaused = false;
    this.#advance();
  }

  /** Waits for missing messages anew, after an attempt to fetch them. */
  waitForGap(): void {
    if (!this.isBehind) return this.#stopTimer();
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#options.fill();
    }, GAP_MS);
  }

  /** Hands nothing on any more. */
  end(): void {
    this.pause();
    this.#held.clear();
  }

  #advance(): void {
    if (this.#position === undefined || this.#isPaused) return;
    for (const offset of this.#held.keys()) if (offset <= this.#position.offset) this.#held.delete(offset);
    for (;;) {
      // a listener may pause, restart or end this log
      if (this.#isPaused) return;
      const offset: number = this.#position.offset + 1;
      const next = this.#held.get(offset);
      if (next === undefined) break;
      this.#held.delete(offset);
      this.#position = { epoch: this.#position.epoch, offset };
      this.#options.handOn(next.message, this.#position);
    }
    this.waitForGap();
  }

  #stopTimer(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** PROTOCOL.md: messages through different tasks may overtake each other. */
const GAP_MS = 1000;
/** What a channel's log keeps by default: without limit, a function `state` that never returns would fill the memory. */
const HELD_MESSAGES = 1000;
