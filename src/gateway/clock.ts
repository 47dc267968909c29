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
    const timer = new ClockTimer(this, this.#timers, delayMs, action);
    this.#timers.add(timer);
    return timer;
  }

  /** Moves the time forward. @returns when it is now */
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

  /** Looked for each time, as an action may make, postpone and cancel timers. */
  #next(): ClockTimer | undefined {
    let next: ClockTimer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.dueAt < next.dueAt) next = timer;
    return next;
  }
}

/** A call that is due; made by `Clock.timer`. There is one for each connection: it is to be small. */
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

  /** Makes it due later than it was. Cheap enough for every frame: the timeout finds out when it ends too early. */
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

  /** After the clock was moved: the rest of the delay is shorter. */
  reschedule(): void {
    clearTimeout(this.#timeout);
    this.#timeout = this.#schedule(this.#dueAt - this.clock.now());
  }

  #schedule(delayMs: number): NodeJS.Timeout {
    return setTimeout(ClockTimer.#end, delayMs, this).unref();
  }

  /** The timeout is over, but perhaps the timer was postponed meanwhile. */
  static #end(this: void, timer: ClockTimer): void {
    if (timer.#dueAt > timer.clock.now()) timer.#timeout = timer.#schedule(timer.#dueAt - timer.clock.now());
    else timer.fire();
  }
}
