import { LIMITS } from '../limits.js';
import { type ContextVariables } from '../mapping/context-variables.js';
import { ExactNumber, parseExactJson } from '../mapping/exact-json.js';

/** The function's result is not that of an authorizer. */
export class AuthorizerError extends Error {
  override readonly name = 'AuthorizerError';
}

/**
 * Parses the result of an authorizer's function. Numbers that JavaScript would write differently are `ExactNumber`.
 *
 * @throws {AuthorizerError} it is not an object
 * @throws {Error} it is too large
 */
export function parseResult(payload: string): Readonly<Record<string, unknown>> {
  if (Buffer.byteLength(payload) > LIMITS.authorizerResponseBytes) {
    throw new Error(`its result is over ${LIMITS.authorizerResponseBytes} bytes`);
  }
  const result = parseExactJson(payload);
  if (!isObject(result)) throw new AuthorizerError('its result is not an object');
  return result;
}

/**
 * The members of a `context` as texts: `1` becomes `"1"`.
 *
 * @throws {AuthorizerError} it is not an object, or a member is neither a string, a number nor a boolean
 */
export function contextTexts(context: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts = Object.entries(context).map(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'boolean' && !isNumber(value)) {
      throw new AuthorizerError(`context.${name} must be a string, a number or a boolean`);
    }
    return [name, String(value)] as const;
  });
  return Object.fromEntries(texts);
}

/** @returns `undefined` if the function returned none @throws {AuthorizerError} it is not an object */
export function readContextObject(context: unknown): Readonly<Record<string, unknown>> | undefined {
  if (context === undefined || context === null) return undefined;
  if (!isObject(context)) throw new AuthorizerError('context must be an object');
  return context;
}

/** `$context.authorizer.*` */
export const authorizerVariables = (texts: Readonly<Record<string, string>>): ContextVariables =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [`authorizer.${name}`, text]));

export const isNumber = (value: unknown): value is number | ExactNumber =>
  typeof value === 'number' || value instanceof ExactNumber;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
