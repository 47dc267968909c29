import { bodyOf, shortened } from './body.js';
import { type Body, type EventType, type Outcome, type Step } from './gateway-event.js';

/** Headers as the pipeline has them: a flat list (name, value, …), or by name. */
export type KeptHeaders =
  readonly string[] | Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A step as it is kept: without what the reader can derive. */
export type KeptStep = KeptParameters | Kept<Exclude<Step, { readonly step: 'parameters' }>>;

interface KeptParameters {
  readonly step: 'parameters';
  readonly direction?: 'response';
  readonly mappings: readonly { readonly text: { readonly destination: string; readonly source: string } }[];
  /** Of each mapping; absent for those that are not evaluated. A single value without its list, to save memory. */
  readonly values: readonly (string | readonly string[])[];
  /** By the index of the mapping. */
  readonly whyEmpty?: ReadonlyMap<number, string>;
}

type Kept<S> = { readonly [name in keyof S]: name extends 'headers' ? KeptHeaders : S[name] };

/** The stage and connection of an event. */
export interface EventPlace {
  readonly apiId?: string;
  readonly stage?: string;
  readonly connectionId?: string;
}

/** Variables by name, such as `authorizer.sessionToken` or `dbPassword`. */
export type Variables = Readonly<Record<string, string | undefined>>;

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
  /** Whether its steps were dropped. */
  isCut = false;
  names: EventNames = NO_NAMES;
  outcome: Outcome = DONE;
  /** What templates and mappings of the event can read: the result of the authorization, stage variables. */
  variables: readonly Variables[] = [];
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
    this.steps.push(step.step === 'failure' ? { ...step, reason: shortened(step.reason) } : step);
  }

  /** The recorded form of a body. A text that is passed on is kept once. */
  body(data: string | Buffer): Body {
    const last = this.#lastBody;
    // a text may be the base64 of the bytes before it
    if (last !== undefined && data === last.text && last.isBase64 !== true && last.isCut !== true)
      return last;
    this.#lastBody = bodyOf(data);
    return this.#lastBody;
  }

  identify(names: EventNames): void {
    this.names = names;
  }

  /** Sets what became of the event, as far as it is known; a later call replaces it. */
  conclude(outcome: Outcome): void {
    const { reason } = outcome;
    this.outcome = reason === undefined ? outcome : { ...outcome, reason: shortened(reason) };
  }

  /** The event has ended: from now on it can be read. */
  end(): void {
    this.durationMs = performance.now() - this.startedMs;
    this.bytes = storyBytes(this);
    this.keep(this);
  }

  /** Drops the steps, which would take too much memory. */
  dropSteps(): void {
    this.steps.length = 0;
    this.variables = [];
    this.isCut = true;
    this.bytes = storyBytes(this);
  }
}

/** The memory of a story, estimated: a text that several steps have is counted for each of them. */
function storyBytes({ steps, outcome }: Story): number {
  let bytes = STORY_BYTES + textBytes(outcome.reason ?? '');
  for (const step of steps) bytes += OBJECT_BYTES + stepBytes(step);
  return bytes;
}

/** The object, its place, its names and its outcome. */
const STORY_BYTES = 600;
const OBJECT_BYTES = 120;

function stepBytes(step: KeptStep): number {
  switch (step.step) {
    // the steps of every message, without the cost of looking at each member
    case 'frame':
    case 'client_frame':
    case 'request_body':
      return textBytes(step.body.text);
    case 'route':
      return textBytes(step.value ?? '');
    case 'integration_response':
      return textBytes(step.body.text) + bytesOf(step.headers);
    case 'parameters':
      return bytesOf(step.values);
    default:
      return bytesOf(step);
  }
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 24 + textBytes(value);
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = 40;
  if (Array.isArray(value)) for (const item of value) bytes += 8 + bytesOf(item);
  else for (const name in value) bytes += 8 + bytesOf(value[name as keyof typeof value]);
  return bytes;
}

/** V8 takes a byte for each character, and two if one of them is outside Latin-1. */
const textBytes = (text: string): number => (/[\u0100-\uffff]/.test(text) ? 2 : 1) * text.length;

const NO_NAMES: EventNames = {};
const DONE: Outcome = { result: 'done' };
