import { LIMITS } from '../../limits.js';
import { badRequest } from '../control-error.js';
import { integer, mapOf, oneOf, structure, text, webSocketApisOnly } from '../fields/field-kinds.js';
import { type Field, type Stored } from '../fields/fields.js';

/** Not in the table, and so ignored: `PassthroughBehavior`, with which Terraform creates integrations of HTTP APIs too. */
export const HTTP_INTEGRATION_FIELDS = {
  IntegrationType: integrationType(),
  IntegrationMethod: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'ANY'] as const),
  /** H4.02, H5.01, H6.01; absent with a subtype (H7.01). */
  IntegrationUri: text({ min: 1, max: 2048 }),
  /** An action of an AWS service, such as `SQS-SendMessage` (H7.03). */
  IntegrationSubtype: text({ min: 1, max: 128 }),
  ConnectionType: oneOf(['INTERNET', 'VPC_LINK'] as const),
  /** Id of a v2 VPC link, or `${stageVariables.NAME}`. */
  ConnectionId: text({ min: 1, max: 1024 }),
  /** Mappings such as `append:header.x` → `$request.header.y` (H8.01); with a subtype, the action's parameters. */
  RequestParameters: mapOf(text({ max: 512 })),
  /** Status → its mappings (H8.02). */
  ResponseParameters: mapOf(mapOf(text({ max: 512 }))),
  PayloadFormatVersion: oneOf(['1.0', '2.0'] as const),
  // H4.24, H12.07
  TimeoutInMillis: integer(LIMITS.httpIntegrationTimeoutMs.min, LIMITS.httpIntegrationTimeoutMs.max),
  Description: text({ max: 1024 }),
  CredentialsArn: text({}),
  TlsConfig: structure({ ServerNameToVerify: text({ min: 1, max: 512 }) }),
  ContentHandlingStrategy: webSocketApisOnly(),
  RequestTemplates: webSocketApisOnly(),
  TemplateSelectionExpression: webSocketApisOnly(),
};

export type HttpIntegrationResource = Stored<
  typeof HTTP_INTEGRATION_FIELDS,
  'IntegrationType' | 'ConnectionType' | 'PayloadFormatVersion' | 'TimeoutInMillis'
> & {
  readonly IntegrationId: string;
  /** Only of an integration that was created with its API (H12.04). */
  readonly ApiGatewayManaged?: true;
};

function integrationType(): Field<'AWS_PROXY' | 'HTTP_PROXY'> {
  const field = oneOf(['AWS_PROXY', 'HTTP_PROXY'] as const);
  return {
    ...field,
    read(value, path) {
      if (value !== 'AWS' && value !== 'HTTP' && value !== 'MOCK') return field.read(value, path);
      // AWS's text (H4.01)
      throw badRequest(
        'Currently, an API with a protocol type of HTTP may only be associated with proxy integrations (AWS_PROXY, HTTP_PROXY)',
      );
    },
  };
}
