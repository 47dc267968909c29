import { badRequest } from '../control-error.js';

/**
 * The fields of a resource, as a table: one line for each. Names are AWS's (`StageName`); on the wire they begin with a
 * lower-case letter (`stageName`). The keys of a map are the user's own and stay unchanged.
 *
 * @see https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html
 */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** How the value of one field is read from a request and written into a response. */
export interface Field<T> {
  /**
   * @param path the field's name for the error message, such as `RequestParameters['a'].Required`
   * @throws {ControlError} 400: the value is not allowed
   */
  read(value: unknown, path: string): T;
  write(value: T): unknown;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The fields of one request; any of them may be absent. */
export type Values<F extends Fields> = {
  readonly [K in keyof F]?: ValueOf<F[K]>;
};

/** The same with no field absent. */
export type Complete<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

/**
 * A resource as the control plane keeps it, without the fields that are always refused.
 *
 * @template Always the fields that every such resource has: required in a request, or with a default
 */
export type Stored<F extends Fields, Always extends keyof F = never> = {
  readonly [K in keyof F as F[K] extends Field<never> ? never : K]?: ValueOf<F[K]>;
} & { readonly [K in Always]: ValueOf<F[K]> };

type ValueOf<F> = F extends Field<infer T> ? T : never;

type Present<V, K extends keyof V> = { readonly [P in K]-?: NonNullable<V[P]> };

/** Reads the fields of the table; ignores all others, as AWS does. */
export function readFields<F extends Fields>(fields: F, input: JsonObject, pathPrefix = ''): Values<F> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(input, wireName(name)) ? input[wireName(name)] : undefined;
    // some clients send null for a field that is not set
    if (value !== undefined && value !== null) values[name] = field.read(value, pathPrefix + name);
  }
  return values as Values<F>;
}

/** A resource as it is on the wire. Fields that no request can set are in no table and are written unmodified. */
export function writeFields(fields: Fields, resource: object): JsonObject {
  return Object.fromEntries(
    Object.entries(resource).map(([name, value]: [string, unknown]) => [
      wireName(name),
      Object.hasOwn(fields, name) ? fields[name]?.write(value) : value,
    ]),
  );
}

/** @throws {ControlError} 400: a required field is missing */
export function requireFields<V extends object, K extends keyof V & string>(
  values: V,
  ...names: readonly K[]
): V & Present<V, K> {
  const missing = names.find((name) => values[name] === undefined);
  if (missing !== undefined || !hasAll(values, names)) throw badRequest(`${missing} is missing`);
  return values;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasAll = <V extends object, K extends keyof V>(
  values: V,
  names: readonly K[],
): values is V & Present<V, K> => names.every((name) => values[name] !== undefined);

const wireName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
