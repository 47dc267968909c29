import AjvDraft4 from 'ajv-draft-04';
import { type JsonObject } from '../fields/fields.js';

const DRAFT_4: readonly unknown[] = [
  'http://json-schema.org/draft-04/schema#',
  'http://json-schema.org/draft-04/schema',
];

/** Deeper than anyone writes a schema, and well before reading it would exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * What is wrong with a JSON schema of draft 4; nothing when messages can be held to it.
 *
 * [uncertain] A reference to another model by its URL is refused: REST APIs have that, of WebSocket APIs it is not known.
 */
export function schemaErrors(schema: JsonObject): string | undefined {
  if (isDeeperThan(MAX_DEPTH, schema)) return `it is nested more than ${MAX_DEPTH} levels deep`;
  const { $schema, ...rest } = schema;
  if ($schema !== undefined && !DRAFT_4.includes($schema)) {
    return `$schema is ${JSON.stringify($schema)}; models are of draft 4, http://json-schema.org/draft-04/schema#`;
  }
  // of its own: two models may have the same `id`
  const ajv = new AjvDraft4.default({ strict: false, validateFormats: false, logger: false });
  if (ajv.validateSchema(rest) !== true) return ajv.errorsText(ajv.errors, { dataVar: 'schema' });
  try {
    ajv.compile(rest);
    return undefined;
  } catch (error) {
    // a pattern that is no regular expression, a reference that leads nowhere
    return error instanceof Error ? error.message : String(error);
  }
}

function isDeeperThan(depth: number, root: unknown): boolean {
  let level = [root];
  for (let reached = 0; level.length > 0; reached++) {
    if (reached > depth) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values<unknown>({ ...value }) : [],
    );
  }
  return false;
}
