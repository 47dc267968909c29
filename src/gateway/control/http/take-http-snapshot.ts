import { ExpressionError } from '../../mapping/expression-error.js';
import {
  parseHttpRequestMapping,
  parseHttpResponseMapping,
  parseIdentitySource,
} from '../../mapping/http-parameters.js';
import { AUTHORIZER_TTL_SECONDS } from '../../silent/http-control-choices.js';
import {
  type HttpAuthorization,
  type HttpCors,
  type HttpIntegration,
  type HttpRoute,
  type HttpSnapshot,
  type IdentitySource,
} from '../http-snapshot.js';
import { functionOf, integrationId } from '../snapshot.js';
import { type HttpApi } from './http-api-fields.js';
import { type HttpAuthorizer } from './http-authorizer-fields.js';
import { type HttpIntegrationResource } from './http-integration-fields.js';
import { type HttpRouteResource } from './http-route-fields.js';
import { parseRouteKey } from './route-key.js';
import { parseServiceParameters } from './service-parameters.js';

/** The resources of one HTTP API that a deployment freezes, each by its id. */
export interface DeployableHttpApi {
  readonly api: HttpApi;
  readonly routes: ReadonlyMap<string, HttpRouteResource>;
  readonly integrations: ReadonlyMap<string, HttpIntegrationResource>;
  readonly authorizers: ReadonlyMap<string, HttpAuthorizer>;
}

/** @throws {ExpressionError} an expression that is not valid; the control plane refuses those before */
export function takeHttpSnapshot({
  api,
  routes,
  integrations,
  authorizers,
}: DeployableHttpApi): HttpSnapshot {
  // an integration that several routes share is parsed once
  const deployed = new Map(integrations.entries().map(([id, item]) => [id, deployIntegration(item)]));
  return {
    routes: routes
      .values()
      .map((route) => deployRoute(route, deployed, authorizers))
      .toArray(),
    cors: deployCors(api),
    isExecuteApiEndpointDisabled: api.DisableExecuteApiEndpoint,
  };
}

function deployRoute(
  route: HttpRouteResource,
  integrations: ReadonlyMap<string, HttpIntegration>,
  authorizers: ReadonlyMap<string, HttpAuthorizer>,
): HttpRoute {
  return {
    routeKey: route.RouteKey,
    pattern: parseRouteKey(route.RouteKey),
    authorization: deployAuthorization(route, authorizers),
    integration: integrations.get(integrationId(route.Target) ?? ''),
  };
}

function deployAuthorization(
  { RouteKey, AuthorizationType, AuthorizerId = '', AuthorizationScopes = [] }: HttpRouteResource,
  authorizers: ReadonlyMap<string, HttpAuthorizer>,
): HttpAuthorization {
  if (AuthorizationType === 'NONE' || AuthorizationType === 'AWS_IAM') return { kind: AuthorizationType };
  const authorizer = authorizers.get(AuthorizerId);
  // the control plane refuses to delete an authorizer that a route has
  if (authorizer === undefined)
    throw new Error(`the authorizer ${AuthorizerId} of ${RouteKey} does not exist`);
  const identitySources = authorizer.IdentitySource.map(deployIdentitySource);
  if (AuthorizationType === 'JWT') {
    const { Issuer = '', Audience = [] } = authorizer.JwtConfiguration ?? {};
    const [identitySource] = identitySources;
    if (identitySource === undefined)
      throw new Error(`the authorizer ${AuthorizerId} has no identity source`);
    return {
      kind: 'JWT',
      authorizerId: AuthorizerId,
      identitySource,
      issuer: Issuer,
      audience: Audience,
      scopes: AuthorizationScopes,
    };
  }
  const uri = authorizer.AuthorizerUri ?? '';
  return {
    kind: 'CUSTOM',
    authorizerId: AuthorizerId,
    functionName: functionOf(uri) ?? uri,
    payloadFormatVersion: authorizer.AuthorizerPayloadFormatVersion ?? '1.0',
    hasSimpleResponses: authorizer.EnableSimpleResponses ?? false,
    ttlSeconds: authorizer.AuthorizerResultTtlInSeconds ?? AUTHORIZER_TTL_SECONDS,
    identitySources,
  };
}

function deployIdentitySource(text: string): IdentitySource {
  const variable = parseIdentitySource(text);
  if (variable === undefined) throw new ExpressionError(`'${text}' is not an identity source`);
  return { text, variable };
}

function deployIntegration(integration: HttpIntegrationResource): HttpIntegration {
  const { IntegrationType, IntegrationSubtype, ConnectionId, TlsConfig } = integration;
  const method = integration.IntegrationMethod ?? 'ANY';
  const uri = integration.IntegrationUri ?? '';
  if (IntegrationSubtype !== undefined) {
    const { RequestParameters = {}, ...others } = integration;
    const parameters = parseServiceParameters(RequestParameters);
    return { ...deployBase(others), kind: 'service', subtype: IntegrationSubtype, parameters };
  }
  const base = deployBase(integration);
  if (IntegrationType === 'AWS_PROXY') {
    return { ...base, kind: 'function', uri, payloadFormatVersion: integration.PayloadFormatVersion };
  }
  if (ConnectionId === undefined) return { ...base, kind: 'url', method, uri };
  const tls = TlsConfig && { serverNameToVerify: TlsConfig.ServerNameToVerify };
  return { ...base, kind: 'private', method, uri, vpcLinkId: ConnectionId, tls };
}

function deployBase({
  RequestParameters,
  ResponseParameters,
  TimeoutInMillis,
}: Pick<HttpIntegrationResource, 'RequestParameters' | 'ResponseParameters' | 'TimeoutInMillis'>) {
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
