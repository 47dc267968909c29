import { type ValidateFunction } from 'ajv';
import AjvDraft4 from 'ajv-draft-04';
import { type DeployedRoute } from '../../control/snapshot.js';
import { schemaPattern } from '../../linear-patterns.js';
import { evaluateSelection } from '../../mapping/selection-expression.js';
import { ARE_MODEL_FORMATS_CHECKED } from '../../silent/control-choices.js';
import { DEFAULT_KEY, keyOf } from '../../silent/integration-choices.js';
import { type ClientMessage } from '../client-message.js';

/**
 * Validates a message against the route's model that the `ModelSelectionExpression` selects, else the one for
 * `$default`.
 *
 * @returns the problem, for `context.error.validationErrorString`; `undefined` for a valid message, or without a
 *   model
 * @throws ajv's error: the schema refers to one that does not exist
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html
 */
export function validateMessage(models: DeployedRoute['models'], message: ClientMessage): string | undefined {
  if (models === undefined) return undefined;
  const selected = evaluateSelection(models.selection, { body: message.json });
  const key = keyOf(selected, models.schemas) ?? keyOf(DEFAULT_KEY, models.schemas);
  const schema = key === undefined ? undefined : models.schemas.get(key);
  if (schema === undefined) return undefined;
  if (message.json === undefined) return 'the message is not JSON';
  // ajv knows JavaScript's numbers only
  return errorsOf(validator(schema), JSON.parse(message.text));
}

const VALIDATORS = new WeakMap<object, ValidateFunction>();

/** Compiles a schema once for each snapshot. */
function validator(schema: object): ValidateFunction {
  const compiled = VALIDATORS.get(schema) ?? compile(schema);
  VALIDATORS.set(schema, compiled);
  return compiled;
}

/** With an ajv for each schema, because two models may have the same `id`. */
function compile(schema: object): ValidateFunction {
  // stops at the first error: collecting all takes ajv many seconds for a hostile message
  const ajv = new AjvDraft4.default({
    strict: false,
    // otherwise every object would have `constructor`
    ownProperties: true,
    validateFormats: ARE_MODEL_FORMATS_CHECKED,
    code: { regExp: schemaPattern },
    logger: false,
  });
  // ajv's own compares every item with every other one
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isRequired: boolean, items: readonly unknown[]) =>
      !isRequired || new Set(items.map(canonical)).size === items.length,
    error: { message: 'must NOT have duplicate items' },
  });
  // the control plane has checked that it is draft 4
  const entries = Object.entries(schema).filter(([name]) => name !== '$schema');
  return ajv.compile(Object.fromEntries(entries));
}

/** The same text for values that JSON Schema regards as equal: the order of an object's members does not matter. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.toSorted().join(',')}}`;
}

function errorsOf(validate: ValidateFunction, json: unknown): string | undefined {
  try {
    if (validate(json)) return undefined;
    const [error] = validate.errors ?? [];
    return `[${error?.instancePath || 'message'} ${error?.message ?? 'is not valid'}]`;
  } catch (error) {
    // a recursive schema recurses as deep as the message
    if (error instanceof RangeError) return 'the message is nested too deeply';
    throw error;
  }
}
