import { LIMITS } from '../../limits.js';
import { withoutEmpty } from '../../silent/control-choices.js';
import { HTTP_TEXTS } from '../../silent/http-control-choices.js';
import { badRequest, conflict, unknownReference } from '../control-error.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { deployAutomatically } from '../resources/deployments.js';
import { newResourceId } from '../resources/resource-id.js';
import { integrationId } from '../snapshot.js';
import { HTTP_ROUTE_FIELDS, type HttpRouteResource } from './http-route-fields.js';
import { routeIdentity } from './route-key.js';

export const httpRoutes: ResourceCollection<HttpApiResources, HttpRouteResource> = {
  resourceType: 'Route',
  quota: { items: LIMITS.routes, plural: 'Routes' },

  items: (resources) => resources.routes,
  write: (route) => writeFields(HTTP_ROUTE_FIELDS, route),

  create(resources, input) {
    const values = requireFields(readFields(HTTP_ROUTE_FIELDS, input), 'RouteKey');
    return putHttpRoute(resources, {
      ApiKeyRequired: false,
      AuthorizationType: 'NONE',
      ...values,
      RouteId: newResourceId('Route', resources.routes),
    });
  },

  update(resources, { AuthorizerId, AuthorizationScopes, ...route }, input) {
    const values = readFields(HTTP_ROUTE_FIELDS, input);
    const { RouteKey = route.RouteKey, AuthorizationType = route.AuthorizationType } = values;
    if (route.ApiGatewayManaged && RouteKey !== route.RouteKey) {
      throw badRequest(HTTP_TEXTS.managed(`The key of route ${route.RouteId}`));
    }
    return putHttpRoute(resources, {
      ...route,
      // an update to another type drops them: a request could not remove them
      ...(AuthorizerId !== undefined && hasAuthorizer(AuthorizationType) && { AuthorizerId }),
      ...(AuthorizationScopes && AuthorizationType === 'JWT' && { AuthorizationScopes }),
      ...values,
    });
  },

  delete(resources, { RouteId }) {
    resources.routes.delete(RouteId);
    deployAutomatically(resources);
  },
};

/** Creates or replaces a route, and deploys it where that is automatic. */
export function putHttpRoute(resources: HttpApiResources, requested: HttpRouteResource): HttpRouteResource {
  const route = withoutEmpty(requested);
  checkRouteKey(resources, route);
  checkTarget(resources, route);
  checkAuthorization(resources, route);
  resources.routes.set(route.RouteId, route);
  deployAutomatically(resources);
  return route;
}

function checkRouteKey(resources: HttpApiResources, { RouteId, RouteKey }: HttpRouteResource): void {
  const identity = routeIdentity(RouteKey);
  const others = resources.routes.values().filter((other) => other.RouteId !== RouteId);
  if (others.some((other) => routeIdentity(other.RouteKey) === identity)) {
    throw conflict(HTTP_TEXTS.routeExists(RouteKey));
  }
}

function checkTarget(resources: HttpApiResources, { Target }: HttpRouteResource): void {
  if (Target === undefined || resources.integrations.has(integrationId(Target) ?? '')) return;
  throw unknownReference(
    'Target',
    'Integration',
    `Target '${Target}' is not an integration of this API; it must be integrations/{integrationId}`,
  );
}

const hasAuthorizer = (type: HttpRouteResource['AuthorizationType']) => type === 'CUSTOM' || type === 'JWT';

function checkAuthorization(resources: HttpApiResources, route: HttpRouteResource): void {
  const { AuthorizationType, AuthorizerId, AuthorizationScopes } = route;
  const authorizer = resources.authorizers.get(AuthorizerId ?? '');
  if (AuthorizationType === 'JWT' && authorizer?.AuthorizerType !== 'JWT') {
    // AWS's text (H9.15)
    throw badRequest(
      'Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.',
    );
  }
  if (AuthorizationType === 'CUSTOM' && authorizer?.AuthorizerType !== 'REQUEST') {
    throw badRequest(
      `AuthorizerId '${AuthorizerId ?? ''}' is not a REQUEST authorizer of this API; CUSTOM needs one`,
    );
  }
  // it would not be checked, and the route would be open
  if (AuthorizerId !== undefined && !hasAuthorizer(AuthorizationType)) {
    throw badRequest(
      `AuthorizerId '${AuthorizerId}' needs the AuthorizationType JWT or CUSTOM, not ${AuthorizationType}`,
    );
  }
  if (AuthorizationScopes && AuthorizationScopes.length > 0 && AuthorizationType !== 'JWT') {
    throw badRequest(`AuthorizationScopes needs the AuthorizationType JWT, not ${AuthorizationType}`);
  }
}
