import { type JsonObject } from '../fields/fields.js';
import { type HttpRouteResource } from '../http/http-route-fields.js';
import { type HttpApiConfiguration } from '../http-api-resources.js';
import { integrationId } from '../snapshot.js';
import { exportIntegration, isInline } from './export-components.js';
import { defined } from './scalars.js';

const ANY_METHOD = 'x-amazon-apigateway-any-method';

/** The routes, by path and method (H12.18). */
export function exportPaths(configuration: HttpApiConfiguration, includeExtensions: boolean): JsonObject {
  const paths = new Map<string, Record<string, unknown>>();
  for (const route of configuration.routes.values()) {
    const { path, method } = placeOf(route.RouteKey);
    const item = paths.get(path) ?? pathItem(path);
    paths.set(path, item);
    if (method !== ANY_METHOD || includeExtensions) {
      item[method] = exportOperation(configuration, route, includeExtensions);
    }
  }
  const isEmpty = (item: JsonObject) => Object.keys(item).every((key) => key === 'parameters');
  return Object.fromEntries([...paths].filter(([, item]) => !isEmpty(item)));
}

function placeOf(routeKey: string): { readonly path: string; readonly method: string } {
  if (routeKey === '$default') return { path: '/$default', method: ANY_METHOD };
  const [method = '', path = ''] = routeKey.split(' ');
  return { path, method: method === 'ANY' ? ANY_METHOD : method.toLowerCase() };
}

/** OpenAPI requires that the variables of the path are declared. */
function pathItem(path: string): Record<string, unknown> {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
  if (names.length === 0) return {};
  return {
    parameters: names.map((name) => ({
      name,
      in: 'path',
      // AWS's text
      description: `Generated path parameter for ${name}`,
      required: true,
      schema: { type: 'string' },
    })),
  };
}

function exportOperation(
  configuration: HttpApiConfiguration,
  route: HttpRouteResource,
  includeExtensions: boolean,
): JsonObject {
  const target = integrationId(route.Target);
  const integration = configuration.integrations.get(target ?? '');
  return defined({
    operationId: route.OperationName,
    responses: { default: { description: `Default response for ${route.RouteKey}` } },
    ...(includeExtensions && {
      security: securityOf(configuration, route),
      isDefaultRoute: route.RouteKey === '$default' || undefined,
      'x-amazon-apigateway-auth': route.AuthorizationType === 'AWS_IAM' ? { type: 'AWS_IAM' } : undefined,
      'x-amazon-apigateway-integration':
        integration &&
        (isInline(configuration, integration.IntegrationId)
          ? exportIntegration(integration)
          : { $ref: `#/components/x-amazon-apigateway-integrations/${integration.IntegrationId}` }),
    }),
  });
}

function securityOf(
  { authorizers }: HttpApiConfiguration,
  { AuthorizerId, AuthorizationScopes = [] }: HttpRouteResource,
): readonly JsonObject[] | undefined {
  const authorizer = authorizers.get(AuthorizerId ?? '');
  return authorizer && [{ [authorizer.Name]: AuthorizationScopes }];
}
