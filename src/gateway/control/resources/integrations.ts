import { LIMITS } from '../../limits.js';
import {
  hasConnectionId,
  INTEGRATION_TIMEOUT_MS,
  LAMBDA_INTEGRATION_METHOD,
  mergeMap,
  withoutEmpty,
} from '../../silent/control-choices.js';
import { type ApiResources } from '../api-resources.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type Integration, INTEGRATION_FIELDS } from '../fields/integration-fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { functionOf } from '../snapshot.js';
import { checkIntegration } from './check-integration.js';
import { deployAutomatically } from './deployments.js';
import { requireUnused } from './integration-in-use.js';
import { newResourceId } from './resource-id.js';

export const integrations: ResourceCollection<ApiResources, Integration> = {
  resourceType: 'Integration',
  quota: { items: LIMITS.integrations, plural: 'Integrations' },

  items: (resources) => resources.integrations,
  write: (integration) => writeFields(INTEGRATION_FIELDS, integration),

  create(resources, input) {
    const values = requireFields(readFields(INTEGRATION_FIELDS, input), 'IntegrationType');
    return put(resources, {
      ConnectionType: 'INTERNET',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: INTEGRATION_TIMEOUT_MS.max,
      ...(functionOf(values.IntegrationUri ?? '') !== undefined && {
        IntegrationMethod: LAMBDA_INTEGRATION_METHOD,
      }),
      ...values,
      IntegrationId: newResourceId('Integration', resources.integrations),
    });
  },

  update(resources, { ConnectionId, ...integration }, input) {
    const values = readFields(INTEGRATION_FIELDS, input);
    const ConnectionType = values.ConnectionType ?? integration.ConnectionType;
    return put(resources, {
      ...integration,
      ...(ConnectionId !== undefined && hasConnectionId(ConnectionType) && { ConnectionId }),
      ...values,
      ...(values.RequestParameters && {
        RequestParameters: mergeMap(integration.RequestParameters, values.RequestParameters),
      }),
    });
  },

  delete(resources, { IntegrationId }) {
    requireUnused(resources.routes, IntegrationId);
    resources.integrations.delete(IntegrationId);
    resources.integrationResponses.delete(IntegrationId);
    deployAutomatically(resources);
  },
};

function put(resources: ApiResources, requested: Integration): Integration {
  const { IntegrationResponseSelectionExpression: _, ...settings } = withoutEmpty(requested);
  const selection = responseSelection(settings);
  const integration: Integration = {
    ...settings,
    ...(selection !== undefined && { IntegrationResponseSelectionExpression: selection }),
  };
  checkIntegration(resources, integration);
  resources.integrations.set(integration.IntegrationId, integration);
  deployAutomatically(resources);
  return integration;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html */
function responseSelection({ IntegrationType, IntegrationUri = '' }: Integration): string | undefined {
  if (IntegrationType === 'HTTP_PROXY' || IntegrationType === 'AWS_PROXY') return undefined;
  const isLambda = IntegrationType === 'AWS' && functionOf(IntegrationUri) !== undefined;
  return isLambda ? '${integration.response.body.errorMessage}' : '${integration.response.statuscode}';
}
