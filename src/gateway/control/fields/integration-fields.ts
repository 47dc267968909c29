import { INTEGRATION_TIMEOUT_MS } from '../../silent/control-choices.js';
import { httpApisOnly, integer, mapOf, oneOf, text } from './field-kinds.js';
import { type Stored } from './fields.js';
import { CONTENT_HANDLING, TEMPLATES } from './shared-fields.js';

export const INTEGRATION_FIELDS = {
  IntegrationType: oneOf(['HTTP', 'HTTP_PROXY', 'MOCK', 'AWS', 'AWS_PROXY'] as const),
  /** Absent for `MOCK`. */
  IntegrationMethod: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ANY']),
  /** Absent for `MOCK`, or empty (C11). An http(s) URL, or `arn:aws:apigateway:{region}:{service}:…`. */
  IntegrationUri: text({ max: 2048 }),
  ConnectionType: oneOf(['INTERNET', 'VPC_LINK'] as const),
  /** Id of a v1 VPC link, or `${stageVariables.NAME}`. */
  ConnectionId: text({ min: 1, max: 1024 }),
  /** Destination → source, such as `integration.request.header.ConnectionId` → `context.connectionId`. */
  RequestParameters: mapOf(text({ max: 512 })),
  PassthroughBehavior: oneOf(['WHEN_NO_MATCH', 'WHEN_NO_TEMPLATES', 'NEVER'] as const),
  PayloadFormatVersion: oneOf(['1.0'] as const),
  TimeoutInMillis: integer(INTEGRATION_TIMEOUT_MS.min, INTEGRATION_TIMEOUT_MS.max),
  Description: text({ max: 1024 }),
  CredentialsArn: text({}),
  ContentHandlingStrategy: CONTENT_HANDLING,
  /** For non-proxy integrations only. */
  RequestTemplates: TEMPLATES,
  TemplateSelectionExpression: text({}),
  IntegrationSubtype: httpApisOnly(),
  ResponseParameters: httpApisOnly(),
  TlsConfig: httpApisOnly(),
};

export type Integration = Stored<
  typeof INTEGRATION_FIELDS,
  'IntegrationType' | 'ConnectionType' | 'PassthroughBehavior' | 'PayloadFormatVersion' | 'TimeoutInMillis'
> & {
  readonly IntegrationId: string;
  /** Set by AWS, never by a request: which part of the response selects an integration response. */
  readonly IntegrationResponseSelectionExpression?: string;
};
