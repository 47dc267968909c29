import { flag, httpApisOnly, oneOf, text } from './field-kinds.js';
import { type Stored } from './fields.js';
import { MODEL_NAMES, PARAMETER_DECLARATIONS } from './shared-fields.js';

export const ROUTE_FIELDS = {
  RouteKey: text({ min: 1 }),
  /** `integrations/{IntegrationId}` */
  Target: text({ max: 128 }),
  /** `route.request.querystring.NAME` and the like: what an integration may read from the `$connect` request. */
  RequestParameters: PARAMETER_DECLARATIONS,
  AuthorizationType: oneOf(['NONE', 'AWS_IAM', 'CUSTOM'] as const),
  /** Only with `CUSTOM`. */
  AuthorizerId: text({}),
  /** C11: accepted on every route; only that of `$connect` is checked. */
  ApiKeyRequired: flag(),
  OperationName: text({ max: 64 }),
  /** Value of `ModelSelectionExpression`, or `$default` → name of a model. */
  RequestModels: MODEL_NAMES,
  ModelSelectionExpression: text({}),
  /** Only `$default`. */
  RouteResponseSelectionExpression: text({}),
  AuthorizationScopes: httpApisOnly(),
};

export type Route = Stored<typeof ROUTE_FIELDS, 'RouteKey' | 'AuthorizationType' | 'ApiKeyRequired'> & {
  readonly RouteId: string;
};
