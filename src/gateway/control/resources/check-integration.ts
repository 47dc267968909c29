import { parseParameterMapping } from '../../mapping/request-parameters.js';
import { parseSelectionExpression } from '../../mapping/selection-expression.js';
import { LAMBDA_INTEGRATION_METHOD } from '../../silent/control-choices.js';
import { badRequest, unknownReference } from '../control-error.js';
import { type ApiResources } from '../api-resources.js';
import { checkExpression } from '../fields/check-expression.js';
import { type Integration } from '../fields/integration-fields.js';
import { functionOf } from '../snapshot.js';
import { checkCredentials, checkUrlText, STAGE_VARIABLE } from './integration-texts.js';

/**
 * Checks what an integration of each type must and must not have.
 *
 * @throws {ControlError} 400
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
 */
export function checkIntegration(resources: ApiResources, integration: Integration): void {
  switch (integration.IntegrationType) {
    case 'HTTP':
    case 'HTTP_PROXY':
      checkUrl(integration);
      break;
    case 'AWS':
    case 'AWS_PROXY':
      checkAction(integration);
      break;
    case 'MOCK':
      break;
    default:
      integration.IntegrationType satisfies never;
  }
  checkConnection(resources, integration);
  checkCredentials(integration.CredentialsArn);
  for (const [destination, source] of Object.entries(integration.RequestParameters ?? {})) {
    checkExpression('Invalid mapping expression specified: ', () =>
      parseParameterMapping(destination, source),
    );
  }
  const { TemplateSelectionExpression } = integration;
  if (TemplateSelectionExpression !== undefined) {
    checkExpression('TemplateSelectionExpression: ', () =>
      parseSelectionExpression(TemplateSelectionExpression, 'request'),
    );
  }
}

/** An http(s) URL; a stage variable may stand for any part of it. */
function checkUrl({ IntegrationType, IntegrationMethod, IntegrationUri }: Integration): void {
  if (IntegrationMethod === undefined)
    throw badRequest(`IntegrationMethod is missing: ${IntegrationType} needs it`);
  if (IntegrationUri === undefined)
    throw badRequest(`IntegrationUri is missing: ${IntegrationType} needs it`);
  checkUrlText(IntegrationUri);
}

const ACTION = /^arn:[^:]+:apigateway:[^:]+:[^:]+:(?:path|action)\/./;

/** An action of an AWS service; for `AWS_PROXY` only the invocation of a Lambda function. */
function checkAction({ IntegrationType, IntegrationMethod, IntegrationUri }: Integration): void {
  if (IntegrationUri === undefined)
    throw badRequest(`IntegrationUri is missing: ${IntegrationType} needs it`);
  const isLambda = functionOf(IntegrationUri) !== undefined;
  if (!isLambda && (IntegrationType === 'AWS_PROXY' || !ACTION.test(IntegrationUri))) {
    const form =
      IntegrationType === 'AWS_PROXY'
        ? 'arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function-arn}/invocations'
        : 'arn:aws:apigateway:{region}:{service}:path/{path} or :action/{action}';
    throw badRequest(`IntegrationUri '${IntegrationUri}' is not of the form ${form}`);
  }
  if (IntegrationMethod === undefined)
    throw badRequest(`IntegrationMethod is missing: ${IntegrationType} needs it`);
  if (isLambda && IntegrationMethod !== LAMBDA_INTEGRATION_METHOD) {
    throw badRequest(
      `IntegrationMethod '${IntegrationMethod}': a Lambda function is invoked by ${LAMBDA_INTEGRATION_METHOD}`,
    );
  }
}

/**
 * The model says that a ConnectionId is for HTTP APIs only; AWS also accepts it for WebSocket APIs, as a v1 link.
 *
 * @see https://repost.aws/knowledge-center/api-gateway-vpc-link-integration
 */
function checkConnection(resources: ApiResources, integration: Integration): void {
  const { ConnectionType, ConnectionId, IntegrationType } = integration;
  if (ConnectionType === 'INTERNET') {
    if (ConnectionId === undefined) return;
    throw badRequest(`ConnectionId '${ConnectionId}' needs the ConnectionType VPC_LINK, not INTERNET`);
  }
  if (IntegrationType !== 'HTTP' && IntegrationType !== 'HTTP_PROXY') {
    throw badRequest(`ConnectionType VPC_LINK is for HTTP and HTTP_PROXY, not ${IntegrationType}`);
  }
  if (ConnectionId === undefined) {
    throw badRequest('ConnectionType VPC_LINK needs a ConnectionId: the id of a v1 VPC link');
  }
  const isVariable = new RegExp(`^${STAGE_VARIABLE}$`).test(ConnectionId);
  if (isVariable || resources.plane.vpcLink(ConnectionId) !== undefined) return;
  throw unknownReference(
    'ConnectionId',
    'VpcLink',
    `ConnectionId '${ConnectionId}' is neither a v1 VPC link (aws apigateway create-vpc-link) nor \${stageVariables.NAME}; links of apigatewayv2 are for HTTP APIs only`,
  );
}
