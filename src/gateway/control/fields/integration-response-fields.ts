import { mapOf, text } from './field-kinds.js';
import { type Stored } from './fields.js';
import { CONTENT_HANDLING, TEMPLATES } from './shared-fields.js';

export const INTEGRATION_RESPONSE_FIELDS = {
  /** `$default`, or a regular expression between slashes, such as `/4\\d\\d/`. */
  IntegrationResponseKey: text({ min: 1 }),
  ContentHandlingStrategy: CONTENT_HANDLING,
  /** `method.response.header.NAME` or `route.response.header.NAME` → source. */
  ResponseParameters: mapOf(text({ max: 512 })),
  ResponseTemplates: TEMPLATES,
  TemplateSelectionExpression: text({}),
};

/** Turns one kind of response of a non-proxy integration into the route's. */
export type IntegrationResponse = Stored<typeof INTEGRATION_RESPONSE_FIELDS, 'IntegrationResponseKey'> & {
  readonly IntegrationResponseId: string;
};
