import { HTTP_TEXTS } from '../../silent/http-control-choices.js';
import { badRequest } from '../control-error.js';
import {
  type Field,
  type Fields,
  isJsonObject,
  type JsonObject,
  readFields,
  type Values,
  writeFields,
} from './fields.js';

/** In the message of every error that only this gateway has, because it does not support what AWS does. */
export const UNSUPPORTED = 'not supported by this gateway';

/** @param form what the pattern requires, in words */
export function text(rule: { min?: number; max?: number; pattern?: RegExp; form?: string }): Field<string> {
  const { min = 0, max = 2048, pattern, form = `a string of ${min} to ${max} characters` } = rule;
  return scalar(form, (value) => {
    if (typeof value !== 'string' || value.length < min || value.length > max) return undefined;
    return (pattern?.test(value) ?? true) ? value : undefined;
  });
}

export const flag = () =>
  scalar('true or false', (value) => (typeof value === 'boolean' ? value : undefined));

export const number = (min: number) =>
  scalar(`a number, at least ${min}`, (value) =>
    typeof value === 'number' && value >= min ? value : undefined,
  );

export const integer = (min: number, max: number) =>
  scalar(`a whole number from ${min} to ${max}`, (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined,
  );

/** @param unsupported values that AWS accepts and this gateway does not support; they get an error of their own */
export function oneOf<T>(supported: readonly T[], unsupported: readonly unknown[] = []): Field<T> {
  const list = supported.join(', ');
  const field = scalar(`one of ${list}`, (value) => supported.find((item) => item === value));
  return {
    ...field,
    read(value, path) {
      if (!unsupported.includes(value)) return field.read(value, path);
      throw badRequest(`${path} ${shown(value)} is ${UNSUPPORTED}; it supports ${list}`);
    },
  };
}

/** A field that AWS has and this gateway does not support: refused, so that it is not silently without effect. */
export const notSupported = (): Field<never> => ({
  read(_value, path) {
    throw badRequest(`${path} is ${UNSUPPORTED}: leave it out`);
  },
  write: (value) => value,
});

/** A field of HTTP APIs. The text is AWS's, recorded for four fields of an authorizer and assumed for the others. */
export const httpApisOnly = (): Field<never> => ({
  read(_value, path) {
    throw badRequest(`${path} cannot be set for WEBSOCKET protocol Apis.`);
  },
  write: (value) => value,
});

/** A field of WebSocket APIs (H12.02). */
export const webSocketApisOnly = (): Field<never> => ({
  read(_value, path) {
    throw badRequest(HTTP_TEXTS.webSocketOnly(path));
  },
  write: (value) => value,
});

export const mapOf = <T>(field: Field<T>): Field<Readonly<Record<string, T>>> => ({
  read: (value, path) =>
    Object.fromEntries(
      Object.entries(asObject(value, path)).map(([key, item]) => [
        key,
        field.read(item, `${path}['${key}']`),
      ]),
    ),
  write: (map) => Object.fromEntries(Object.entries(map).map(([key, item]) => [key, field.write(item)])),
});

export const listOf = <T>(field: Field<T>): Field<readonly T[]> => ({
  read(value, path) {
    if (!Array.isArray(value)) throw badRequest(`${path} is ${shown(value)}; it must be a list`);
    return value.map((item, index) => field.read(item, `${path}[${index}]`));
  },
  write: (list) => list.map((item) => field.write(item)),
});

export const structure = <F extends Fields>(fields: F): Field<Values<F>> => ({
  read: (value, path) => readFields(fields, asObject(value, path), `${path}.`),
  write: (values) => writeFields(fields, values),
});

function asObject(value: unknown, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw badRequest(`${path} is ${shown(value)}; it must be an object`);
}

/** @param parse returns `undefined` for a value that does not have the form */
const scalar = <T>(form: string, parse: (value: unknown) => T | undefined): Field<T> => ({
  read(value, path) {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    throw badRequest(`${path} is ${shown(value)}; it must be ${form}`);
  },
  write: (value) => value,
});

/** Enough to recognise the value, short enough for an error message. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
