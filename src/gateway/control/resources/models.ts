import { type Collection, withoutEmpty } from '../operations/resource-collection.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { deployAutomatically } from './deployments.js';
import { isJsonObject, mapOf, readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { schemaErrors } from './json-schema.js';
import { newResourceId } from './resource-id.js';
import { type Model } from '../resources.js';

const FIELDS = {
  Name: text({ max: 128, pattern: /^[A-Za-z0-9]+$/, form: '1 to 128 letters and digits' }),
  Schema: text({ max: 32 * 1024 }),
  ContentType: text({ min: 1, max: 256 }),
  Description: text({ max: 1024 }),
};

/** Value of a selection expression, or `$default` → name of a model. */
export const MODEL_NAMES = mapOf(text({ min: 1, max: 128 }));

/** JSON schemas, draft 4, that a route holds its messages to. */
export const models: Collection<ApiResources, Model> = {
  resourceType: 'Model',

  items: (of) => of.models,
  write: (model) => writeFields(FIELDS, model),

  create(of, input) {
    const values = requireFields(readFields(FIELDS, input), 'Name', 'Schema');
    return put(of, {
      // [uncertain] AWS documents no default
      ContentType: 'application/json',
      ...values,
      ModelId: newResourceId('Model', of.models),
    });
  },

  update(of, model, input) {
    const values = readFields(FIELDS, input);
    // routes know it by its name
    if (values.Name !== undefined && values.Name !== model.Name) refuseIfUsed(of, model, 'rename');
    return put(of, { ...model, ...values });
  },

  delete(of, model) {
    refuseIfUsed(of, model, 'delete');
    of.models.delete(model.ModelId);
    deployAutomatically(of);
  },
};

/** @throws {ControlError} 400: there is no model of that name */
export function checkModelNames(
  of: ApiResources,
  where: string,
  named: Readonly<Record<string, string>> = {},
): void {
  const names = new Set(of.models.values().map(({ Name }) => Name));
  for (const [key, name] of Object.entries(named)) {
    if (!names.has(name)) throw badRequest(`${where}['${key}']: this API has no model '${name}'`);
  }
}

function put(of: ApiResources, given: Model): Model {
  const model = withoutEmpty(given);
  checkSchema(model);
  const { Name, ModelId } = model;
  if (of.models.values().some((other) => other.Name === Name && other.ModelId !== ModelId)) {
    // [uncertain] no recording; two models of one name could not be told apart by a route
    throw conflict(`Model name already exists for this Api: ${Name}`);
  }
  of.models.set(ModelId, model);
  deployAutomatically(of);
  return model;
}

function checkSchema({ Schema }: Model): void {
  let schema: unknown;
  try {
    schema = JSON.parse(Schema);
  } catch {
    throw badRequest('Invalid model schema specified: it is not JSON');
  }
  // the beginning is AWS's of v1; the reason is ours
  if (!isJsonObject(schema)) throw badRequest('Invalid model schema specified: it is no JSON object');
  const errors = schemaErrors(schema);
  if (errors !== undefined) throw badRequest(`Invalid model schema specified: ${errors}`);
}

function refuseIfUsed(of: ApiResources, { Name }: Model, verb: string): void {
  const user = of.routes
    .values()
    .find(({ RequestModels = {} }) => Object.values(RequestModels).includes(Name));
  const twoWay = of.routeResponses
    .entries()
    .find(([, responses]) =>
      responses.values().some(({ ResponseModels = {} }) => Object.values(ResponseModels).includes(Name)),
    );
  const route = user ?? of.routes.get(twoWay?.[0] ?? '');
  if (route === undefined) return;
  // [uncertain] in the form of an authorizer's
  throw conflict(`Cannot ${verb} model '${Name}', is referenced in route: ${route.RouteKey}`);
}
