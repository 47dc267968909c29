import { type GatewayEvent } from '../recorder/gateway-event.js';
import { type IdNames, normaliser } from './normalise.js';
import { factsOf, type StepFacts } from './step-facts.js';

/** A step of two runs of the same event, beside each other. */
export interface ComparedStep {
  readonly title: string;
  /** Whether the step is missing on one side. */
  readonly isMissing: 'before' | 'after' | undefined;
  /** Empty if it is the same in both. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  /** Such as `status`, `header content-type` or `body.text`. */
  readonly name: string;
  /** Absent if there is none. */
  readonly before?: string;
  readonly after?: string;
}

export interface Side {
  readonly event: GatewayEvent;
  readonly ids: IdNames;
}

/** @param ignored names of headers and of JSON members, in lower case, that may differ */
export function compareEvents(
  before: Side,
  after: Side,
  ignored: ReadonlySet<string> = new Set(),
): readonly ComparedStep[] {
  const left = normalised(before, ignored);
  const right = normalised(after, ignored);
  return aligned(left, right).map(([a, b]) => ({
    title: (a ?? b)!.title,
    isMissing: a === undefined ? 'before' : b === undefined ? 'after' : undefined,
    differences: differences(a?.facts ?? NONE, b?.facts ?? NONE),
  }));
}

export const isSame = (steps: readonly ComparedStep[]): boolean =>
  steps.every(({ isMissing, differences: each }) => isMissing === undefined && each.length === 0);

const NONE: ReadonlyMap<string, string> = new Map();

function normalised({ event, ids }: Side, ignored: ReadonlySet<string>): readonly StepFacts[] {
  const normalise = normaliser(event, ids);
  return factsOf(event).map(({ title, facts }) => ({
    title,
    facts: new Map(
      [...facts]
        .filter(([name]) => !isIgnored(name, ignored))
        .map(([name, value]) => [name, normalise(value)] as const),
    ),
  }));
}

/** `body.user[0].name` has the members user and name. */
const isIgnored = (name: string, ignored: ReadonlySet<string>) =>
  ignored.size > 0 &&
  name
    .replace(/^(?:header |integration\.request\.(?:header|querystring)\.)/, '')
    .toLowerCase()
    .split(/[.[\]]/)
    .some((part) => ignored.has(part));

function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [a, b] = [before.get(name), after.get(name)];
    if (a === b || (a !== undefined && b !== undefined && isMaskedForm(a, b))) return [];
    return [{ name, ...(a !== undefined && { before: a }), ...(b !== undefined && { after: b }) }];
  });
}

/** A masked secret equals any value. */
function isMaskedForm(a: string, b: string): boolean {
  const [masked, plain] = a.includes(MASK) ? [a, b] : [b, a];
  const [first = '', ...rest] = masked.split(MASK);
  const last = rest.pop();
  if (last === undefined || !plain.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = plain.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return plain.length - last.length >= at && plain.endsWith(last);
}

const MASK = '***';

/** Pairs steps of the same title: the longest common subsequence, with the others alone. */
function aligned(
  left: readonly StepFacts[],
  right: readonly StepFacts[],
): readonly (readonly [StepFacts | undefined, StepFacts | undefined])[] {
  const lengths = Array.from({ length: left.length + 1 }, () =>
    Array.from({ length: right.length + 1 }, () => 0),
  );
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] =
        left[i]!.title === right[j]!.title
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const pairs: (readonly [StepFacts | undefined, StepFacts | undefined])[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]];
    if (a !== undefined && b !== undefined && a.title === b.title) {
      pairs.push([a, b]);
      i += 1;
      j += 1;
    } else if (b === undefined || (a !== undefined && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      pairs.push([a, undefined]);
      i += 1;
    } else {
      pairs.push([undefined, b]);
      j += 1;
    }
  }
  return pairs;
}
