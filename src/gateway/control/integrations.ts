import { parseParameterMapping } from '../mapping/parameters.js';
import { type Collection, mergeMap } from './collection.js';
import { badRequest, conflict } from './control-error.js';
import { type ApiResources } from './control-plane.js';
import { deployAutomatically } from './deployments.js';
import { checked } from './expression.js';
import { integer, mapOf, notServed, oneOf, readFields, requireFields, text, writeFields } from './fields.js';
import { newResourceId } from './resource-id.js';
import { type Integration } from './resources.js';
import { integrationId } from './snapshot.js';

const FIELDS = {
  IntegrationType: oneOf(['HTTP_PROXY'] as const, ['HTTP', 'MOCK', 'AWS', 'AWS_PROXY']),
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
  ContentHandlingStrategy: notServed(),
  CredentialsArn: notServed(),
  IntegrationSubtype: notServed(),
  RequestTemplates: notServed(),
  ResponseParameters: notServed(),
  TemplateSelectionExpression: notServed(),
  TlsConfig: notServed(),
};

export const integrations: Collection<ApiResources, Integration> = {
  resourceType: 'Integration',

  items: (of) => of.integrations,
  write: (integration) => writeFields(FIELDS, integration),

  create(of, input) {
    const values = requireFields(
      readFields(FIELDS, input),
      'IntegrationType',
      'IntegrationMethod',
      'IntegrationUri',
    );
    return put(of, {
      ConnectionType: 'INTERNET',
      PassthroughBehavior: 'WHEN_NO_MATCH',
      PayloadFormatVersion: '1.0',
      TimeoutInMillis: 29_000,
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
    deployAutomatically(of);
  },
};

function put(of: ApiResources, integration: Integration): Integration {
  checkUri(integration);
  checkConnection(of, integration);
  for (const [destination, source] of Object.entries(integration.RequestParameters ?? {})) {
    checked('Invalid mapping expression specified: ', () => parseParameterMapping(destination, source));
  }
  of.integrations.set(integration.IntegrationId, integration);
  deployAutomatically(of);
  return integration;
}

const STAGE_VARIABLE = String.raw`\$\{stageVariables\.\w+\}`;

/** An http(s) URL in which stage variables may stand for any part. */
function checkUri({ IntegrationUri = '' }: Integration): void {
  const fail = (reason: string) => {
    throw badRequest(`IntegrationUri '${IntegrationUri}' ${reason}`);
  };
  // what could stand in their place: digits in a port, a letter elsewhere
  const example = IntegrationUri.replace(new RegExp(`^${STAGE_VARIABLE}(?!:)`), 'http://x')
    .replace(new RegExp(`^${STAGE_VARIABLE}`), 'http')
    .replace(new RegExp(`(?<=:\\d*)${STAGE_VARIABLE}`, 'g'), '1')
    .replace(new RegExp(STAGE_VARIABLE, 'g'), 'x');
  if (example.includes('${')) fail('holds a variable; only ${stageVariables.NAME} can stand in it');
  if (!/^https?:\/\//i.test(example) || !URL.canParse(example)) {
    fail('is no URL; it must be http://… or https://…, possibly with ${stageVariables.NAME}');
  }
}

/**
 * The model says that a ConnectionId is for HTTP APIs only; the API takes it for WebSocket APIs, as a v1 link.
 *
 * @see https://repost.aws/knowledge-center/api-gateway-vpc-link-integration
 */
function checkConnection(of: ApiResources, { ConnectionType, ConnectionId }: Integration): void {
  if (ConnectionType === 'INTERNET') {
    if (ConnectionId === undefined) return;
    throw badRequest(`ConnectionId '${ConnectionId}' needs the ConnectionType VPC_LINK, not INTERNET`);
  }
  if (ConnectionId === undefined) {
    throw badRequest('ConnectionType VPC_LINK needs a ConnectionId: the id of a v1 VPC link');
  }
  const isVariable = new RegExp(`^${STAGE_VARIABLE}$`).test(ConnectionId);
  if (isVariable || of.plane.vpcLink(ConnectionId) !== undefined) return;
  throw badRequest(
    `ConnectionId '${ConnectionId}' is no v1 VPC link (aws apigateway create-vpc-link) and no \${stageVariables.NAME}; links of apigatewayv2 serve HTTP APIs only`,
  );
}
