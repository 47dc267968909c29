import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { type Collection, mergeMap, withoutEmpty } from '../operations/resource-collection.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { deployAutomatically } from './deployments.js';
import { checked } from '../fields/check-expression.js';
import { readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { checkModelNames, MODEL_NAMES } from './models.js';
import { DECLARATIONS, withRequired } from '../fields/parameter-declarations.js';
import { newResourceId } from './resource-id.js';
import { type Route, type RouteResponse } from '../resources.js';

const FIELDS = {
  RouteResponseKey: text({ min: 1 }),
  ModelSelectionExpression: text({}),
  ResponseModels: MODEL_NAMES,
  ResponseParameters: DECLARATIONS,
};

/** The route that the responses belong to. */
export interface OfRoute {
  readonly of: ApiResources;
  readonly route: Route;
}

/**
 * Route responses: having one makes a route two-way. Models and parameters are kept and given back; AWS does not
 * hold what it sends to them either, and a frame has no headers.
 */
export const routeResponses: Collection<OfRoute, RouteResponse> = {
  resourceType: 'RouteResponse',

  items: (parent) => responsesOf(parent),
  write: (response) => writeFields(FIELDS, response),

  create(parent, input) {
    const { ResponseParameters, ...values } = requireFields(readFields(FIELDS, input), 'RouteResponseKey');
    return put(parent, {
      ...values,
      ...(ResponseParameters && { ResponseParameters: withRequired(ResponseParameters) }),
      RouteResponseId: newResourceId('RouteResponse', responsesOf(parent)),
    });
  },

  update(parent, response, input) {
    const { ResponseParameters, ...values } = readFields(FIELDS, input);
    return put(parent, {
      ...response,
      ...values,
      // [uncertain] merged, as the request parameters of a route
      ...(ResponseParameters && {
        ResponseParameters: mergeMap(response.ResponseParameters, withRequired(ResponseParameters)),
      }),
    });
  },

  delete(parent, { RouteResponseId }) {
    const responses = new Map(responsesOf(parent));
    responses.delete(RouteResponseId);
    parent.of.routeResponses.set(parent.route.RouteId, responses);
    deployAutomatically(parent.of);
  },
};

const responsesOf = ({ of, route }: OfRoute): ReadonlyMap<string, RouteResponse> =>
  of.routeResponses.get(route.RouteId) ?? new Map();

function put(parent: OfRoute, given: RouteResponse): RouteResponse {
  const { of, route } = parent;
  const response = withoutEmpty(given);
  checkKey(parent, response);
  checkModelNames(of, 'ResponseModels', response.ResponseModels);
  for (const key of Object.keys(response.ResponseParameters ?? {})) {
    if (!/^(?:route|method)\.response\.header\.[\w.$-]+$/.test(key)) {
      throw badRequest(`ResponseParameters: '${key}' is not of the form route.response.header.NAME`);
    }
  }
  const { ModelSelectionExpression: selection } = response;
  if (selection !== undefined) {
    checked('ModelSelectionExpression: ', () => parseSelectionExpression(selection, 'response'));
  }
  of.routeResponses.set(route.RouteId, new Map(responsesOf(parent)).set(response.RouteResponseId, response));
  deployAutomatically(of);
  return response;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html */
function checkKey(parent: OfRoute, { RouteResponseKey: key, RouteResponseId: id }: RouteResponse): void {
  if (key !== '$default') throw badRequest(`RouteResponseKey '${key}': $default is the only one there is`);
  if (
    responsesOf(parent)
      .values()
      .some((other) => other.RouteResponseId !== id)
  ) {
    throw conflict(`Route response with key ${key} already exists for this route`);
  }
}
