import { bodyOf } from './body.js';
import { type Body, type EventType, type HeaderList, type Outcome, type Step } from './gateway-event.js';

/** Headers as the pipeline has them: a flat list (name, value, …), or by name. */
export type KeptHeaders =
  readonly string[] | Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A step as it is kept: without what the reader can derive. */
export type KeptStep = KeptParameters | Kept<Exclude<Step, { readonly step: 'parameters' }>>;

interface KeptParameters {
  readonly step: 'parameters';
  readonly mappings: readonly { readonly text: { readonly destination: string; readonly source: string } }[];
  /** Of each mapping; absent for those that are not evaluated. */
  readonly values: readonly (readonly string[])[];
  /** By the index of the mapping. */
  readonly whyEmpty?: ReadonlyMap<number, string>;
}

type Kept<S> = S extends { readonly headers?: HeaderList }
  ? Omit<S, 'headers'> &
      (S extends { readonly headers: HeaderList }
        ? { readonly headers: KeptHeaders }
        : { readonly headers?: KeptHeaders })
  : S;

/** The stage and connection of an event. */
export interface EventPlace {
  readonly apiId?: string;
  readonly stage?: string;
  readonly connectionId?: string;
}

/** The names of an event that are known only after it has begun. */
export interface EventNames {
  readonly routeKey?: string;
  readonly requestId?: string;
  readonly messageId?: string;
}

/**
 * Collects what happens to one event, from its beginning to its end. It keeps references to what the pipeline has
 * computed anyway; masking and formatting are left to the reader. While nothing is recorded there is no story, and
 * `story?.add(…)` computes nothing.
 */
export class Story {
  readonly steps: KeptStep[] = [];
  /** Id, duration and memory are known when it has ended. */
  id = 0;
  durationMs = 0;
  bytes = 0;
  names: EventNames = NO_NAMES;
  outcome: Outcome = DONE;
  #lastBody: Body | undefined;

  /**
   * @param time milliseconds since 1970, by the gateway's clock
   * @param startedMs of `performance.now()`
   * @param keep called when it has ended
   */
  constructor(
    readonly type: EventType,
    readonly place: EventPlace,
    readonly time: number,
    readonly startedMs: number,
    private readonly keep: (story: Story) => void,
  ) {}

  add(step: KeptStep): void {
    this.steps.push(step);
  }

  /** The recorded form of a body. A text that is passed on is kept once. */
  body(data: string | Buffer): Body {
    if (data !== this.#lastBody?.text) this.#lastBody = bodyOf(data);
    return this.#lastBody;
  }

  identify(names: EventNames): void {
    this.names = names;
  }

  /** Sets what became of the event, as far as it is known; a later call replaces it. */
  conclude(outcome: Outcome): void {
    this.outcome = outcome;
  }

  /** The event has ended: from now on it can be read. */
  end(): void {
    this.durationMs = performance.now() - this.startedMs;
    this.bytes = storyBytes(this);
    this.keep(this);
  }
}

/** The memory of a story, estimated: what it shares with the pipeline is counted once for each. */
function storyBytes({ steps, outcome }: Story): number {
  return STORY_BYTES + bytesOf(steps) + bytesOf(outcome);
}

/** The object, its place and its names. */
const STORY_BYTES = 400;
const OBJECT_BYTES = 40;

function bytesOf(value: unknown): number {
  // a byte for each character: V8 takes two only for texts outside Latin-1
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = OBJECT_BYTES;
  if (Array.isArray(value)) for (const item of value) bytes += 8 + bytesOf(item);
  // the mappings belong to the deployment
  else
    for (const name in value)
      if (name !== 'mappings') bytes += 8 + bytesOf(value[name as keyof typeof value]);
  return bytes;
}

const NO_NAMES: EventNames = {};
const DONE: Outcome = { result: 'done' };
