import { type Place } from './cloudformation-error.js';
import { type Dictionary, type Entry, type Node } from './document.js';

/** A value of which a node is made: nodes of the template may be anywhere in it, and `undefined` is left out. */
export type Part =
  Node | string | number | boolean | readonly Part[] | { readonly [name: string]: Part | undefined };

/** @param at the place of all nodes that are not the template's own */
export function buildNode(part: Part, at: Place): Node {
  const located = { at, range: [0, 0] } as const;
  if (typeof part !== 'object') return { kind: 'scalar', ...located, value: part };
  if (isList(part)) return { kind: 'list', ...located, items: part.map((item) => buildNode(item, at)) };
  if (isNode(part)) return part;
  const [[name, argument] = []] = Object.entries(part);
  if (name !== undefined && argument !== undefined && /^(Ref$|Fn::)/.test(name)) {
    return { kind: 'call', ...located, name, argument: buildNode(argument, at) };
  }
  return buildDictionary(part, at);
}

export function buildDictionary(
  parts: Readonly<Record<string, Part | undefined>> | Iterable<readonly [string, Part | undefined]>,
  at: Place,
): Dictionary {
  const pairs = Symbol.iterator in parts ? [...parts] : Object.entries(parts);
  const entries = pairs.flatMap(([name, part]): (readonly [string, Entry])[] =>
    part === undefined ? [] : [[name, { at, value: buildNode(part, at) }]],
  );
  return { kind: 'dictionary', at, range: [0, 0], entries: new Map(entries) };
}

const isList = (part: Part): part is readonly Part[] => Array.isArray(part);

const isNode = (part: object): part is Node => 'kind' in part && 'range' in part;
