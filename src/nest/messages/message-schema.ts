import { z } from 'zod';

/**
 * A schema of any library that implements Standard Schema, such as zod, valibot and ArkType.
 *
 * @typeParam Output what it makes of a valid value
 * @see https://standardschema.dev
 */
export interface MessageSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): SchemaResult | Promise<SchemaResult>;
    /** For the compiler only. */
    readonly types?: { readonly output: Output } | undefined;
    /** Of libraries that also implement Standard JSON Schema: for the AsyncAPI document. */
    readonly jsonSchema?: {
      input(options: { readonly target: 'draft-07' }): Record<string, unknown>;
      output(options: { readonly target: 'draft-07' }): Record<string, unknown>;
    };
  };
}

type SchemaResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Whether its fields are known, so that those of `DataSchema` can be kept as text. */
export const isZodObject = (schema: MessageSchema | undefined): schema is z.ZodObject & MessageSchema =>
  schema instanceof z.ZodObject;
