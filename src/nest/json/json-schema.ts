import { z } from 'zod';

/** JSON Schema in the form that a document needs. */
export interface SchemaDialect {
  /** OpenAPI 3.0 has a subset of its own; AsyncAPI 3 has draft 7. */
  readonly target: 'openapi-3.0' | 'draft-7';
  /** `input`: what a caller sends; `output`: what it receives. */
  readonly io: 'input' | 'output';
}

export type JsonSchema = Record<string, unknown>;

/** Where OpenAPI and AsyncAPI documents have the schemas that have a name. */
const COMPONENTS = '#/components/schemas/';

/** A reference to a schema by its name in a document. */
export const referenceTo = (name: string): { $ref: string } => ({ $ref: `${COMPONENTS}${name}` });

/** The name of a schema: the `id` of its metadata. */
export const nameOf = (schema: z.ZodType): string | undefined => schema.meta()?.id;

/** A schema without named schemas inside, such as that of a query parameter. */
export function jsonSchemaOf(schema: z.ZodType, dialect: SchemaDialect): JsonSchema {
  return asPart(z.toJSONSchema(schema, optionsOf(dialect)));
}

/** The schemas that have a name, by it. They refer to each other by their names, and must all be among `schemas`. */
export function namedSchemas(
  schemas: Iterable<z.ZodType>,
  dialect: SchemaDialect,
): Readonly<Record<string, JsonSchema>> {
  const named = z.registry<{ id: string }>();
  for (const schema of schemas) {
    const id = nameOf(schema);
    if (id !== undefined && !named.has(schema)) named.add(schema, { id });
  }
  const converted = z.toJSONSchema(named, { ...optionsOf(dialect), uri: (id) => `${COMPONENTS}${id}` });
  return Object.fromEntries(
    Object.entries(converted.schemas).map(([name, schema]) => [name, asPart(schema)] as const),
  );
}

function optionsOf({ target, io }: SchemaDialect) {
  return {
    target,
    io,
    // what JSON cannot express, such as the check of a user id, is in the description
    unrepresentable: 'any',
    override({ jsonSchema }: { jsonSchema: JsonSchema }) {
      if (target !== 'openapi-3.0' || !Array.isArray(jsonSchema['examples'])) return;
      [jsonSchema['example']] = jsonSchema['examples'] as unknown[];
      delete jsonSchema['examples'];
    },
  } as const;
}

/** Without what only a schema with a document of its own has. */
function asPart(whole: JsonSchema): JsonSchema {
  const { $schema: _, $id: __, id: ___, ...schema } = whole;
  return schema;
}
