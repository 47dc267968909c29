/**
 * The gateway's clock. It follows the machine's clock and can be moved forward: timers that are due in between fire
 * at once and in order, so that two hours pass in milliseconds in a test.
 */
export class Clock {
  #offsetMs = 0;
  /** Pending timers, unordered. */
  readonly #timers = new Set<ClockTimer>();

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Calls `action` once, after `delayMs`. It does not keep the process running. */
  timer(delayMs: number, action: () => void): ClockTimer {
    const timer = new ClockTimer(this, this.#timers, delayMs, action);
    this.#timers.add(timer);
    return timer;
  }

  /** Moves the clock forward. @returns the new time */
  advance(ms: number): number {
    const target = this.now() + ms;
    for (let next = this.#next(); next && next.dueAt <= target; next = this.#next()) {
      this.#offsetMs += Math.max(0, next.dueAt - this.now());
      next.fire();
    }
    this.#offsetMs += Math.max(0, target - this.now());
    for (const timer of this.#timers) timer.reschedule();
    return this.now();
  }

  /** Follows the machine's clock again. Timers become due later by what the clock was moved. */
  reset(): void {
    this.#offsetMs = 0;
    for (const timer of this.#timers) timer.reschedule();
  }

  /** Searched again for each timer, because an action may create, postpone and cancel timers. */
  #next(): ClockTimer | undefined {
    let next: ClockTimer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.dueAt < next.dueAt) next = timer;
    return next;
  }
}

/** A timer, created by `Clock.timer`. Each connection has one: its fields cost memory. */
export class ClockTimer {
  #dueAt: number;
  #timeout: NodeJS.Timeout;

  constructor(
    private readonly clock: Clock,
    private readonly pending: Set<ClockTimer>,
    delayMs: number,
    private readonly action: () => void,
  ) {
    this.#dueAt = clock.now() + delayMs;
    this.#timeout = this.#schedule(delayMs);
  }

  /** Milliseconds since 1970, by the gateway's clock. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Makes it due later. Cheap enough for every frame: the timeout is rescheduled only when it ends too early. */
  postpone(dueAt: number): void {
    this.#dueAt = dueAt;
  }

  cancel(): void {
    clearTimeout(this.#timeout);
    this.pending.delete(this);
  }

  fire(): void {
    this.cancel();
    this.action();
  }

  /** Adapts the remaining delay, after the clock was moved. */
  reschedule(): void {
    clearTimeout(this.#timeout);
    this.#timeout = this.#schedule(this.#dueAt - this.clock.now());
  }

  #schedule(delayMs: number): NodeJS.Timeout {
    return setTimeout(ClockTimer.#end, delayMs, this).unref();
  }

  /** The timeout has ended; the timer may have been postponed in the meantime. */
  static #end(this: void, timer: ClockTimer): void {
    if (timer.#dueAt > timer.clock.now()) timer.#timeout = timer.#schedule(timer.#dueAt - timer.clock.now());
    else timer.fire();
  }
}
