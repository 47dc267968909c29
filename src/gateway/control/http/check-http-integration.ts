import { parseHttpRequestMapping, parseHttpResponseMapping } from '../../mapping/http-parameters.js';
import { HTTP_TEXTS } from '../../silent/http-control-choices.js';
import { badRequest, unknownReference } from '../control-error.js';
import { type HttpApiResources } from '../http-api-resources.js';
import { checkExpression } from '../fields/check-expression.js';
import { checkCredentials, checkUrlText, STAGE_VARIABLE } from '../resources/integration-texts.js';
import { functionOf } from '../snapshot.js';
import { type HttpIntegrationResource } from './http-integration-fields.js';
import { INTEGRATION_SUBTYPES } from './integration-subtypes.js';
import { parseServiceParameters } from './service-parameters.js';

/**
 * Checks what an integration of each kind must and must not have.
 *
 * @throws {ControlError} 400
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html
 */
export function checkHttpIntegration(
  resources: HttpApiResources,
  integration: HttpIntegrationResource,
): void {
  const { IntegrationType, IntegrationSubtype, RequestParameters = {} } = integration;
  checkCredentials(integration.CredentialsArn);
  checkResponseParameters(integration);
  if (IntegrationType === 'HTTP_PROXY') checkProxy(resources, integration);
  else if (IntegrationSubtype === undefined) checkFunction(integration);
  else {
    checkSubtype(integration, IntegrationSubtype);
    return;
  }
  for (const [key, value] of Object.entries(RequestParameters)) {
    checkMapping(() => parseHttpRequestMapping(key, value));
  }
}

function checkProxy(resources: HttpApiResources, integration: HttpIntegrationResource): void {
  const { ConnectionType, IntegrationMethod, IntegrationUri, PayloadFormatVersion } = integration;
  if (integration.IntegrationSubtype !== undefined) {
    throw badRequest('IntegrationSubtype needs the IntegrationType AWS_PROXY, not HTTP_PROXY');
  }
  // H5.13
  if (IntegrationMethod === undefined) throw badRequest('IntegrationMethod is missing: HTTP_PROXY needs it');
  if (IntegrationUri === undefined) throw badRequest('IntegrationUri is missing: HTTP_PROXY needs it');
  // H5.14
  if (PayloadFormatVersion !== '1.0') {
    throw badRequest(
      `PayloadFormatVersion ${PayloadFormatVersion} is for Lambda functions; HTTP_PROXY has 1.0 only`,
    );
  }
  if (ConnectionType === 'VPC_LINK') checkPrivate(resources, integration, IntegrationUri);
  else {
    checkIsNotPrivate(integration);
    checkUrlText(IntegrationUri);
  }
}

/** H5.01 and H5.02. */
function checkPrivate(
  resources: HttpApiResources,
  { ConnectionId }: HttpIntegrationResource,
  uri: string,
): void {
  if (ConnectionId === undefined) {
    throw badRequest('ConnectionType VPC_LINK needs a ConnectionId: the id of a v2 VPC link');
  }
  const isVariable = new RegExp(`^${STAGE_VARIABLE}$`).test(ConnectionId);
  if (!isVariable && !resources.plane.httpVpcLinks.has(ConnectionId)) {
    throw unknownReference(
      'ConnectionId',
      'VpcLink',
      `ConnectionId '${ConnectionId}' is neither a v2 VPC link (aws apigatewayv2 create-vpc-link) nor \${stageVariables.NAME}; links of v1 are for REST and WebSocket APIs only`,
    );
  }
  if (PRIVATE_URI.test(uri) || uri.includes('${stageVariables.')) return;
  // AWS's text (H5.02)
  throw badRequest(
    'For VpcLink VPC_LINK, integration uri should be a valid ELB listener ARN or a valid Cloud Map service ARN.',
  );
}

const PRIVATE_URI =
  /^arn:[^:]+:(elasticloadbalancing:[^:]*:[^:]*:listener\/(app|net)\/[^/?]+\/[^/?]+\/[^/?]+|servicediscovery:[^:]*:[^:]*:service\/[^?]+(\?.*)?)$/;

/** H6.01 and H6.03. */
function checkFunction(integration: HttpIntegrationResource): void {
  const { IntegrationUri } = integration;
  if (IntegrationUri === undefined) throw badRequest('IntegrationUri is missing: AWS_PROXY needs it');
  checkIsNotPrivate(integration);
  const isFunction = functionOf(IntegrationUri) !== undefined || FUNCTION_ARN.test(IntegrationUri);
  if (isFunction || new RegExp(`^${STAGE_VARIABLE}$`).test(IntegrationUri)) return;
  throw badRequest(
    `IntegrationUri '${IntegrationUri}' is not the ARN of a Lambda function, arn:aws:lambda:{region}:{account}:function:{name}`,
  );
}

const FUNCTION_ARN = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:.+$/;

/** H7.01 to H7.06. Of the values only the expressions are checked: the rest is for the action. */
function checkSubtype(integration: HttpIntegrationResource, subtype: string): void {
  const { IntegrationUri, CredentialsArn, PayloadFormatVersion, RequestParameters = {} } = integration;
  const known = Object.hasOwn(INTEGRATION_SUBTYPES, subtype) ? INTEGRATION_SUBTYPES[subtype] : undefined;
  if (known === undefined) {
    throw badRequest(
      `IntegrationSubtype '${subtype}' is not one of ${Object.keys(INTEGRATION_SUBTYPES).join(', ')}`,
    );
  }
  checkIsNotPrivate(integration);
  const fail = (problem: string) => {
    throw badRequest(HTTP_TEXTS.subtypeParameters(subtype, problem));
  };
  if (IntegrationUri !== undefined) fail('it has no IntegrationUri');
  if (CredentialsArn === undefined) fail('it needs CredentialsArn, a role for API Gateway');
  if (PayloadFormatVersion !== '1.0') fail(`PayloadFormatVersion ${PayloadFormatVersion}; it has 1.0 only`);
  const missing = known.required.filter((name) => !Object.hasOwn(RequestParameters, name));
  if (missing.length > 0) fail(`RequestParameters lacks ${missing.join(', ')}`);
  const allowed = [...known.required, ...known.optional];
  const unknown = Object.keys(RequestParameters).find((name) => !allowed.includes(name));
  if (unknown !== undefined) fail(`'${unknown}' is not one of ${allowed.join(', ')}`);
  checkExpression(HTTP_TEXTS.selection, () => parseServiceParameters(RequestParameters));
}

function checkIsNotPrivate({
  ConnectionType,
  ConnectionId,
  TlsConfig,
  IntegrationType,
}: HttpIntegrationResource) {
  if (ConnectionType === 'VPC_LINK') {
    throw badRequest(`ConnectionType VPC_LINK is for HTTP_PROXY, not ${IntegrationType}`);
  }
  if (ConnectionId !== undefined) {
    throw badRequest(`ConnectionId '${ConnectionId}' needs the ConnectionType VPC_LINK, not INTERNET`);
  }
  if (TlsConfig !== undefined) throw badRequest('TlsConfig needs the ConnectionType VPC_LINK, not INTERNET');
}

function checkResponseParameters({ ResponseParameters = {} }: HttpIntegrationResource): void {
  for (const [status, mappings] of Object.entries(ResponseParameters)) {
    // H8.02
    if (!/^[2-5]\d\d$/.test(status)) {
      throw badRequest(`ResponseParameters: '${status}' is not a status from 200 to 599`);
    }
    for (const [key, value] of Object.entries(mappings)) {
      checkMapping(() => parseHttpResponseMapping(key, value));
    }
  }
}

const checkMapping = (parse: () => unknown) => checkExpression(HTTP_TEXTS.mapping, parse);
