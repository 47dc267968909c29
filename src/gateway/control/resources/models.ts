import { ASSUMED_TEXTS, MODEL_CONTENT_TYPE, withoutEmpty } from '../../silent/control-choices.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../api-resources.js';
import { isJsonObject, readFields, requireFields, writeFields } from '../fields/fields.js';
import { type Model, MODEL_FIELDS } from '../fields/model-fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { deployAutomatically } from './deployments.js';
import { schemaErrors } from './json-schema.js';
import { newResourceId } from './resource-id.js';

/** JSON schemas (draft 4) by which routes check their messages. */
export const models: ResourceCollection<ApiResources, Model> = {
  resourceType: 'Model',

  items: (resources) => resources.models,
  write: (model) => writeFields(MODEL_FIELDS, model),

  create(resources, input) {
    const values = requireFields(readFields(MODEL_FIELDS, input), 'Name', 'Schema');
    return put(resources, {
      ContentType: MODEL_CONTENT_TYPE,
      ...values,
      ModelId: newResourceId('Model', resources.models),
    });
  },

  update(resources, model, input) {
    const values = readFields(MODEL_FIELDS, input);
    // routes name their models
    if (values.Name !== undefined && values.Name !== model.Name) refuseIfUsed(resources, model, 'rename');
    return put(resources, { ...model, ...values });
  },

  delete(resources, model) {
    refuseIfUsed(resources, model, 'delete');
    resources.models.delete(model.ModelId);
    deployAutomatically(resources);
  },
};

/**
 * @param path the field's name for the error message
 * @throws {ControlError} 400: a model of that name does not exist
 */
export function checkModelNames(
  resources: ApiResources,
  path: string,
  modelNames: Readonly<Record<string, string>> = {},
): void {
  const names = new Set(resources.models.values().map(({ Name }) => Name));
  for (const [key, name] of Object.entries(modelNames)) {
    if (!names.has(name)) throw badRequest(`${path}['${key}']: this API has no model '${name}'`);
  }
}

function put(resources: ApiResources, requested: Model): Model {
  const model = withoutEmpty(requested);
  checkSchema(model);
  const { Name, ModelId } = model;
  if (resources.models.values().some((other) => other.Name === Name && other.ModelId !== ModelId)) {
    throw conflict(ASSUMED_TEXTS.modelExists(Name));
  }
  resources.models.set(ModelId, model);
  deployAutomatically(resources);
  return model;
}

function checkSchema({ Schema }: Model): void {
  let schema: unknown;
  try {
    schema = JSON.parse(Schema);
  } catch {
    throw badRequest('Invalid model schema specified: it is not JSON');
  }
  // the beginning is v1's text; the reason is ours
  if (!isJsonObject(schema)) throw badRequest('Invalid model schema specified: it is not a JSON object');
  const errors = schemaErrors(schema);
  if (errors !== undefined) throw badRequest(`Invalid model schema specified: ${errors}`);
}

function refuseIfUsed(resources: ApiResources, { Name }: Model, verb: string): void {
  const user = resources.routes
    .values()
    .find(({ RequestModels = {} }) => Object.values(RequestModels).includes(Name));
  const twoWay = resources.routeResponses
    .entries()
    .find(([, responses]) =>
      responses.values().some(({ ResponseModels = {} }) => Object.values(ResponseModels).includes(Name)),
    );
  const route = user ?? resources.routes.get(twoWay?.[0] ?? '');
  if (route === undefined) return;
  throw conflict(ASSUMED_TEXTS.modelInUse(verb, Name, route.RouteKey));
}
