import { flag, integer, listOf, oneOf, structure, text, webSocketApisOnly } from '../fields/field-kinds.js';
import { type Stored, type Values } from '../fields/fields.js';
import { TAGS } from '../fields/shared-fields.js';

/** H3.01. */
const CORS = {
  AllowCredentials: flag(),
  AllowHeaders: listOf(text({ min: 1 })),
  AllowMethods: listOf(oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', '*'] as const)),
  // H3.12
  AllowOrigins: listOf(
    text({
      pattern: /^(\*|https?:\/\/\*|[a-z][a-z\d+.-]*:\/\/[^/\s]+)$/i,
      form: '* or scheme://host[:port]',
    }),
  ),
  ExposeHeaders: listOf(text({ min: 1 })),
  MaxAge: integer(-1, 86_400),
};

/** The fields that create an integration, a route and a stage together with the API (H12.04). */
export const QUICK_CREATE_FIELDS = {
  /** A URL, or the ARN of a Lambda function. */
  Target: text({ min: 1, max: 2048 }),
  /** By default `$default`. */
  RouteKey: text({ min: 1 }),
  CredentialsArn: text({}),
};

/** The fields of an HTTP API that an update can change. */
export const HTTP_API_SETTINGS = {
  Name: text({ min: 1, max: 128 }),
  Description: text({ max: 1024 }),
  Version: text({ max: 64 }),
  CorsConfiguration: structure(CORS),
  DisableExecuteApiEndpoint: flag(),
  IpAddressType: oneOf(['ipv4', 'dualstack'] as const),
  // both are fixed, and accepted as input (H12.03)
  RouteSelectionExpression: oneOf(['$request.method $request.path', '${request.method} ${request.path}']),
  ApiKeySelectionExpression: oneOf(['$request.header.x-api-key']),
  DisableSchemaValidation: webSocketApisOnly(),
};

export const HTTP_API_FIELDS = {
  ...HTTP_API_SETTINGS,
  ProtocolType: oneOf(['HTTP'] as const),
  Tags: TAGS,
};

export type CorsConfiguration = Values<typeof CORS>;

export type HttpApi = Stored<
  typeof HTTP_API_FIELDS,
  | 'Name'
  | 'ProtocolType'
  | 'RouteSelectionExpression'
  | 'ApiKeySelectionExpression'
  | 'DisableExecuteApiEndpoint'
  | 'IpAddressType'
  | 'Tags'
> & {
  readonly ApiId: string;
  /** `https://{apiId}.execute-api.{region}.amazonaws.com` */
  readonly ApiEndpoint: string;
  /** ISO 8601, in whole seconds. */
  readonly CreatedDate: string;
};
