import { LIMITS } from '../../limits.js';
import { hasConnectionId, withoutEmpty } from '../../silent/control-choices.js';
import {
  FUNCTION_METHOD,
  HTTP_PROXY_PAYLOAD,
  HTTP_TEXTS,
  mergeMappings,
  mergeResponseMappings,
} from '../../silent/http-control-choices.js';
import { badRequest } from '../control-error.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { deployAutomatically } from '../resources/deployments.js';
import { requireUnused } from '../resources/integration-in-use.js';
import { newResourceId } from '../resources/resource-id.js';
import { checkHttpIntegration } from './check-http-integration.js';
import { HTTP_INTEGRATION_FIELDS, type HttpIntegrationResource } from './http-integration-fields.js';

export const httpIntegrations: ResourceCollection<HttpApiResources, HttpIntegrationResource> = {
  resourceType: 'Integration',
  quota: { items: LIMITS.integrations, plural: 'Integrations' },

  items: (resources) => resources.integrations,
  write: (integration) => writeFields(HTTP_INTEGRATION_FIELDS, integration),

  create(resources, input) {
    const values = requireFields(readFields(HTTP_INTEGRATION_FIELDS, input), 'IntegrationType');
    const { IntegrationType, IntegrationSubtype, PayloadFormatVersion } = values;
    const isFunction = IntegrationType === 'AWS_PROXY' && IntegrationSubtype === undefined;
    // H6.03
    if (IntegrationType === 'AWS_PROXY' && PayloadFormatVersion === undefined) {
      throw badRequest('PayloadFormatVersion is missing: AWS_PROXY needs it');
    }
    return putHttpIntegration(resources, {
      // H12.05
      ConnectionType: 'INTERNET',
      PayloadFormatVersion: HTTP_PROXY_PAYLOAD,
      TimeoutInMillis: LIMITS.httpIntegrationTimeoutMs.max,
      ...(isFunction && { IntegrationMethod: FUNCTION_METHOD }),
      ...values,
      IntegrationId: newResourceId('Integration', resources.integrations),
    });
  },

  update(resources, { ConnectionId, TlsConfig, ...integration }, input) {
    const { RequestParameters, ResponseParameters, ...values } = readFields(HTTP_INTEGRATION_FIELDS, input);
    const isPrivate = hasConnectionId(values.ConnectionType ?? integration.ConnectionType);
    return putHttpIntegration(resources, {
      ...integration,
      // an update to INTERNET drops them: a request could not remove them
      ...(ConnectionId !== undefined && isPrivate && { ConnectionId }),
      ...(TlsConfig && isPrivate && { TlsConfig }),
      ...values,
      // H12.14
      ...(RequestParameters && {
        RequestParameters: mergeMappings(integration.RequestParameters, RequestParameters),
      }),
      ...(ResponseParameters && {
        ResponseParameters: mergeResponseMappings(integration.ResponseParameters, ResponseParameters),
      }),
    });
  },

  delete(resources, { IntegrationId, ApiGatewayManaged }) {
    if (ApiGatewayManaged) throw badRequest(HTTP_TEXTS.managed(`Integration ${IntegrationId}`));
    requireUnused(resources.routes, IntegrationId);
    resources.integrations.delete(IntegrationId);
    deployAutomatically(resources);
  },
};

/** Creates or replaces an integration, and deploys it where that is automatic. */
export function putHttpIntegration(
  resources: HttpApiResources,
  requested: HttpIntegrationResource,
): HttpIntegrationResource {
  const integration = withoutEmpty(requested);
  checkHttpIntegration(resources, integration);
  resources.integrations.set(integration.IntegrationId, integration);
  deployAutomatically(resources);
  return integration;
}
