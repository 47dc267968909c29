import { setTimeout } from 'node:timers/promises';
import { type EventType, type GatewayEvent } from '../recorder/gateway-event.js';

/** The events of a run, while it goes on. */
export class RunEvents {
  readonly #events: GatewayEvent[] = [];
  readonly #listeners = new Set<() => void>();

  add(event: GatewayEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) listener();
  }

  find(isWanted: (event: GatewayEvent) => boolean): GatewayEvent | undefined {
    return this.#events.find(isWanted);
  }

  /** In the order in which they began. */
  of(connectionId: string, type: EventType): readonly GatewayEvent[] {
    return this.#events
      .filter((event) => event.connectionId === connectionId && event.type === type)
      .toSorted((a, b) => a.startedMs - b.startedMs || a.id - b.id);
  }

  /** Waits until `isDone` after an event. @returns `false` if it is not within the time */
  async until(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isDone()) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const listener = () => void (isDone() && resolve());
    this.#listeners.add(listener);
    const cancel = new AbortController();
    const timeout = setTimeout(timeoutMs, undefined, { signal: cancel.signal }).catch(() => undefined);
    await Promise.race([promise, timeout]);
    cancel.abort();
    this.#listeners.delete(listener);
    return isDone();
  }
}
