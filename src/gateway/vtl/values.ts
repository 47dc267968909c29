import { ExactNumber } from '../mapping/exact-json.js';
import { Budget, checkedText } from './budget.js';
import { calculateNumbers, compareNumbers } from './numbers.js';
import { takeSteps } from './work.js';

/**
 * The values of a template, and how Velocity 1.7 and Java print, compare and calculate with them. JSON's values are
 * themselves, but a number that JavaScript cannot hold is an `ExactNumber`; `null` is also the value of a reference that cannot be resolved.
 */
export type Value = unknown;

/** A list that a template created: printed as in Java, where a list from a message is printed as JSON. */
class JavaList extends Array<Value> {
  /** `map`, `slice` and the like return plain lists. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** Creates a list of these values: `new JavaList(3)` would have three holes. */
export function javaList(values: Iterable<Value>): JavaList {
  const list = new JavaList();
  for (const value of values) {
    takeSteps(1);
    list.push(value);
  }
  return list;
}

/** An item of `entrySet()`. */
export class MapEntry {
  constructor(
    readonly key: string,
    readonly value: Value,
  ) {}
}

/** `$input` and the like: an object with properties and methods of its own, and no others. */
export abstract class TemplateObject {
  /** @returns `null` when there is no such property */
  abstract property(name: string): Value;
  /** @returns `null` when there is no such method */
  abstract call(method: string, args: readonly Value[]): Value;
}

export type JavaMap = Record<string, Value>;

export function isMap(value: Value): value is JavaMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof MapEntry || value instanceof TemplateObject || value instanceof ExactNumber);
}

/** Own properties only: `constructor` and `__proto__` are keys like any other. */
export function getKey(map: JavaMap, key: string): Value {
  return Object.hasOwn(map, key) ? map[key] : null;
}

/** @returns the value before */
export function putKey(map: JavaMap, key: string, value: Value): Value {
  takeSteps(10);
  const old = getKey(map, key);
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  return old;
}

/** Velocity 1.7: everything except `null` and `false` is true, the empty string and 0 included. */
export const isTrue = (value: Value): boolean => value !== null && value !== undefined && value !== false;

/** Java's `toString()`. A list from a message is printed as JSON, as AWS's class for it does. */
export function textOf(value: Value, budget = new Budget()): string {
  if (value instanceof ExactNumber) return spent(value.toString(), budget);
  if (typeof value === 'object' && value !== null) {
    if (value instanceof JavaList) return `[${Array.from(value, (item) => textOf(item, budget)).join(', ')}]`;
    if (value instanceof MapEntry) return `${value.key}=${textOf(value.value, budget)}`;
    if (Array.isArray(value)) return jsonOf(value, budget);
    const entries = Object.entries(isMap(value) ? value : {});
    return `{${entries.map(([key, item]) => `${spent(key, budget)}=${textOf(item, budget)}`).join(', ')}}`;
  }
  if (typeof value === 'string') return spent(value, budget);
  return spent(typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'null', budget);
}

/** As JSON, without spaces. */
export function jsonOf(value: Value, budget = new Budget()): string {
  if (value instanceof ExactNumber) return spent(value.toString(), budget);
  if (Array.isArray(value)) return `[${value.map((item) => jsonOf(item, budget)).join(',')}]`;
  if (!isMap(value))
    return spent(JSON.stringify(value instanceof Object ? textOf(value, budget) : (value ?? null)), budget);
  const members = Object.entries(value).map(
    ([key, item]) => `${spent(JSON.stringify(key), budget)}:${jsonOf(item, budget)}`,
  );
  return `{${members.join(',')}}`;
}

/** Counts two more characters for the punctuation around the text, so that empty texts count too. */
function spent(text: string, budget: Budget): string {
  budget.spend(text.length + 2);
  return text;
}

/** Values of the same kind are compared by value, others by their text. */
export function areEqual(a: Value, b: Value, budget = new Budget()): boolean {
  budget.spend(1);
  if (a === b) return true;
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => areEqual(item, b[index], budget));
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && areEqual(a[key], b[key], budget))
    );
  }
  const order = compareNumbers(a, b);
  return order === undefined ? textOf(a, budget) === textOf(b, budget) : order === 0;
}

/**
 * `+` joins when one operand is text. Otherwise both must be numbers; else, and on a division by zero, the result is
 * `null`.
 */
export function calculate(operator: string, a: Value, b: Value): Value {
  if (operator === '+' && (typeof a === 'string' || typeof b === 'string'))
    return checkedText(textOf(a) + textOf(b));
  return calculateNumbers(operator, a, b);
}

/** Compares numbers; other values have no order. */
export function isOrdered(operator: string, a: Value, b: Value): boolean {
  const order = compareNumbers(a, b);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}
