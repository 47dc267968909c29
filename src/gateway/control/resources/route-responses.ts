import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { mergeMap, withoutEmpty } from '../../silent/control-choices.js';
import { RESPONSE_HEADER } from '../../silent/mapping-choices.js';
import { badRequest, conflict } from '../control-error.js';
import { type ApiResources } from '../api-resources.js';
import { checkExpression } from '../fields/check-expression.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type Route } from '../fields/route-fields.js';
import { type RouteResponse, ROUTE_RESPONSE_FIELDS } from '../fields/route-response-fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { deployAutomatically } from './deployments.js';
import { checkModelNames } from './models.js';
import { newResourceId } from './resource-id.js';

/** The route that the responses belong to. */
interface ParentRoute {
  readonly resources: ApiResources;
  readonly route: Route;
}

/**
 * Route responses: a route that has one is two-way. Models and parameters are stored and returned without effect: AWS
 * does not check its responses by them either, and a frame has no headers.
 */
export const routeResponses: ResourceCollection<ParentRoute, RouteResponse> = {
  resourceType: 'RouteResponse',

  items: (parent) => responsesOf(parent),
  write: (response) => writeFields(ROUTE_RESPONSE_FIELDS, response),

  create(parent, input) {
    const values = requireFields(readFields(ROUTE_RESPONSE_FIELDS, input), 'RouteResponseKey');
    return put(parent, {
      ...values,
      RouteResponseId: newResourceId('RouteResponse', responsesOf(parent)),
    });
  },

  update(parent, response, input) {
    const { ResponseParameters, ...values } = readFields(ROUTE_RESPONSE_FIELDS, input);
    return put(parent, {
      ...response,
      ...values,
      ...(ResponseParameters && {
        ResponseParameters: mergeMap(response.ResponseParameters, ResponseParameters),
      }),
    });
  },

  delete(parent, { RouteResponseId }) {
    const responses = new Map(responsesOf(parent));
    responses.delete(RouteResponseId);
    parent.resources.routeResponses.set(parent.route.RouteId, responses);
    deployAutomatically(parent.resources);
  },
};

const responsesOf = ({ resources, route }: ParentRoute): ReadonlyMap<string, RouteResponse> =>
  resources.routeResponses.get(route.RouteId) ?? new Map();

function put(parent: ParentRoute, requested: RouteResponse): RouteResponse {
  const { resources, route } = parent;
  const response = withoutEmpty(requested);
  checkKey(parent, response);
  checkModelNames(resources, 'ResponseModels', response.ResponseModels);
  for (const key of Object.keys(response.ResponseParameters ?? {})) {
    if (!RESPONSE_HEADER.test(key)) {
      throw badRequest(`ResponseParameters: '${key}' is not of the form route.response.header.NAME`);
    }
  }
  const { ModelSelectionExpression: selection } = response;
  if (selection !== undefined) {
    checkExpression('ModelSelectionExpression: ', () => parseSelectionExpression(selection, 'response'));
  }
  resources.routeResponses.set(
    route.RouteId,
    new Map(responsesOf(parent)).set(response.RouteResponseId, response),
  );
  deployAutomatically(resources);
  return response;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html */
function checkKey(parent: ParentRoute, { RouteResponseKey: key, RouteResponseId: id }: RouteResponse): void {
  if (key !== '$default') throw badRequest(`RouteResponseKey '${key}': the only one allowed is $default`);
  if (
    responsesOf(parent)
      .values()
      .some((other) => other.RouteResponseId !== id)
  ) {
    throw conflict(`Route response with key ${key} already exists for this route`);
  }
}
