import { LIMITS } from '../../limits.js';
import { type JsonObject } from '../fields/fields.js';
import { type HttpAuthorizer } from '../http/http-authorizer-fields.js';
import { type HttpIntegrationResource } from '../http/http-integration-fields.js';
import { type HttpApiConfiguration } from '../http-api-resources.js';
import { integrationId } from '../snapshot.js';
import { defined } from './scalars.js';

/** Authorizers, and the integrations that are not those of one route alone; `undefined` if there are none. */
export function exportComponents(configuration: HttpApiConfiguration): JsonObject | undefined {
  const schemes = configuration.authorizers
    .values()
    .map((item) => [item.Name, securityScheme(item)] as const);
  const integrations = configuration.integrations
    .values()
    .filter(({ IntegrationId }) => !isInline(configuration, IntegrationId))
    .map((item) => [item.IntegrationId, exportIntegration(item)] as const);
  const components = defined({
    securitySchemes: nonEmpty(Object.fromEntries(schemes)),
    'x-amazon-apigateway-integrations': nonEmpty(Object.fromEntries(integrations)),
  });
  return nonEmpty(components);
}

/** Whether the integration is written where its only route is. */
export const isInline = ({ routes }: HttpApiConfiguration, id: string): boolean =>
  routes
    .values()
    .filter(({ Target }) => integrationId(Target) === id)
    .toArray().length === 1;

const nonEmpty = (object: JsonObject) => (Object.keys(object).length === 0 ? undefined : object);

function securityScheme(authorizer: HttpAuthorizer): JsonObject {
  const { AuthorizerType, IdentitySource, JwtConfiguration } = authorizer;
  const extension = defined({
    type: AuthorizerType.toLowerCase(),
    identitySource: IdentitySource.length === 0 ? undefined : IdentitySource.join(','),
    jwtConfiguration: JwtConfiguration && {
      issuer: JwtConfiguration.Issuer,
      audience: JwtConfiguration.Audience ?? [],
    },
    authorizerUri: authorizer.AuthorizerUri,
    authorizerCredentials: authorizer.AuthorizerCredentialsArn,
    authorizerPayloadFormatVersion: authorizer.AuthorizerPayloadFormatVersion,
    authorizerResultTtlInSeconds: authorizer.AuthorizerResultTtlInSeconds,
    enableSimpleResponses: authorizer.EnableSimpleResponses,
    identityValidationExpression: authorizer.IdentityValidationExpression,
  });
  // OpenAPI requires flows, and the name of a header, which the extension has instead
  const scheme =
    AuthorizerType === 'JWT'
      ? { type: 'oauth2', flows: {} }
      : { type: 'apiKey', name: 'Unused', in: 'header' };
  return { ...scheme, 'x-amazon-apigateway-authorizer': extension };
}

/** H12.19. */
export function exportIntegration(integration: HttpIntegrationResource): JsonObject {
  const { TlsConfig, TimeoutInMillis } = integration;
  return defined({
    type: integration.IntegrationType.toLowerCase(),
    httpMethod: integration.IntegrationMethod,
    uri: integration.IntegrationUri,
    integrationSubtype: integration.IntegrationSubtype,
    credentials: integration.CredentialsArn,
    payloadFormatVersion: integration.PayloadFormatVersion,
    connectionType: integration.ConnectionType,
    connectionId: integration.ConnectionId,
    requestParameters: integration.RequestParameters,
    responseParameters: integration.ResponseParameters,
    // AWS's exports have it only if it differs
    timeoutInMillis: TimeoutInMillis === LIMITS.httpIntegrationTimeoutMs.max ? undefined : TimeoutInMillis,
    tlsConfig: TlsConfig && { serverNameToVerify: TlsConfig.ServerNameToVerify },
    description: integration.Description,
  });
}
