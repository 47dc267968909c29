import { type Clock } from '../clock.js';
import { type EventFilter, type EventType, type GatewayEvent, type Outcome } from './gateway-event.js';
import { publicEvent } from './public-event.js';
import { RingBuffer } from './ring-buffer.js';
import { type EventNames, type EventPlace, type KeptStep, Story } from './story.js';

export interface RecorderOptions {
  /**
   * Memory for records in bytes, from the start on. `off` never records. By default recording begins with the first
   * reader, with `DEFAULT_RECORD_BYTES`.
   */
  readonly record?: number | 'off' | undefined;
  /** Whether records show secrets; by default they are masked. */
  readonly recordSecrets?: boolean | undefined;
}

export const DEFAULT_RECORD_BYTES = 32 * 1024 * 1024;

/**
 * Records what happens in the gateway: one record for each event, with its steps. The newest records are kept, as many
 * as fit into the limit.
 */
export class Recorder {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #isAllowed: boolean;
  readonly #showsSecrets: boolean;
  /** Whether recording began with the gateway, rather than with the first reader. */
  readonly isOnFromStart: boolean;
  readonly #stories: RingBuffer<Story>;
  /** A larger record would evict most of the others. */
  readonly #maxStoryBytes: number;
  readonly #listeners = new Set<() => void>();
  readonly #startedMs = performance.now();
  #isOn: boolean;
  #clearedMs = 0;

  constructor(clock: Pick<Clock, 'now'>, { record, recordSecrets = false }: RecorderOptions = {}) {
    this.#clock = clock;
    this.#isAllowed = record !== 'off';
    this.isOnFromStart = typeof record === 'number';
    this.#isOn = this.isOnFromStart;
    this.#showsSecrets = recordSecrets;
    const limitBytes = typeof record === 'number' ? record : DEFAULT_RECORD_BYTES;
    this.#stories = new RingBuffer(limitBytes);
    this.#maxStoryBytes = limitBytes / 2;
  }

  /** Id of the newest event; 0 before the first. */
  get lastId(): number {
    return this.#stories.lastId;
  }

  /** Id of the newest event that was evicted because there was no room; 0 if none was. */
  get lastEvictedId(): number {
    return this.#stories.lastEvictedId;
  }

  /** The number of those who listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** A reader has come: recording begins. @returns `false` if it is switched off */
  turnOn(): boolean {
    this.#isOn = this.#isAllowed;
    return this.#isOn;
  }

  /** An event begins. @returns `undefined` while nothing is recorded */
  begin(type: EventType, place: EventPlace = {}): Story | undefined {
    return this.#isOn ? new Story(type, place, this.#clock.now(), performance.now(), this.#keep) : undefined;
  }

  /** Records an event that takes no time. */
  note(type: EventType, step: KeptStep, outcome: Outcome, names: EventNames & EventPlace = {}): void {
    const story = this.begin(type, names);
    if (story === undefined) return;
    story.identify(names);
    story.add(step);
    story.conclude(outcome);
    story.end();
  }

  /** The events after that id, oldest first. */
  *after(id: number, filter: EventFilter = {}): Generator<GatewayEvent> {
    const wanted = Object.entries(filter);
    for (const story of this.#stories.after(id)) {
      if (wanted.every(([name, value]) => valueOf(story, name as keyof EventFilter) === value)) {
        yield publicEvent(story, { startedMs: this.#startedMs, showsSecrets: this.#showsSecrets });
      }
    }
  }

  /**
   * The event with that id as it happened: its secrets are not masked, so it must not leave the gateway.
   *
   * @returns `undefined` if there is none, or it was evicted
   */
  original(id: number): GatewayEvent | undefined {
    const [story] = this.#stories.after(id - 1);
    return story?.id === id
      ? publicEvent(story, { startedMs: this.#startedMs, showsSecrets: true })
      : undefined;
  }

  /** @param listener called after each event @returns ends it */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets all events. Those that have begun are not recorded. Ids count on. */
  clear(): void {
    this.#clearedMs = performance.now();
    this.#stories.clear();
  }

  readonly #keep = (story: Story) => {
    if (story.startedMs < this.#clearedMs) return;
    if (story.bytes > this.#maxStoryBytes) story.dropSteps();
    story.id = this.#stories.push(story);
    for (const listener of this.#listeners) listener();
  };
}

function valueOf({ type, place, names }: Story, name: keyof EventFilter): string | undefined {
  switch (name) {
    case 'type':
      return type;
    case 'apiId':
    case 'stage':
    case 'connectionId':
      return place[name];
    case 'routeKey':
    case 'requestId':
      return names[name];
  }
}
