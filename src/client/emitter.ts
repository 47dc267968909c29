import type { ListenOptions } from './types.js';

type Listener = (value: never) => void;

/** Listeners by event. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<Listener>>();

  /** @returns a function that removes the listener */
  on<E extends keyof Events>(
    event: E,
    listener: (value: Events[E]) => void,
    { signal }: ListenOptions = {},
  ): () => void {
    // one function for each call, so that a listener can be added twice and removed once
    const added: Listener = (value) => listener(value);
    const remove = () => {
      this.#listeners.get(event)?.delete(added);
      signal?.removeEventListener('abort', remove);
    };
    if (signal?.aborted) return remove;
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(added));
    signal?.addEventListener('abort', remove);
    return remove;
  }

  /** As with an EventTarget, an error that a listener throws is reported, and does not reach the caller. */
  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    // those that are added meanwhile are not called
    const listeners = [...(this.#listeners.get(event) ?? [])];
    for (const listener of listeners) {
      try {
        listener(value as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
