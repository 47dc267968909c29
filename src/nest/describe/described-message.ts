import { z } from 'zod';
import { type MessageSchema } from '../messages/message-schema.js';

export type Schema = Record<string, unknown>;

/** The JSON Schema of a message, with the schemas to which it refers. */
export interface DescribedSchema {
  readonly schema: Schema;
  /** By the names that `schema` has for them. */
  readonly definitions: Readonly<Record<string, Schema>>;
  /** What the JSON Schema could not say, for people. */
  readonly note?: string;
}

/**
 * A Standard Schema as JSON Schema of draft 7.
 *
 * @param io `input`: what a client sends; `output`: what it receives
 * @returns an object with any members, and a note, for a schema that its library cannot convert
 */
export function describeSchema(schema: MessageSchema | undefined, io: 'input' | 'output'): DescribedSchema {
  if (schema === undefined) return { ...ANY_OBJECT, note: 'The handler has no schema: any object.' };
  try {
    const { definitions = {}, $defs = {}, $schema: _, ...rest } = convert(schema, io);
    return unwrapped(rest, { ...(definitions as object), ...($defs as object) });
  } catch (error) {
    const { vendor } = schema['~standard'];
    const reason = error instanceof Error ? error.message : String(error);
    return { ...ANY_OBJECT, note: `The schema of ${vendor} has no JSON Schema: ${reason}.` };
  }
}

const ANY_OBJECT: DescribedSchema = { schema: { type: 'object' }, definitions: {} };

/** A schema with a name is a mere reference to itself among the definitions, where it stays only if others refer to it. */
function unwrapped(schema: Schema, definitions: Readonly<Record<string, Schema>>): DescribedSchema {
  const { $ref } = schema;
  const name = typeof $ref === 'string' ? /^#\/(?:definitions|\$defs)\/(.+)$/.exec($ref)?.[1] : undefined;
  const { [name ?? '']: named, ...others } = definitions;
  if (named === undefined) return { schema, definitions };
  const isReferred = JSON.stringify(definitions).includes(JSON.stringify($ref));
  return { schema: named, definitions: isReferred ? definitions : others };
}

function convert(schema: MessageSchema, io: 'input' | 'output'): Schema {
  // by the standard's own way, zod would fail for a part without JSON Schema, such as a check in code
  if (schema instanceof z.ZodType) {
    return z.toJSONSchema(schema, {
      target: 'draft-7',
      io,
      unrepresentable: 'any',
      override({ jsonSchema: converted }) {
        // zod removes unknown members of what it parses; what is sent may have more
        if (io === 'output' && converted.additionalProperties === false)
          delete converted.additionalProperties;
      },
    });
  }
  const { jsonSchema } = schema['~standard'];
  if (jsonSchema === undefined) throw new TypeError('it does not implement Standard JSON Schema');
  return jsonSchema[io]({ target: 'draft-07' });
}

/**
 * Adds members to an object's schema, as the service adds `action` and `id` to the message of a handler. Each of several
 * alternatives gets them; the members of any other schema stay unknown.
 */
export function withMembers(
  schema: Schema,
  members: Readonly<Record<string, Schema>>,
  required: readonly string[],
): Schema {
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const alternatives = schema[keyword];
    if (Array.isArray(alternatives)) {
      return {
        ...schema,
        [keyword]: alternatives.map((each) => withMembers(each as Schema, members, required)),
      };
    }
  }
  const isObject = schema['type'] === 'object';
  const { properties = {}, required: others = [], ...rest } = isObject ? schema : { type: 'object' };
  const all = [...required, ...(others as readonly string[])];
  return {
    ...rest,
    properties: { ...members, ...(properties as object) },
    ...(all.length > 0 && { required: all }),
  };
}
