import AjvDraft4 from 'ajv-draft-04';
import { schemaPattern } from '../../linear-patterns.js';
import { ARE_MODEL_FORMATS_CHECKED } from '../../silent/control-choices.js';
import { type JsonObject } from '../fields/fields.js';

const DRAFT_4: readonly unknown[] = [
  'http://json-schema.org/draft-04/schema#',
  'http://json-schema.org/draft-04/schema',
];

/** More than any schema needs, and far less than would exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * The errors of a JSON schema of draft 4; `undefined` when messages can be checked by it. A reference to another model
 * by its URL is an error: REST APIs have that, for WebSocket APIs it is not documented.
 */
export function schemaErrors(schema: JsonObject): string | undefined {
  if (isDeeperThan(MAX_DEPTH, schema)) return `it is nested more than ${MAX_DEPTH} levels deep`;
  const { $schema, ...rest } = schema;
  if ($schema !== undefined && !DRAFT_4.includes($schema)) {
    return `$schema is ${JSON.stringify($schema)}; models use draft 4, http://json-schema.org/draft-04/schema#`;
  }
  // one instance per schema: two models may have the same `id`
  const ajv = new AjvDraft4.default({
    strict: false,
    validateFormats: ARE_MODEL_FORMATS_CHECKED,
    code: { regExp: schemaPattern },
    logger: false,
  });
  if (ajv.validateSchema(rest) !== true) return ajv.errorsText(ajv.errors, { dataVar: 'schema' });
  try {
    ajv.compile(rest);
    return undefined;
  } catch (error) {
    // such as a pattern that is not a regular expression, or a reference without a target
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
