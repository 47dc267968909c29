import { type ValidateFunction } from 'ajv';
import AjvDraft4 from 'ajv-draft-04';
import { type DeployedRoute } from '../../control/snapshot.js';
import { evaluateSelection } from '../../mapping/selection-expression.js';
import { ARE_MODEL_FORMATS_CHECKED } from '../../silent.js';
import { type Message } from './select-route.js';
import { keyOf } from './select-template.js';

/**
 * Holds a message to the route's model that the `ModelSelectionExpression` names, else to that for `$default`.
 *
 * @returns what is wrong with it, for `context.error.validationErrorString`; `undefined` when nothing is, or no model
 *   applies
 * @throws what ajv throws: the schema refers to one that is not there
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html
 */
export function validateMessage(models: DeployedRoute['models'], message: Message): string | undefined {
  if (models === undefined) return undefined;
  const selected = evaluateSelection(models.selection, { body: message.json });
  const key = keyOf(selected, models.schemas) ?? keyOf('$default', models.schemas);
  const schema = key === undefined ? undefined : models.schemas.get(key);
  if (schema === undefined) return undefined;
  if (message.json === undefined) return 'the message is not JSON';
  return errorsOf(validator(schema), message.json);
}

const VALIDATORS = new WeakMap<object, ValidateFunction>();

/** Compiled once for each snapshot. */
function validator(schema: object): ValidateFunction {
  const compiled = VALIDATORS.get(schema) ?? compile(schema);
  VALIDATORS.set(schema, compiled);
  return compiled;
}

/** Each with an ajv of its own: two models may have the same `id`. A `format` is a remark, as draft 4 allows. */
function compile(schema: object): ValidateFunction {
  // the first error is enough for a log; to collect them all takes ajv many seconds for a hostile message
  const ajv = new AjvDraft4.default({
    strict: false,
    // `constructor` is not there because every object has one
    ownProperties: true,
    validateFormats: ARE_MODEL_FORMATS_CHECKED,
    logger: false,
  });
  // the control plane has seen that it is draft 4's
  const entries = Object.entries(schema).filter(([name]) => name !== '$schema');
  return ajv.compile(Object.fromEntries(entries));
}

function errorsOf(validate: ValidateFunction, json: unknown): string | undefined {
  try {
    if (validate(json)) return undefined;
    const [error] = validate.errors ?? [];
    return `[${error?.instancePath || 'message'} ${error?.message ?? 'is not valid'}]`;
  } catch (error) {
    // a schema that refers to itself follows the message down
    if (error instanceof RangeError) return 'the message is nested too deeply';
    throw error;
  }
}
