import { text } from './field-kinds.js';
import { type Stored } from './fields.js';
import { MODEL_NAMES, PARAMETER_DECLARATIONS } from './shared-fields.js';

export const ROUTE_RESPONSE_FIELDS = {
  /** Only `$default`. */
  RouteResponseKey: text({ min: 1 }),
  ModelSelectionExpression: text({}),
  ResponseModels: MODEL_NAMES,
  ResponseParameters: PARAMETER_DECLARATIONS,
};

/** Makes its route two-way. */
export type RouteResponse = Stored<typeof ROUTE_RESPONSE_FIELDS, 'RouteResponseKey'> & {
  readonly RouteResponseId: string;
};
