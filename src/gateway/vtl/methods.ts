import { TEMPLATE_LIMITS } from '../silent/vtl-choices.js';
import { Budget, checkedText } from './budget.js';
import { ExactNumber, exactNumber } from '../mapping/exact-json.js';
import { javaPattern, javaReplacement, splitByPattern } from './java-pattern.js';
import { compareNumbers, numberOf, parseWhole, truncated } from './numbers.js';
import { TextNumber } from './text-number.js';
import {
  areEqual,
  getKey,
  isMap,
  type JavaMap,
  javaList,
  MapEntry,
  putKey,
  TemplateObject,
  textOf,
  type Value,
} from './values.js';
import { takeSteps, takeStepsFor, takeStepsForPattern, takeStepsForSearch } from './work.js';

/**
 * The methods of text, numbers, lists and maps: those of Java that templates use. A value has no others, so that a
 * template cannot reach the methods of JavaScript objects.
 *
 * @returns `null` when the value has no such method
 */
export function callMethod(target: Value, name: string, args: readonly Value[]): Value {
  if (target instanceof TemplateObject) return target.call(name, args);
  if (target instanceof TextNumber) {
    const text = target.toString();
    return callMethod(isTextCall(name, args) ? text : exactNumber(text), name, args);
  }
  const methods = methodsOf(target);
  const method = methods && Object.hasOwn(methods, name) ? methods[name] : COMMON.get(name);
  if (typeof target === 'string' && !CONSTANT_TIME.has(name)) takeStepsFor(target);
  const value = method?.(target as never, ...args) ?? null;
  return typeof value === 'string' ? checkedText(value) : value;
}

/** `$value.name`: the value of a map's key, or of a getter of that name. */
export function readProperty(target: Value, name: string): Value {
  if (target instanceof TemplateObject) return target.property(name);
  if (target instanceof MapEntry) return name === 'key' ? target.key : name === 'value' ? target.value : null;
  if (isMap(target)) return getKey(target, name);
  return name === 'empty' ? callMethod(target, 'isEmpty', []) : null;
}

/** `$value[key]` */
export function readIndex(target: Value, key: Value): Value {
  if (Array.isArray(target)) return (target as Value[])[indexFromEnd(target, key)] ?? null;
  return isMap(target) ? getKey(target, textOf(key)) : null;
}

/** In brackets, unlike as an argument of a method, `-1` is the last item. */
export function indexFromEnd(list: readonly Value[], key: Value): number {
  const index = whole(key);
  return index < 0 ? list.length + index : index;
}

/** Whether a method of a `TextNumber` is that of a text. A comparison with a number is that of a number. */
function isTextCall(name: string, args: readonly Value[]): boolean {
  if (name === 'compareTo' || name === 'equals') return typeof args[0] === 'string';
  return Object.hasOwn(TEXT, name);
}

// oxlint-disable-next-line typescript/no-explicit-any -- templates pass arguments of any type
type Methods<T> = Readonly<Record<string, (target: T, ...args: any[]) => Value>>;

function methodsOf(target: Value): Methods<never> | undefined {
  if (typeof target === 'string') return TEXT;
  if (numberOf(target) !== undefined) return NUMBER;
  if (Array.isArray(target)) return LIST;
  if (target instanceof MapEntry) return ENTRY;
  return isMap(target) ? MAP : undefined;
}

const COMMON = new Map<string, (target: Value, ...args: Value[]) => Value>([
  ['toString', (target) => (target === null ? null : textOf(target))],
  ['equals', (target, other) => typeof target === typeof other && areEqual(target, other)],
]);

/** The methods of texts that do not read the whole text. */
const CONSTANT_TIME = new Set(['charAt', 'isEmpty', 'length', 'substring']);

const TEXT: Methods<string> = {
  charAt: (text, at: Value) =>
    text[whole(at)] ?? fail(`index ${whole(at)} is outside a text of ${text.length} characters`),
  compareTo: (text, other: Value) => compare(text, textOf(other)),
  concat: (text, other: Value) => text + textOf(other),
  contains: (text, part: Value) => text.includes(wanted(text, part)),
  endsWith: (text, part: Value) => text.endsWith(textOf(part)),
  equalsIgnoreCase: (text, other: Value) => text.toLowerCase() === textOf(other).toLowerCase(),
  indexOf: (text, part: Value, from?: Value) =>
    text.indexOf(wanted(text, part), from === undefined ? 0 : whole(from)),
  isEmpty: (text) => text === '',
  lastIndexOf: (text, part: Value) => text.lastIndexOf(wanted(text, part)),
  length: (text) => text.length,
  matches: (text, pattern: Value) => javaPattern(wantedPattern(text, pattern), '', true).test(text),
  replace: (text, part: Value, by: Value) =>
    text.replaceAll(
      wanted(text, part),
      limited(() => textOf(by)),
    ),
  replaceAll: (text, pattern: Value, by: Value) =>
    text.replace(javaPattern(wantedPattern(text, pattern), 'g'), limited(javaReplacement(textOf(by)))),
  replaceFirst: (text, pattern: Value, by: Value) =>
    text.replace(javaPattern(wantedPattern(text, pattern)), limited(javaReplacement(textOf(by)))),
  split: (text, pattern: Value, limit?: Value) =>
    javaList(splitByPattern(text, textOf(pattern), limit === undefined ? 0 : whole(limit))),
  startsWith: (text, part: Value) => text.startsWith(textOf(part)),
  substring: (text, from: Value, to?: Value) => {
    const [start, end] = [whole(from), to === undefined ? text.length : whole(to)];
    if (start < 0 || end > text.length || start > end) {
      return fail(`substring(${start}, ${end}) is outside a text of ${text.length} characters`);
    }
    return text.slice(start, end);
  },
  toLowerCase: (text) => text.toLowerCase(),
  toUpperCase: (text) => text.toUpperCase(),
  trim: (text) => text.trim(),
};

const NUMBER: Methods<number | ExactNumber> = {
  compareTo: (number, other: Value) => compareNumbers(number, other) ?? null,
  doubleValue: (number) => numberOf(number),
  intValue: truncated,
  longValue: truncated,
  // Java's static methods, which templates reach through any number: #set($Integer = 0) $Integer.parseInt("5")
  parseDouble: (_, text: Value) => parsed(textOf(text), /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/),
  parseInt: (_, text: Value) => parsed(textOf(text), WHOLE, parseWhole),
  parseLong: (_, text: Value) => parsed(textOf(text), WHOLE, parseWhole),
  valueOf: (_: unknown, text: Value) =>
    WHOLE.test(textOf(text)) ? parseWhole(textOf(text)) : parsed(textOf(text), /^[+-]?\d+(\.\d+)?$/),
};

const WHOLE = /^[+-]?\d+$/;

const LIST: Methods<Value[]> = {
  add: (list, first: Value, second?: Value) => {
    if (second === undefined) return withRoom(list, 1).push(first) > 0;
    takeSteps(list.length);
    withRoom(list, 1).splice(checkedIndex(list, first, list.length), 0, second);
    return '';
  },
  addAll: (list, others: Value) => {
    const added = Array.isArray(others) ? (others as Value[]) : [];
    takeSteps(added.length);
    withRoom(list, added.length).push(...added);
    return added.length > 0;
  },
  clear: (list) => {
    list.length = 0;
    return '';
  },
  contains: (list, value: Value) => list.some((other) => areEqual(other, value)),
  get: (list, at: Value) => list[checkedIndex(list, at, list.length - 1)],
  indexOf: (list, value: Value) => list.findIndex((other) => areEqual(other, value)),
  isEmpty: (list) => list.length === 0,
  length: (list) => list.length,
  // a whole number is an index; any other value is an item
  remove: (list, value: Value) => {
    takeSteps(list.length);
    if (Number.isInteger(numberOf(value))) {
      return list.splice(checkedIndex(list, value, list.length - 1), 1)[0];
    }
    const index = list.findIndex((other) => areEqual(other, value));
    if (index >= 0) list.splice(index, 1);
    return index >= 0;
  },
  set: (list, at: Value, value: Value) => {
    const index = checkedIndex(list, at, list.length - 1);
    const old = list[index];
    list[index] = value;
    return old;
  },
  size: (list) => list.length,
  subList: (list, from: Value, to: Value) => {
    const end = checkedIndex(list, to, list.length);
    return javaList(list.slice(checkedIndex(list, from, end), end));
  },
};

const MAP: Methods<JavaMap> = {
  containsKey: (map, key: Value) => Object.hasOwn(map, textOf(key)),
  containsValue: (map, value: Value) => keysOf(map).some((key) => areEqual(map[key], value)),
  entrySet: (map) => javaList(keysOf(map).map((key) => new MapEntry(key, map[key]))),
  get: (map, key: Value) => getKey(map, textOf(key)),
  getOrDefault: (map, key: Value, otherwise: Value) => getKey(map, textOf(key)) ?? otherwise,
  isEmpty: (map) => keysOf(map).length === 0,
  keySet: (map) => javaList(keysOf(map)),
  put: (map, key: Value, value: Value) => putKey(map, textOf(key), value),
  putAll: (map, others: Value) => {
    if (isMap(others)) for (const key of keysOf(others)) putKey(map, key, others[key]);
    return '';
  },
  remove: (map, key: Value) => {
    const old = getKey(map, textOf(key));
    delete map[textOf(key)];
    return old;
  },
  size: (map) => keysOf(map).length,
  values: (map) => javaList(keysOf(map).map((key) => map[key])),
};

function keysOf(map: JavaMap): readonly string[] {
  const keys = Object.keys(map);
  takeSteps(keys.length);
  return keys;
}

const ENTRY: Methods<MapEntry> = {
  getKey: ({ key }) => key,
  getValue: ({ value }) => value,
};

function wanted(text: string, value: Value): string {
  const part = textOf(value);
  takeStepsForSearch(text, part);
  return part;
}

function wantedPattern(text: string, value: Value): string {
  const pattern = textOf(value);
  takeStepsForPattern(text, pattern);
  return pattern;
}

function checkedIndex(list: readonly Value[], at: Value, last: number): number {
  const index = whole(at);
  return index >= 0 && index <= last
    ? index
    : fail(`index ${index} is outside a list of ${list.length} items`);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function whole(value: Value): number {
  const number = numberOf(value);
  return number === undefined ? fail('the argument is not a whole number') : Math.trunc(number);
}

const STEPS_PER_MATCH = 4;

/** Fails before the result becomes too long: V8 ends the process when a string is far too long. */
function limited(replacement: (match: string, ...rest: unknown[]) => string) {
  const budget = new Budget();
  return (match: string, ...rest: unknown[]): string => {
    takeSteps(STEPS_PER_MATCH);
    const text = replacement(match, ...rest);
    budget.spend(text.length);
    return text;
  };
}

function parsed(text: string, form: RegExp, read: (text: string) => Value = Number): Value {
  return form.test(text) ? read(text) : fail('the text is not a number');
}

function withRoom(list: Value[], added: number): Value[] {
  return list.length + added <= TEMPLATE_LIMITS.items
    ? list
    : fail(`a list may have ${TEMPLATE_LIMITS.items} items`);
}

/** @param reason is logged, so it must not contain parts of a message */
function fail(reason: string): never {
  throw new Error(reason);
}
