import { HTTP_TEXTS } from '../../silent/http-control-choices.js';
import { badRequest } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { HttpApiResources } from '../http-api-resources.js';
import { type JsonObject, readFields, requireFields, type Values } from '../fields/fields.js';
import { createIn } from '../operations/resource-collection.js';
import { deployAutomatically } from '../resources/deployments.js';
import { newResourceId } from '../resources/resource-id.js';
import { functionOf } from '../snapshot.js';
import { type HttpApi, HTTP_API_FIELDS, HTTP_API_SETTINGS, QUICK_CREATE_FIELDS } from './http-api-fields.js';
import { type HttpIntegrationResource } from './http-integration-fields.js';
import { httpIntegrations, putHttpIntegration } from './http-integrations.js';
import { type HttpRouteResource } from './http-route-fields.js';
import { httpRoutes, putHttpRoute } from './http-routes.js';
import { httpStages } from './http-stages.js';

/** @throws {ControlError} 400 */
export function createHttpApi(plane: ControlPlane, input: JsonObject): HttpApiResources {
  const quick = readFields(QUICK_CREATE_FIELDS, input);
  const ApiId = newResourceId('Api', plane.apis);
  const api = httpApiOf(input, {
    ApiId,
    ApiEndpoint: `https://${ApiId}.execute-api.${plane.region}.amazonaws.com`,
    CreatedDate: plane.date(),
  });
  const resources = new HttpApiResources(plane, api);
  // before the API is visible, as a creation that is refused creates nothing
  if (quick.Target !== undefined) quickCreate(resources, quick.Target, quick);
  else if (quick.RouteKey !== undefined || quick.CredentialsArn !== undefined) {
    throw badRequest('RouteKey and CredentialsArn need a Target');
  }
  plane.apis.set(ApiId, resources);
  return resources;
}

/** @throws {ControlError} 400 */
export function httpApiOf(
  input: JsonObject,
  { ApiId, ApiEndpoint, CreatedDate }: Pick<HttpApi, 'ApiId' | 'ApiEndpoint' | 'CreatedDate'>,
): HttpApi {
  const api: HttpApi = {
    // H12.03
    ApiKeySelectionExpression: '$request.header.x-api-key',
    DisableExecuteApiEndpoint: false,
    IpAddressType: 'ipv4',
    RouteSelectionExpression: '$request.method $request.path',
    Tags: {},
    ...requireFields(readFields(HTTP_API_FIELDS, input), 'Name', 'ProtocolType'),
    ApiId,
    ApiEndpoint,
    CreatedDate,
  };
  checkCors(api);
  return withoutEmptyTexts(api);
}

/** @throws {ControlError} 400 */
export function updateHttpApi(resources: HttpApiResources, input: JsonObject): HttpApiResources {
  const quick = readFields(QUICK_CREATE_FIELDS, input);
  const api: HttpApi = { ...resources.api, ...readFields(HTTP_API_SETTINGS, input) };
  checkCors(api);
  if (Object.keys(quick).length > 0) quickUpdate(resources, quick);
  resources.api = withoutEmptyTexts(api);
  deployAutomatically(resources);
  return resources;
}

/** DeleteCorsConfiguration (H3.17); not an error for an API without one. */
export function deleteCorsConfiguration(resources: HttpApiResources): void {
  const { CorsConfiguration: _, ...api } = resources.api;
  resources.api = api;
  deployAutomatically(resources);
}

/** The parts of an API that were created with it (H12.04). */
export function managedParts({ routes, integrations, stages }: HttpApiResources) {
  return {
    integration: integrations.values().find(({ ApiGatewayManaged }) => ApiGatewayManaged),
    route: routes.values().find(({ ApiGatewayManaged }) => ApiGatewayManaged),
    stage: stages.get('$default'),
  };
}

type QuickCreate = Values<typeof QUICK_CREATE_FIELDS>;

/** Creates an integration, a route and the stage `$default` (H12.04). */
function quickCreate(resources: HttpApiResources, target: string, quick: QuickCreate): void {
  const { IntegrationId, ...integration } = createIn(httpIntegrations, resources, {
    ...targetInput(target),
    ...(quick.CredentialsArn !== undefined && { credentialsArn: quick.CredentialsArn }),
  });
  const managed: HttpIntegrationResource = { ...integration, IntegrationId, ApiGatewayManaged: true };
  putHttpIntegration(resources, managed);
  const route = createIn(httpRoutes, resources, {
    routeKey: quick.RouteKey ?? '$default',
    target: `integrations/${IntegrationId}`,
  });
  const managedRoute: HttpRouteResource = { ...route, ApiGatewayManaged: true };
  putHttpRoute(resources, managedRoute);
  const stage = createIn(httpStages, resources, { stageName: '$default', autoDeploy: true });
  resources.stages.set('$default', { ...stage, ApiGatewayManaged: true });
}

function quickUpdate(resources: HttpApiResources, quick: QuickCreate): void {
  const { integration, route } = managedParts(resources);
  if (integration === undefined || route === undefined) throw badRequest(HTTP_TEXTS.notManaged);
  const { Target, RouteKey, CredentialsArn } = quick;
  if (RouteKey !== undefined) putHttpRoute(resources, { ...route, RouteKey });
  const change = {
    ...(Target !== undefined && targetInput(Target)),
    ...(CredentialsArn !== undefined && { credentialsArn: CredentialsArn }),
  };
  if (Object.keys(change).length > 0) httpIntegrations.update?.(resources, integration, change);
}

/** The integration for a target, in wire format. */
function targetInput(target: string): JsonObject {
  const isFunction = /^arn:[^:]+:lambda:/.test(target) || functionOf(target) !== undefined;
  return isFunction
    ? {
        integrationType: 'AWS_PROXY',
        integrationUri: target,
        integrationMethod: 'POST',
        payloadFormatVersion: '2.0',
      }
    : {
        integrationType: 'HTTP_PROXY',
        integrationUri: target,
        integrationMethod: 'ANY',
        payloadFormatVersion: '1.0',
      };
}

function checkCors({ CorsConfiguration: cors }: HttpApi): void {
  if (!cors?.AllowCredentials || !cors.AllowOrigins?.includes('*')) return;
  // AWS's text (H3.11)
  throw badRequest("allow-credentials is not supported if 'allow-origin' is *");
}

/** An empty description or version removes it. */
function withoutEmptyTexts({ Description, Version, ...api }: HttpApi): HttpApi {
  return { ...api, ...(Description && { Description }), ...(Version && { Version }) };
}
