import { LIMITS } from '../../limits.js';
import { badRequest } from '../control-error.js';
import { flag, listOf, oneOf, text, webSocketApisOnly } from '../fields/field-kinds.js';
import { type Field, type Stored } from '../fields/fields.js';

export const HTTP_ROUTE_FIELDS = {
  /** `METHOD /path` or `$default` (H2.01). */
  RouteKey: text({ min: 1 }),
  /** `integrations/{IntegrationId}` */
  Target: text({ max: 128 }),
  AuthorizationType: oneOf(['NONE', 'AWS_IAM', 'CUSTOM', 'JWT'] as const),
  /** Only with `CUSTOM` and `JWT`. */
  AuthorizerId: text({}),
  /** Only with `JWT` (H9.06). */
  AuthorizationScopes: authorizationScopes(),
  /** Part of every response (H12.08); HTTP APIs have no API keys (H1.02). */
  ApiKeyRequired: neverTrue(),
  OperationName: text({ max: 64 }),
  ModelSelectionExpression: webSocketApisOnly(),
  RequestModels: webSocketApisOnly(),
  RequestParameters: webSocketApisOnly(),
  RouteResponseSelectionExpression: webSocketApisOnly(),
};

export type HttpRouteResource = Stored<
  typeof HTTP_ROUTE_FIELDS,
  'RouteKey' | 'AuthorizationType' | 'ApiKeyRequired'
> & {
  readonly RouteId: string;
  /** Only of a route that was created with its API (H12.04). */
  readonly ApiGatewayManaged?: true;
};

function authorizationScopes(): Field<readonly string[]> {
  const field = listOf(text({ min: 1, max: 64 }));
  return {
    ...field,
    read(value, path) {
      const scopes = field.read(value, path);
      if (scopes.length <= LIMITS.authorizationScopes) return scopes;
      throw badRequest(
        `${path} has ${scopes.length} members; a route has at most ${LIMITS.authorizationScopes}`,
      );
    },
  };
}

function neverTrue(): Field<boolean> {
  const field = flag();
  return {
    ...field,
    read(value, path) {
      return field.read(value, path) ? webSocketApisOnly().read(value, path) : false;
    },
  };
}
