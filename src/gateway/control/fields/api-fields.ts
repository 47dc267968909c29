import { flag, httpApisOnly, oneOf, text } from './field-kinds.js';
import { badRequest } from '../control-error.js';
import { type Field, type Stored } from './fields.js';
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
  Version: text({ max: 64 }),
  CorsConfiguration: httpApisOnly(),
  // these three are for the quick creation of HTTP APIs
  CredentialsArn: httpApisOnly(),
  RouteKey: httpApisOnly(),
  Target: httpApisOnly(),
};

export const API_FIELDS = {
  ...API_SETTINGS,
  ProtocolType: protocolType(),
  Tags: TAGS,
};

function protocolType(): Field<'WEBSOCKET'> {
  const field = oneOf(['WEBSOCKET'] as const, ['HTTP']);
  return {
    ...field,
    read(value, path) {
      if (value === 'WEBSOCKET' || value === 'HTTP') return field.read(value, path);
      // AWS's text
      throw badRequest('Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]');
    },
  };
}

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
