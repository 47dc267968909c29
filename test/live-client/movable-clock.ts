import { type Clock } from '../../src/client/index.js';

interface Timer {
  /** By the clock that is moved, or by the system's. */
  at: number;
  readonly isLong: boolean;
  readonly run: () => void;
  real: NodeJS.Timeout | undefined;
}

/**
 * The system's clock, whose long timers a test can move forward together with the gateway's clock: those of heartbeats and
 * hand-overs. What is in flight while the test moves the clock takes the time that it takes.
 */
export class MovableClock implements Clock {
  readonly #timers = new Set<Timer>();

  now(): number {
    return performance.now();
  }

  setTimeout(run: () => void, ms: number): unknown {
    const timer: Timer = { at: this.now() + ms, isLong: ms >= LONG_MS, run, real: undefined };
    this.#timers.add(timer);
    this.#arm(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    if (timer === undefined) return;
    clearTimeout((timer as Timer).real);
    this.#timers.delete(timer as Timer);
  }

  advance(ms: number): void {
    for (const timer of this.#timers) {
      if (!timer.isLong) continue;
      timer.at -= ms;
      this.#arm(timer);
    }
  }

  #arm(timer: Timer): void {
    clearTimeout(timer.real);
    timer.real = setTimeout(
      () => {
        this.#timers.delete(timer);
        timer.run();
      },
      Math.max(0, timer.at - this.now()),
    );
  }
}

/** Longer than the client waits for a reply. */
const LONG_MS = 30_001;
