import { parseHttpRequestMapping, parseHttpResponseMapping } from '../../mapping/http-parameters.js';
import {
  type HttpAuthorization,
  type HttpCors,
  type HttpIntegration,
  type HttpRoute,
  type HttpSnapshot,
} from '../http-snapshot.js';
import { integrationId } from '../snapshot.js';
import { type HttpApi } from './http-api-fields.js';
import { type HttpIntegrationResource } from './http-integration-fields.js';
import { type HttpRouteResource } from './http-route-fields.js';
import { parseRouteKey } from './route-key.js';

/** The resources of one HTTP API that a deployment freezes, each by its id. */
export interface DeployableHttpApi {
  readonly api: HttpApi;
  readonly routes: ReadonlyMap<string, HttpRouteResource>;
  readonly integrations: ReadonlyMap<string, HttpIntegrationResource>;
}

/** @throws {ExpressionError} an expression that is not valid; the control plane refuses those before */
export function takeHttpSnapshot({ api, routes, integrations }: DeployableHttpApi): HttpSnapshot {
  // an integration that several routes share is parsed once
  const deployed = new Map(integrations.entries().map(([id, item]) => [id, deployIntegration(item)]));
  return {
    routes: routes
      .values()
      .map((route) => deployRoute(route, deployed))
      .toArray(),
    cors: deployCors(api),
    isExecuteApiEndpointDisabled: api.DisableExecuteApiEndpoint,
  };
}

function deployRoute(
  route: HttpRouteResource,
  integrations: ReadonlyMap<string, HttpIntegration>,
): HttpRoute {
  return {
    routeKey: route.RouteKey,
    pattern: parseRouteKey(route.RouteKey),
    authorization: deployAuthorization(route),
    integration: integrations.get(integrationId(route.Target) ?? ''),
  };
}

function deployAuthorization({
  RouteKey,
  AuthorizationType,
  AuthorizerId,
}: HttpRouteResource): HttpAuthorization {
  if (AuthorizationType === 'NONE' || AuthorizationType === 'AWS_IAM') return { kind: AuthorizationType };
  const kind = AuthorizationType === 'JWT' ? 'a JWT authorizer' : 'a Lambda authorizer';
  return {
    kind: 'NOT_SERVED',
    reason: `the route ${RouteKey} is protected by ${kind} (${AuthorizerId}), which this gateway does not serve yet for HTTP APIs`,
  };
}

function deployIntegration(integration: HttpIntegrationResource): HttpIntegration {
  const { IntegrationType, IntegrationSubtype, ConnectionId, TlsConfig } = integration;
  const method = integration.IntegrationMethod ?? 'ANY';
  const uri = integration.IntegrationUri ?? '';
  if (IntegrationSubtype !== undefined) {
    const reason = `the integration subtype ${IntegrationSubtype} is not served by this gateway yet`;
    // its RequestParameters are those of the action
    return { ...deployBase({ ...integration, RequestParameters: {} }), kind: 'unserved', reason };
  }
  const base = deployBase(integration);
  if (IntegrationType === 'AWS_PROXY') {
    return { ...base, kind: 'function', uri, payloadFormatVersion: integration.PayloadFormatVersion };
  }
  if (ConnectionId === undefined) return { ...base, kind: 'url', method, uri };
  const tls = TlsConfig && { serverNameToVerify: TlsConfig.ServerNameToVerify };
  return { ...base, kind: 'private', method, uri, vpcLinkId: ConnectionId, tls };
}

function deployBase({ RequestParameters, ResponseParameters, TimeoutInMillis }: HttpIntegrationResource) {
  const responses = Object.entries(ResponseParameters ?? {}).map(
    ([status, mappings]) =>
      [
        Number(status),
        Object.entries(mappings).map(([key, value]) => parseHttpResponseMapping(key, value)),
      ] as const,
  );
  return {
    requestParameters: Object.entries(RequestParameters ?? {}).map(([key, value]) =>
      parseHttpRequestMapping(key, value),
    ),
    responseParameters: new Map(responses),
    timeoutMs: TimeoutInMillis,
  };
}

function deployCors({ CorsConfiguration: cors }: HttpApi): HttpCors | undefined {
  return (
    cors && {
      allowOrigins: cors.AllowOrigins ?? [],
      allowMethods: cors.AllowMethods ?? [],
      allowHeaders: cors.AllowHeaders ?? [],
      exposeHeaders: cors.ExposeHeaders ?? [],
      maxAge: cors.MaxAge,
      allowCredentials: cors.AllowCredentials ?? false,
    }
  );
}
