import { LIMITS } from '../../limits.js';
import { parseSource } from '../../mapping/request-parameters.js';
import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { hasAuthorizerId, mergeMap, withoutEmpty } from '../../silent/control-choices.js';
import { badRequest, conflict, notFound, unknownReference } from '../control-error.js';
import { type ApiResources } from '../api-resources.js';
import { checkExpression } from '../fields/check-expression.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type Route, ROUTE_FIELDS } from '../fields/route-fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { integrationId } from '../snapshot.js';
import { deployAutomatically } from './deployments.js';
import { checkModelNames } from './models.js';
import { newResourceId } from './resource-id.js';

export const routes: ResourceCollection<ApiResources, Route> = {
  resourceType: 'Route',
  // both C9
  unknownText: () => 'Invalid route identifier specified',
  updatedStatus: 201,
  quota: { items: LIMITS.routes, plural: 'Routes' },

  items: (resources) => resources.routes,
  write: (route) => writeFields(ROUTE_FIELDS, route),

  create(resources, input) {
    const values = requireFields(readFields(ROUTE_FIELDS, input), 'RouteKey');
    return put(resources, {
      ApiKeyRequired: false,
      AuthorizationType: 'NONE',
      ...values,
      RouteId: newResourceId('Route', resources.routes),
    });
  },

  update(resources, route, input) {
    const { RequestParameters, ...values } = readFields(ROUTE_FIELDS, input);
    const { AuthorizerId, ...rest } = route;
    const AuthorizationType = values.AuthorizationType ?? route.AuthorizationType;
    return put(resources, {
      ...rest,
      ...(AuthorizerId !== undefined && hasAuthorizerId(AuthorizationType) && { AuthorizerId }),
      ...values,
      ...(RequestParameters && {
        RequestParameters: mergeMap(route.RequestParameters, RequestParameters),
      }),
    });
  },

  delete(resources, { RouteId }) {
    resources.routes.delete(RouteId);
    resources.routeResponses.delete(RouteId);
    deployAutomatically(resources);
  },
};

/** @throws {ControlError} 404: the route declares no such parameter */
export function deleteRouteRequestParameter(resources: ApiResources, route: Route, key: string): void {
  const { RequestParameters = {} } = route;
  if (!Object.hasOwn(RequestParameters, key)) {
    throw notFound('RouteRequestParameter', `Route ${route.RouteId} declares no request parameter '${key}'`);
  }
  const rest = Object.entries(RequestParameters).filter(([name]) => name !== key);
  put(resources, { ...route, RequestParameters: Object.fromEntries(rest) });
}

function put(resources: ApiResources, requested: Route): Route {
  const route = withoutEmpty(requested);
  checkRouteKey(resources, route);
  checkTarget(resources, route);
  checkRequestParameters(route);
  checkAuthorization(resources, route);
  checkModelNames(resources, 'RequestModels', route.RequestModels);
  checkSelections(route);
  resources.routes.set(route.RouteId, route);
  deployAutomatically(resources);
  return route;
}

function checkRouteKey(resources: ApiResources, { RouteId, RouteKey }: Route): void {
  if (RouteKey.startsWith('$') && !['$connect', '$disconnect', '$default'].includes(RouteKey)) {
    // AWS's text up to the semicolon: https://github.com/serverless/serverless/issues/9530
    throw badRequest(
      `The provided route key is not formatted properly; '${RouteKey}' begins with $, which only $connect, $disconnect and $default do`,
    );
  }
  if (resources.routes.values().some((other) => other.RouteKey === RouteKey && other.RouteId !== RouteId)) {
    // AWS's text: https://github.com/serverless/serverless/issues/7260
    throw conflict(`Route with key ${RouteKey} already exists for this API`);
  }
}

function checkTarget(resources: ApiResources, { Target }: Route): void {
  if (Target === undefined || resources.integrations.has(integrationId(Target) ?? '')) return;
  throw unknownReference(
    'Target',
    'Integration',
    `Target '${Target}' is not an integration of this API; it must be integrations/{integrationId}`,
  );
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html */
function checkRequestParameters({ RouteKey, RequestParameters = {} }: Route): void {
  for (const key of Object.keys(RequestParameters)) {
    const { kind } = checkExpression('RequestParameters: ', () => parseSource(key));
    if (kind !== 'handshake') {
      throw badRequest(
        `RequestParameters: '${key}' needs no declaration; only route.request.{header|querystring}.NAME does`,
      );
    }
    if (RouteKey !== '$connect') {
      throw badRequest(
        `RequestParameters: '${key}' is read from the client's handshake, which only the $connect route sees, not '${RouteKey}'`,
      );
    }
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html */
function checkAuthorization(resources: ApiResources, route: Route): void {
  const { RouteKey, AuthorizationType, AuthorizerId } = route;
  if (RouteKey !== '$connect' && AuthorizationType !== 'NONE') {
    // AWS's text, recorded 2026-09
    throw badRequest('Currently, authorization is restricted to the $connect route only');
  }
  if (hasAuthorizerId(AuthorizationType)) {
    if (AuthorizerId !== undefined && resources.authorizers.has(AuthorizerId)) return;
    throw badRequest(
      `AuthorizerId '${AuthorizerId ?? ''}' is not an authorizer of this API; CUSTOM needs one`,
    );
  }
  if (AuthorizerId !== undefined) {
    throw badRequest(
      `AuthorizerId '${AuthorizerId}' needs the AuthorizationType CUSTOM, not ${AuthorizationType}`,
    );
  }
}

function checkSelections({ ModelSelectionExpression, RouteResponseSelectionExpression }: Route): void {
  if (ModelSelectionExpression !== undefined) {
    checkExpression('ModelSelectionExpression: ', () =>
      parseSelectionExpression(ModelSelectionExpression, 'request'),
    );
  }
  if (RouteResponseSelectionExpression !== undefined && RouteResponseSelectionExpression !== '$default') {
    throw badRequest(
      `RouteResponseSelectionExpression '${RouteResponseSelectionExpression}': the only one allowed is $default`,
    );
  }
}
