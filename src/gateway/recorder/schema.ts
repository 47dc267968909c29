/** JSON Schema (2020-12), as data. */
export type Schema = Readonly<Record<string, unknown>>;

export const STRING = { type: 'string' } as const;
export const NUMBER = { type: 'number' } as const;
export const INTEGER = { type: 'integer' } as const;
export const BOOLEAN = { type: 'boolean' } as const;
export const MILLISECONDS = { type: 'number', minimum: 0 } as const;
/** ISO 8601 */
export const TIME = { type: 'string', format: 'date-time' } as const;

export const array = (items: Schema) => ({ type: 'array', items });

/** An object that has no other members. */
export const object = (required: Schema, optional: Schema = {}) => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
  additionalProperties: false,
});

/** A schema of `components`. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
