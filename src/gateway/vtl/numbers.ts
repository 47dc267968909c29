import { ExactNumber, exactNumber } from '../mapping/exact-json.js';
import { takeStepsForEachCharacter } from './work.js';

/** Bits of a whole number; more than any identifier has, and few enough that a loop of multiplications ends early. */
const MAX_BITS = 4096;

/** The nearest JavaScript number; `undefined` when the value is not a number. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof ExactNumber ? Number(value.toString()) : undefined;
}

/**
 * Calculates as Java does: exactly with two whole numbers, otherwise with doubles.
 *
 * @returns `null` when an operand is not a number, and on a division by zero
 * @throws {Error} the result is too long
 */
export function calculateNumbers(operator: string, a: unknown, b: unknown): number | ExactNumber | null {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === undefined || y === undefined) return null;
  if ((operator === '/' || operator === '%') && y === 0) return null;
  const [wholeA, wholeB] = [wholeOf(a), wholeOf(b)];
  if (wholeA === undefined || wholeB === undefined) return OPERATIONS[operator]?.(x, y) ?? null;
  const result = OPERATIONS[operator]?.(x, y) ?? null;
  if (result !== null && [x, y, result].every((value) => Number.isSafeInteger(Math.trunc(value)))) {
    return Math.trunc(result);
  }
  const exact = EXACT_OPERATIONS[operator]?.(wholeA, wholeB);
  if (exact === undefined) return null;
  if (BigInt.asIntN(MAX_BITS, exact) !== exact) throw new Error(`a number of more than ${MAX_BITS} bits`);
  return exactNumber(String(exact));
}

/** @returns a negative number, 0 or a positive number; `undefined` when one is not a number */
export function compareNumbers(a: unknown, b: unknown): number | undefined {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === undefined || y === undefined) return undefined;
  const [wholeA, wholeB] = [wholeOf(a), wholeOf(b)];
  if (wholeA === undefined || wholeB === undefined) return x < y ? -1 : x > y ? 1 : 0;
  return wholeA < wholeB ? -1 : wholeA > wholeB ? 1 : 0;
}

/** A number without its fraction, exactly. */
export function truncated(value: number | ExactNumber): number | ExactNumber {
  return wholeOf(value) === undefined ? Math.trunc(Number(value.toString())) : value;
}

/** @param text digits, possibly with a sign and with zeros in front */
export function parseWhole(text: string): number | ExactNumber {
  const digits = text.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
  return digits === '-0' ? 0 : exactNumber(digits);
}

function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  const text = String(value);
  takeStepsForEachCharacter(text);
  return /^-?\d+$/.test(text) && text.length <= MAX_BITS ? BigInt(text) : undefined;
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

const EXACT_OPERATIONS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
