import { LIMITS } from '../../limits.js';
import { type Collection, mergeMap, withoutEmpty } from '../operations/resource-collection.js';
import { checkIntegration } from './check-integration.js';
import { conflict } from '../control-error.js';
import { type ApiResources } from '../control-plane.js';
import { deployAutomatically } from './deployments.js';
import {
  httpApisOnly,
  integer,
  mapOf,
  oneOf,
  readFields,
  requireFields,
  text,
  writeFields,
} from '../fields/fields.js';
import { newResourceId } from './resource-id.js';
import { type Integration } from '../resources.js';
import { functionOf, integrationId } from '../snapshot.js';
import { CONTENT_HANDLING, TEMPLATES } from '../fields/shared-fields.js';

const FIELDS = {
  IntegrationType: oneOf(['HTTP', 'HTTP_PROXY', 'MOCK', 'AWS', 'AWS_PROXY'] as const),
  IntegrationMethod: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ANY']),
  IntegrationUri: text({ min: 1, max: 2048 }),
  ConnectionType: oneOf(['INTERNET', 'VPC_LINK'] as const),
  ConnectionId: text({ min: 1, max: 1024 }),
  RequestParameters: mapOf(text({ max: 512 })),
  PassthroughBehavior: oneOf(['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'] as const),
  PayloadFormatVersion: oneOf(['1.0'] as const),
  // the model's type goes to 30,000, which is for HTTP APIs
  TimeoutInMillis: integer(50, 29_000),
  Description: text({ max: 1024 }),
  CredentialsArn: text({}),
  ContentHandlingStrategy: CONTENT_HANDLING,
  RequestTemplates: TEMPLATES,
  TemplateSelectionExpression: text({}),
  IntegrationSubtype: httpApisOnly(),
  ResponseParameters: httpApisOnly(),
  TlsConfig: httpApisOnly(),
};

export const integrations: Collection<ApiResources, Integration> = {
  resourceType: 'Integration',
  quota: { items: LIMITS.integrations, plural: 'Integrations' },

  items: (of) => of.integrations,
  write: (integration) => writeFields(FIELDS, integration),

  create(of, input) {
    const values = requireFields(readFields(FIELDS, input), 'IntegrationType');
    return put(of, {
      ConnectionType: 'INTERNET',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 29_000,
      // a Lambda function has no other method, and AWS's own templates leave it out:
      // https://github.com/aws-samples/simple-websockets-chat-app/blob/master/template.yaml
      ...(functionOf(values.IntegrationUri ?? '') !== undefined && { IntegrationMethod: 'POST' }),
      ...values,
      IntegrationId: newResourceId('Integration', of.integrations),
    });
  },

  update(of, { ConnectionId, ...integration }, input) {
    const values = readFields(FIELDS, input);
    const ConnectionType = values.ConnectionType ?? integration.ConnectionType;
    return put(of, {
      ...integration,
      // an integration that goes over to INTERNET leaves its link behind
      ...(ConnectionId !== undefined && ConnectionType === 'VPC_LINK' && { ConnectionId }),
      // [uncertain] templates are replaced as a whole: an empty string is a template by the model, so that it could
      // not remove one
      ...values,
      ...(values.RequestParameters && {
        RequestParameters: mergeMap(integration.RequestParameters, values.RequestParameters),
      }),
    });
  },

  delete(of, { IntegrationId }) {
    const users = of.routes.values().filter(({ Target }) => integrationId(Target) === IntegrationId);
    const routeIds = users.map(({ RouteId }) => RouteId).toArray();
    if (routeIds.length > 0) {
      // AWS's words: https://github.com/milliHQ/terraform-aws-next-js/issues/247
      throw conflict(
        `Cannot delete Integration because it is referenced by the following Routes with Ids: [${routeIds.join(', ')}]`,
      );
    }
    of.integrations.delete(IntegrationId);
    of.integrationResponses.delete(IntegrationId);
    deployAutomatically(of);
  },
};

function put(of: ApiResources, given: Integration): Integration {
  const { IntegrationResponseSelectionExpression: _, ...settings } = withoutEmpty(given);
  const selection = responseSelection(settings);
  const integration: Integration = {
    ...settings,
    ...(selection !== undefined && { IntegrationResponseSelectionExpression: selection }),
  };
  checkIntegration(of, integration);
  of.integrations.set(integration.IntegrationId, integration);
  deployAutomatically(of);
  return integration;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-responses.html */
function responseSelection({ IntegrationType, IntegrationUri = '' }: Integration): string | undefined {
  if (IntegrationType === 'HTTP_PROXY' || IntegrationType === 'AWS_PROXY') return undefined;
  const isLambda = IntegrationType === 'AWS' && functionOf(IntegrationUri) !== undefined;
  return isLambda ? '${integration.response.body.errorMessage}' : '${integration.response.statuscode}';
}
