import { z } from 'zod';
import { DataSchema } from '../../api/message-schemas.js';
import { QUOTAS } from '../../api/quotas.js';
import { type JsonSlice, slicesOf } from './json-slices.js';

/** The names and indexes that lead to a field, from the outermost object. */
type Path = readonly (string | number)[];

/** JSON that a schema alone would accept, but that we refuse. */
export class UnfitJsonError extends Error {
  override readonly name = 'UnfitJsonError';

  constructor(
    readonly path: Path,
    reason: string,
  ) {
    super(reason);
  }
}

/**
 * Replaces the value of every field of {@link DataSchema} by its text, so that it is passed on as it was sent: a parsed
 * number has lost its form, and the digits that a double cannot hold.
 *
 * @param value what `JSON.parse` made of an object; it is changed
 * @param slices of the same object
 * @param schema that will check it
 * @throws {UnfitJsonError} a field is nested too deeply, or an object that the schema knows has a field twice
 */
export function keepData(
  value: Record<string, unknown>,
  slices: readonly JsonSlice[],
  schema: z.ZodObject,
  path: Path = [],
): void {
  const names = new Set<string>();
  for (const slice of slices) {
    const { name = '' } = slice;
    if (names.has(name)) throw new UnfitJsonError([...path, name], 'occurs twice');
    names.add(name);
    const field = Object.hasOwn(schema.shape, name) ? (schema.shape[name] as z.ZodType) : undefined;
    value[name] = keep(value[name], slice, field, [...path, name]);
  }
}

/**
 * Ends where the objects and arrays of the schema end.
 *
 * @param schema undefined for a field that the schema around it does not have
 */
function keep(value: unknown, slice: JsonSlice, schema: z.ZodType | undefined, path: Path): unknown {
  const { text, depth } = slice;
  const expected = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  if (expected instanceof z.ZodObject && isRecord(value)) {
    keepData(value, slicesOf(text), expected, path);
  } else if (expected instanceof z.ZodArray && Array.isArray(value)) {
    const element = expected.element as z.ZodType;
    for (const [index, each] of slicesOf(text).entries()) {
      value[index] = keep(value[index], each, element, [...path, index]);
    }
  } else if (depth > QUOTAS.dataDepth) {
    throw new UnfitJsonError(path, `nested ${depth} deep, expected at most ${QUOTAS.dataDepth}`);
  } else if (expected === DataSchema) {
    return text;
  }
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
