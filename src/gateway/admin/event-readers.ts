import { type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { LIMITS } from '../limits.js';
import { type GatewayEvent } from '../recorder/gateway-event.js';
import { type Recorder } from '../recorder/recorder.js';
import { type EventQuery } from './event-query.js';
import { EventStream } from './event-stream.js';

/** A part of the recorded events. */
export interface EventPage {
  /** Oldest first. */
  readonly items: readonly GatewayEvent[];
  /** For the parameter `after` of the next request. */
  readonly after: number;
  /** Whether no event after the given id was evicted before it could be read. */
  readonly isComplete: boolean;
}

/** Those who read the recorded events and wait for more. */
export class EventReaders {
  readonly #streams = new Set<EventStream>();
  readonly #waiting = new Set<() => void>();
  #hasEnded = false;

  constructor(private readonly recorder: Recorder) {}

  /**
   * The events of the query; if there are none yet, waits for the first.
   *
   * @param gone aborted when the reader has left
   */
  async page(query: EventQuery, gone: AbortSignal): Promise<EventPage> {
    const { recorder } = this;
    const after = this.#position(query.after);
    const isKnown = after === query.after || query.after === 'latest';
    let page = this.#collect(after, query);
    if (page.items.length === 0 && query.waitMs > 0 && !this.#hasEnded) {
      await this.#until(query.waitMs, gone, () => {
        page = this.#collect(page.after, query);
        return page.items.length > 0;
      });
    }
    return { ...page, isComplete: isKnown && recorder.lastEvictedId <= after };
  }

  /** Sends the events of the query, and all that follow, as server-sent events. */
  stream(query: EventQuery, response: ServerResponse): void {
    const stream = new EventStream(this.recorder, response, this.#position(query.after), query.filter);
    this.#streams.add(stream);
    response.once('close', () => this.#streams.delete(stream));
    if (this.#hasEnded) stream.end();
  }

  /** The gateway stops: ends all streams and waits. */
  end(): void {
    this.#hasEnded = true;
    for (const stream of this.#streams) stream.end();
    for (const stopWaiting of this.#waiting) stopWaiting();
  }

  /** An id that is not yet given is of an earlier start of the gateway. */
  #position(after: number | 'latest'): number {
    const { lastId } = this.recorder;
    if (after === 'latest') return lastId;
    return after > lastId ? 0 : after;
  }

  #collect(after: number, { limit, filter }: EventQuery): Pick<EventPage, 'items' | 'after'> {
    const items: GatewayEvent[] = [];
    let bytes = 0;
    for (const event of this.recorder.after(after, filter)) {
      items.push(event);
      bytes += JSON.stringify(event).length;
      if (items.length === limit || bytes > LIMITS.eventPageBytes) return { items, after: event.id };
    }
    return { items, after: this.recorder.lastId };
  }

  /** Waits until `isDone` after an event, for the time, the reader's end or the gateway's end. */
  async #until(waitMs: number, gone: AbortSignal, isDone: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopListening = this.recorder.listen(() => {
      if (isDone()) resolve();
    });
    this.#waiting.add(resolve);
    gone.addEventListener('abort', () => resolve());
    const timeout = new AbortController();
    void setTimeout(waitMs, undefined, { signal: timeout.signal, ref: false }).then(resolve, () => undefined);
    await promise;
    timeout.abort();
    stopListening();
    this.#waiting.delete(resolve);
  }
}
