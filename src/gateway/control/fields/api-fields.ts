import { flag, httpApisOnly, oneOf, text } from './field-kinds.js';
import { type Stored } from './fields.js';
import { TAGS } from './shared-fields.js';

/** The fields of an API that an update can change. */
export const API_SETTINGS = {
  Name: text({ min: 1, max: 128 }),
  Description: text({ max: 1024 }),
  RouteSelectionExpression: text({}),
  ApiKeySelectionExpression: oneOf([
    '$request.header.x-api-key',
    '$context.authorizer.usageIdentifierKey',
  ] as const),
  DisableExecuteApiEndpoint: flag(),
  DisableSchemaValidation: flag(),
  IpAddressType: oneOf(['ipv4', 'dualstack'] as const),
  Version: text({ min: 1, max: 64 }),
  CorsConfiguration: httpApisOnly(),
  // these three are for the quick creation of HTTP APIs
  CredentialsArn: httpApisOnly(),
  RouteKey: httpApisOnly(),
  Target: httpApisOnly(),
};

export const API_FIELDS = {
  ...API_SETTINGS,
  ProtocolType: oneOf(['WEBSOCKET'] as const, ['HTTP']),
  Tags: TAGS,
};

export type Api = Stored<
  typeof API_FIELDS,
  | 'Name'
  | 'ProtocolType'
  | 'RouteSelectionExpression'
  | 'ApiKeySelectionExpression'
  | 'DisableExecuteApiEndpoint'
  | 'IpAddressType'
> & {
  readonly ApiId: string;
  /** `wss://{apiId}.execute-api.{region}.amazonaws.com` */
  readonly ApiEndpoint: string;
  /** ISO 8601, in whole seconds. */
  readonly CreatedDate: string;
};
