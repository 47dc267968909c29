/**
 * The gateway's time. It runs as the machine's does until it is moved forward, and then everything that was due in
 * between happens at once and in order: two hours pass in a test in milliseconds.
 */
export class Clock {
  #offsetMs = 0;
  /** Timers that have not fired, in no order. */
  readonly #timers = new Set<ClockTimer>();

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Calls `action` once, `delayMs` from now on. The process does not wait for it. */
  timer(delayMs: number, action: () => void): ClockTimer {
    const timer = new ClockTimer(this, delayMs, action, () => this.#timers.delete(timer));
    this.#timers.add(timer);
    return timer;
  }

  /** Moves the time forward. @returns when it is now */
  advance(ms: number): number {
    const target = this.now() + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ dueAt }) => dueAt <= target);
      const next = due.toSorted((a, b) => a.dueAt - b.dueAt)[0];
      if (next === undefined) break;
      this.#offsetMs += Math.max(0, next.dueAt - this.now());
      next.fire();
    }
    this.#offsetMs += Math.max(0, target - this.now());
    for (const timer of this.#timers) timer.reschedule();
    return this.now();
  }
}

/** A call that is due; made by `Clock.timer`. */
export class ClockTimer {
  #dueAt: number;
  #timeout: NodeJS.Timeout;

  constructor(
    private readonly clock: Clock,
    private readonly delayMs: number,
    private readonly action: () => void,
    private readonly onEnd: () => void,
  ) {
    this.#dueAt = clock.now() + delayMs;
    this.#timeout = this.#schedule(delayMs);
  }

  /** Milliseconds since 1970, by the gateway's clock. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Starts the delay anew. */
  refresh(): void {
    this.#dueAt = this.clock.now() + this.delayMs;
    this.#timeout.refresh();
  }

  cancel(): void {
    clearTimeout(this.#timeout);
    this.onEnd();
  }

  fire(): void {
    this.cancel();
    this.action();
  }

  /** After the clock was moved: the rest of the delay is shorter. */
  reschedule(): void {
    clearTimeout(this.#timeout);
    this.#timeout = this.#schedule(this.#dueAt - this.clock.now());
  }

  #schedule(delayMs: number): NodeJS.Timeout {
    // a refreshed timeout starts with the delay it was made with, which may be shorter since the clock was moved
    const timeout = setTimeout(() => {
      const restMs = this.#dueAt - this.clock.now();
      if (restMs > 0) this.#timeout = this.#schedule(restMs);
      else this.fire();
    }, delayMs);
    return timeout.unref();
  }
}
