import { text } from './field-kinds.js';
import { type Stored } from './fields.js';

export const MODEL_FIELDS = {
  Name: text({ max: 128, pattern: /^[A-Za-z0-9]+$/, form: '1 to 128 letters and digits' }),
  Schema: text({ max: 32 * 1024 }),
  ContentType: text({ min: 1, max: 256 }),
  Description: text({ max: 1024 }),
};

/** A JSON schema (draft 4) by which a route can check its messages. */
export type Model = Stored<typeof MODEL_FIELDS, 'Name' | 'Schema'> & {
  readonly ModelId: string;
};
