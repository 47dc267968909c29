import { parseSource } from '../mapping/parameters.js';
import { type Collection, mergeMap } from './collection.js';
import { badRequest, conflict, notFound } from './control-error.js';
import { type ApiResources } from './control-plane.js';
import { deployAutomatically } from './deployments.js';
import { checked } from './expression.js';
import {
  flag,
  mapOf,
  notServed,
  oneOf,
  readFields,
  requireFields,
  structure,
  text,
  writeFields,
} from './fields.js';
import { newResourceId } from './resource-id.js';
import { type Route } from './resources.js';
import { integrationId } from './snapshot.js';

const FIELDS = {
  RouteKey: text({ min: 1 }),
  Target: text({ min: 1, max: 128 }),
  RequestParameters: mapOf(structure({ Required: flag() })),
  AuthorizationType: oneOf(['NONE'] as const, ['AWS_IAM', 'CUSTOM', 'JWT']),
  ApiKeyRequired: oneOf([false] as const, [true]),
  OperationName: text({ min: 1, max: 64 }),
  AuthorizationScopes: notServed(),
  AuthorizerId: notServed(),
  ModelSelectionExpression: notServed(),
  RequestModels: notServed(),
  RouteResponseSelectionExpression: notServed(),
};

export const routes: Collection<ApiResources, Route> = {
  resourceType: 'Route',

  items: (of) => of.routes,
  write: (route) => writeFields(FIELDS, route),

  create(of, input) {
    const { RequestParameters, ...values } = requireFields(readFields(FIELDS, input), 'RouteKey');
    return put(of, {
      ApiKeyRequired: false,
      AuthorizationType: 'NONE',
      ...values,
      ...(RequestParameters && { RequestParameters: withDefaults(RequestParameters) }),
      RouteId: newResourceId('Route', of.routes),
    });
  },

  update(of, route, input) {
    const { RequestParameters, ...values } = readFields(FIELDS, input);
    return put(of, {
      ...route,
      ...values,
      // [uncertain] merged, as in an integration: AWS documents neither, but a parameter has a delete operation of its
      // own, and Terraform calls it for each parameter that is gone before it sends the others
      ...(RequestParameters && {
        RequestParameters: mergeMap(route.RequestParameters, withDefaults(RequestParameters)),
      }),
    });
  },

  delete(of, { RouteId }) {
    of.routes.delete(RouteId);
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

function put(of: ApiResources, route: Route): Route {
  checkRouteKey(of, route);
  checkTarget(of, route);
  checkRequestParameters(route);
  of.routes.set(route.RouteId, route);
  deployAutomatically(of);
  return route;
}

type RequestParameters = NonNullable<Route['RequestParameters']>;

const withDefaults = (parameters: Readonly<Record<string, Partial<RequestParameters[string]>>>) =>
  Object.fromEntries(
    Object.entries(parameters).map(([key, { Required = false }]) => [key, { Required }]),
  ) satisfies RequestParameters;

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
