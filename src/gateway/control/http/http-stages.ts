import { badRequest } from '../control-error.js';
import { stageCollection } from '../resources/stages.js';
import { HTTP_STAGE_FIELDS, HTTP_STAGE_SETTINGS } from './http-stage-fields.js';

export const httpStages = stageCollection({
  settings: HTTP_STAGE_SETTINGS,
  fields: HTTP_STAGE_FIELDS,
  // H11.03
  presets: { AutoDeploy: false },
  defaultRouteSettings: { DetailedMetricsEnabled: false },
  checkFormat: checkAccessLogFormat,
});

/** The texts are AWS's (H11.11, H11.12). */
function checkAccessLogFormat(format: string): void {
  const errors = [
    ...(/\$context\.(requestId|extendedRequestId)\b/.test(format)
      ? []
      : [
          `Access Log format must include either $context.requestId or $context.extendedRequestId : '${format}'`,
        ]),
    ...(/[\r\n]/.test(format) ? [`Access Log format must be single line: '${format}'`] : []),
  ];
  if (errors.length > 0) {
    throw badRequest(`The following errors are found in Access Log Format: ${errors.join(', ')}`);
  }
  const unknown = [...format.matchAll(/\$context\.([\w.|-]+)/g)]
    // a dot that ends a sentence is text
    .map(([, name = '']) => name.replace(/\.+$/, ''))
    .filter((name) => !VARIABLES.has(name) && !/^authorizer\.[\w.-]+$/.test(name));
  if (unknown.length > 0) {
    const list = unknown.map((name) => `$context.${name}`).join(', ');
    throw badRequest(`The following context variables are not supported: [${list}]`);
  }
}

/** H11.14, besides those of authorizers; `resourcePath` is accepted and never filled (H11.12). */
const VARIABLES = new Set(
  [
    'accountId apiId awsEndpointRequestId awsEndpointRequestId2 customDomain.basePathMatched dataProcessed',
    'domainName domainPrefix error.message error.messageString error.responseType extendedRequestId httpMethod',
    'identity.accountId identity.caller identity.cognitoAuthenticationProvider',
    'identity.cognitoAuthenticationType identity.cognitoIdentityId identity.cognitoIdentityPoolId',
    'identity.principalOrgId identity.sourceIp identity.user identity.userAgent identity.userArn',
    'identity.clientCert.clientCertPem identity.clientCert.subjectDN identity.clientCert.issuerDN',
    'identity.clientCert.serialNumber identity.clientCert.validity.notBefore',
    'identity.clientCert.validity.notAfter integration.error integration.integrationStatus integration.latency',
    'integration.requestId integration.status integrationErrorMessage integrationLatency integrationStatus path',
    'protocol requestId requestTime requestTimeEpoch resourcePath responseLatency responseLength routeKey stage',
    'status',
  ].flatMap((line) => line.split(' ')),
);
