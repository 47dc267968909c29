import { GATEWAY_RESPONSES, type GatewayResponse } from '../../errors.js';
import { IntegrationTimedOutError, UnusableResponseError } from '../../integrations/integration-errors.js';
import { TemplateError } from '../../vtl/template-error.js';
import { EventRejectedError } from './event-rejected-error.js';
import { MappingError, UnsupportedMediaTypeError } from '../../mapping/mapping-errors.js';

/** The response to an event that failed or was rejected. */
export function errorResponse(error: unknown): GatewayResponse {
  if (error instanceof EventRejectedError) return error.response;
  if (error instanceof IntegrationTimedOutError) return GATEWAY_RESPONSES.integrationTimedOut;
  if (error instanceof UnsupportedMediaTypeError) return GATEWAY_RESPONSES.unsupportedMediaType;
  if (error instanceof UnusableResponseError) return GATEWAY_RESPONSES.unusableResponse;
  const isMapping = error instanceof MappingError || error instanceof TemplateError;
  return isMapping ? GATEWAY_RESPONSES.mappingFailed : GATEWAY_RESPONSES.integrationFailed;
}

/** For the log: why an event failed or was rejected. */
export function reasonOf(error: unknown): string {
  if (error instanceof EventRejectedError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}
