import { badRequest } from '../control-error.js';

/**
 * The members of a request and of an answer, as a table: one line for each. Our names are AWS's (`StageName`); on the
 * wire they begin in lower case (`stageName`), while the keys of a map are the user's own and stay as they are.
 */
export type Fields = Readonly<Record<string, Field<unknown>>>;

export interface Field<T> {
  /**
   * @param where the member's name for the error, such as `RequestParameters['a'].Required`
   * @throws {ControlError} 400: the value does not fit
   */
  read(value: unknown, where: string): T;
  write(value: T): unknown;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** What a request gave: each member may be missing. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends Field<infer T> ? T : never;
};

type Present<V, K extends keyof V> = { readonly [P in K]-?: NonNullable<V[P]> };

/** What the table knows of a request; other members are passed over, as AWS does. */
export function readFields<F extends Fields>(fields: F, input: JsonObject, within = ''): Values<F> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(input, wireName(name)) ? input[wireName(name)] : undefined;
    // null is what some clients send for a member that is not set
    if (value !== undefined && value !== null) values[name] = field.read(value, within + name);
  }
  return values as Values<F>;
}

/** A resource as the wire has it; members that no request can set are in no table and need no translation. */
export function writeFields(fields: Fields, resource: object): JsonObject {
  return Object.fromEntries(
    Object.entries(resource).map(([name, value]: [string, unknown]) => [
      wireName(name),
      Object.hasOwn(fields, name) ? fields[name]?.write(value) : value,
    ]),
  );
}

/** @throws {ControlError} 400: a required member is missing */
export function requireFields<V extends object, K extends keyof V & string>(
  values: V,
  ...names: readonly K[]
): V & Present<V, K> {
  const missing = names.find((name) => values[name] === undefined);
  if (missing !== undefined || !isComplete(values, names)) throw badRequest(`${missing} is missing`);
  return values;
}

/** @param form what the pattern asks for, in words */
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

/** @param notServed values that AWS takes and this gateway does not serve: refused in words of their own */
export function oneOf<T>(served: readonly T[], notServed: readonly unknown[] = []): Field<T> {
  const list = served.join(', ');
  const field = scalar(`one of ${list}`, (value) => served.find((item) => item === value));
  return {
    ...field,
    read(value, where) {
      if (!notServed.includes(value)) return field.read(value, where);
      throw badRequest(`${where} ${shown(value)} is not served by this gateway yet; it serves ${list}`);
    },
  };
}

/** A member that AWS models and this gateway does not serve: better refused than taken without effect. */
export const notServed = (): Field<never> => ({
  read(_value, where) {
    throw badRequest(`${where} is not served by this gateway yet: leave it out`);
  },
  write: (value) => value,
});

/** A member of HTTP APIs. AWS's words, recorded for four members of an authorizer: the others are assumed to get them too. */
export const httpApisOnly = (): Field<never> => ({
  read(_value, where) {
    throw badRequest(`${where} cannot be set for WEBSOCKET protocol Apis.`);
  },
  write: (value) => value,
});

export const mapOf = <T>(field: Field<T>): Field<Readonly<Record<string, T>>> => ({
  read: (value, where) =>
    Object.fromEntries(
      Object.entries(asObject(value, where)).map(([key, item]) => [
        key,
        field.read(item, `${where}['${key}']`),
      ]),
    ),
  write: (map) => Object.fromEntries(Object.entries(map).map(([key, item]) => [key, field.write(item)])),
});

export const listOf = <T>(field: Field<T>): Field<readonly T[]> => ({
  read(value, where) {
    if (!Array.isArray(value)) throw badRequest(`${where} is ${shown(value)}; it must be a list`);
    return value.map((item, index) => field.read(item, `${where}[${index}]`));
  },
  write: (list) => list.map((item) => field.write(item)),
});

export const structure = <F extends Fields>(fields: F): Field<Values<F>> => ({
  read: (value, where) => readFields(fields, asObject(value, where), `${where}.`),
  write: (values) => writeFields(fields, values),
});

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function asObject(value: unknown, where: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw badRequest(`${where} is ${shown(value)}; it must be an object`);
}

/** @param parse gives nothing when the value does not have the form */
const scalar = <T>(form: string, parse: (value: unknown) => T | undefined): Field<T> => ({
  read(value, where) {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    throw badRequest(`${where} is ${shown(value)}; it must be ${form}`);
  },
  write: (value) => value,
});

const isComplete = <V extends object, K extends keyof V>(
  values: V,
  names: readonly K[],
): values is V & Present<V, K> => names.every((name) => values[name] !== undefined);

const wireName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** Enough to recognise the value, short enough for a message. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
