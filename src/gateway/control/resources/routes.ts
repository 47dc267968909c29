import { parseSource } from '../../mapping/request-parameters.js';
import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { LIMITS } from '../../limits.js';
import { type Collection, mergeMap, withoutEmpty } from '../operations/resource-collection.js';
import { badRequest, conflict, notFound } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { deployAutomatically } from './deployments.js';
import { checked } from '../fields/check-expression.js';
import { flag, httpApisOnly, oneOf, readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { checkModelNames, MODEL_NAMES } from './models.js';
import { DECLARATIONS, withRequired } from '../fields/parameter-declarations.js';
import { newResourceId } from './resource-id.js';
import { type Route } from '../resources.js';
import { integrationId } from '../snapshot.js';

const FIELDS = {
  RouteKey: text({ min: 1 }),
  Target: text({ max: 128 }),
  RequestParameters: DECLARATIONS,
  AuthorizationType: oneOf(['NONE', 'AWS_IAM', 'CUSTOM'] as const),
  AuthorizerId: text({}),
  ApiKeyRequired: flag(),
  OperationName: text({ max: 64 }),
  RequestModels: MODEL_NAMES,
  ModelSelectionExpression: text({}),
  RouteResponseSelectionExpression: text({}),
  AuthorizationScopes: httpApisOnly(),
};

export const routes: Collection<ApiResources, Route> = {
  resourceType: 'Route',
  quota: { items: LIMITS.routes, plural: 'Routes' },

  items: (of) => of.routes,
  write: (route) => writeFields(FIELDS, route),

  create(of, input) {
    const { RequestParameters, ...values } = requireFields(readFields(FIELDS, input), 'RouteKey');
    return put(of, {
      ApiKeyRequired: false,
      AuthorizationType: 'NONE',
      ...values,
      ...(RequestParameters && { RequestParameters: withRequired(RequestParameters) }),
      RouteId: newResourceId('Route', of.routes),
    });
  },

  update(of, route, input) {
    const { RequestParameters, ...values } = readFields(FIELDS, input);
    const { AuthorizerId, ...rest } = route;
    const AuthorizationType = values.AuthorizationType ?? route.AuthorizationType;
    return put(of, {
      ...rest,
      // a route that is no longer CUSTOM leaves its authorizer behind, also when nobody says so
      ...(AuthorizerId !== undefined && AuthorizationType === 'CUSTOM' && { AuthorizerId }),
      // [uncertain] models are replaced as a whole, as nothing says how one would be removed
      ...values,
      // [uncertain] merged, as in an integration: AWS documents neither, but a parameter has a delete operation of its
      // own, and Terraform calls it for each parameter that is gone before it sends the others
      ...(RequestParameters && {
        RequestParameters: mergeMap(route.RequestParameters, withRequired(RequestParameters)),
      }),
    });
  },

  delete(of, { RouteId }) {
    of.routes.delete(RouteId);
    of.routeResponses.delete(RouteId);
    deployAutomatically(of);
  },
};

/** @throws {ControlError} 404: the route declares no such parameter */
export function deleteRouteRequestParameter(of: ApiResources, route: Route, key: string): void {
  const { RequestParameters = {} } = route;
  if (!Object.hasOwn(RequestParameters, key)) {
    throw notFound('RouteRequestParameter', `Route ${route.RouteId} declares no request parameter '${key}'`);
  }
  const rest = Object.entries(RequestParameters).filter(([name]) => name !== key);
  put(of, { ...route, RequestParameters: Object.fromEntries(rest) });
}

function put(of: ApiResources, given: Route): Route {
  const route = withoutEmpty(given);
  checkRouteKey(of, route);
  checkTarget(of, route);
  checkRequestParameters(route);
  checkAuthorization(of, route);
  checkModelNames(of, 'RequestModels', route.RequestModels);
  checkSelections(route);
  of.routes.set(route.RouteId, route);
  deployAutomatically(of);
  return route;
}

function checkRouteKey(of: ApiResources, { RouteId, RouteKey }: Route): void {
  if (RouteKey.startsWith('$') && !['$connect', '$disconnect', '$default'].includes(RouteKey)) {
    // AWS's words to the semicolon: https://github.com/serverless/serverless/issues/9530
    throw badRequest(
      `The provided route key is not formatted properly; '${RouteKey}' begins with $, which only $connect, $disconnect and $default do`,
    );
  }
  if (of.routes.values().some((other) => other.RouteKey === RouteKey && other.RouteId !== RouteId)) {
    // AWS's words: https://github.com/serverless/serverless/issues/7260
    throw conflict(`Route with key ${RouteKey} already exists for this API`);
  }
}

function checkTarget(of: ApiResources, { Target }: Route): void {
  if (Target === undefined || of.integrations.has(integrationId(Target) ?? '')) return;
  throw badRequest(
    `Target '${Target}' names no integration of this API; it must be integrations/{integrationId}`,
  );
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-data-mapping.html */
function checkRequestParameters({ RouteKey, RequestParameters = {} }: Route): void {
  for (const key of Object.keys(RequestParameters)) {
    const { kind } = checked('RequestParameters: ', () => parseSource(key));
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
function checkAuthorization(of: ApiResources, route: Route): void {
  const { RouteKey, AuthorizationType, AuthorizerId, ApiKeyRequired } = route;
  if (RouteKey !== '$connect' && AuthorizationType !== 'NONE') {
    // AWS's words, recorded 2026-09
    throw badRequest('Currently, authorization is restricted to the $connect route only');
  }
  if (RouteKey !== '$connect' && ApiKeyRequired) {
    throw badRequest(`ApiKeyRequired: only the $connect route can ask for a key, not '${RouteKey}'`);
  }
  if (AuthorizationType === 'CUSTOM') {
    if (AuthorizerId !== undefined && of.authorizers.has(AuthorizerId)) return;
    throw badRequest(
      `AuthorizerId '${AuthorizerId ?? ''}' names no authorizer of this API; CUSTOM needs one`,
    );
  }
  // [uncertain] AWS may pass it over; whoever forgets AuthorizationType would then find the door open
  if (AuthorizerId !== undefined) {
    throw badRequest(
      `AuthorizerId '${AuthorizerId}' needs the AuthorizationType CUSTOM, not ${AuthorizationType}`,
    );
  }
}

function checkSelections({ ModelSelectionExpression, RouteResponseSelectionExpression }: Route): void {
  if (ModelSelectionExpression !== undefined) {
    checked('ModelSelectionExpression: ', () =>
      parseSelectionExpression(ModelSelectionExpression, 'request'),
    );
  }
  if (RouteResponseSelectionExpression !== undefined && RouteResponseSelectionExpression !== '$default') {
    throw badRequest(
      `RouteResponseSelectionExpression '${RouteResponseSelectionExpression}': $default is the only one there is`,
    );
  }
}
