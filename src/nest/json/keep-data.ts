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
  schema: z.ZodObject | z.ZodRecord,
  path: Path = [],
): void {
  // of members with one name, JSON.parse keeps the last
  if (slices.length !== Object.keys(value).length) {
    throw new UnfitJsonError([...path, repeatedName(slices)], 'occurs twice');
  }
  for (const slice of slices) {
    const { name = '' } = slice;
    const field = fieldOf(schema, name);
    if (field === DataSchema || slice.depth > 0)
      value[name] = keep(value[name], slice, field, [...path, name]);
  }
}

/**
 * Ends where the objects and arrays of the schema end.
 *
 * @param schema undefined for a field that the schema around it does not have
 * @returns the text of data; any other value itself
 */
function keep(
  value: unknown,
  { text, depth }: JsonSlice,
  schema: z.ZodType | undefined,
  path: Path,
): unknown {
  if ((schema instanceof z.ZodObject || schema instanceof z.ZodRecord) && isRecord(value)) {
    keepData(value, slicesOf(text), schema, path);
  } else if (schema instanceof z.ZodArray && Array.isArray(value)) {
    const element = required(schema.element as z.ZodType);
    for (const [index, slice] of slicesOf(text).entries()) {
      value[index] = keep(value[index], slice, element, [...path, index]);
    }
  } else if (depth > QUOTAS.dataDepth) {
    throw new UnfitJsonError(path, `nested ${depth} deep, expected at most ${QUOTAS.dataDepth}`);
  } else if (schema === DataSchema) {
    return text;
  }
  return value;
}

/** @returns undefined if an object has no such field */
function fieldOf(schema: z.ZodObject | z.ZodRecord, name: string): z.ZodType | undefined {
  if (schema instanceof z.ZodRecord) return required(schema.valueType as z.ZodType);
  const { shape } = schema;
  return Object.hasOwn(shape, name) ? required(shape[name] as z.ZodType) : undefined;
}

/** The schema of an optional field when it is present. */
function required(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}

/** @param slices two of which have one name */
function repeatedName(slices: readonly JsonSlice[]): string {
  const names = new Set<string | undefined>();
  return slices.find(({ name }) => names.size === names.add(name).size)!.name!;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
