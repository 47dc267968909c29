import { HTTP_RESPONSES, type HttpGatewayResponse } from '../../errors.js';
import {
  FunctionFailedError,
  IntegrationFailedError,
  IntegrationTimedOutError,
  UnusableResponseError,
} from '../../integrations/integration-errors.js';
import { MappingError, UnresolvedPropertyError } from '../../mapping/mapping-errors.js';
import { failedBackend, unresolvedProperty } from '../../silent/http-choices.js';
import { type ApiResponse } from '../api-response.js';
import { HttpRequestError } from '../http-request-error.js';

/** The response to a request that failed or was refused. */
export function httpErrorResponse(error: unknown, integrationKind: string | undefined): HttpGatewayResponse {
  if (error instanceof HttpRequestError) return error.response;
  if (error instanceof IntegrationTimedOutError) return HTTP_RESPONSES.timedOut;
  if (error instanceof FunctionFailedError || error instanceof UnusableResponseError) {
    return HTTP_RESPONSES.integrationFailed;
  }
  if (error instanceof IntegrationFailedError) {
    // H6.43: a function that did not run, or a service that was not called
    const isAws = integrationKind === 'function' || integrationKind === 'service';
    return isAws ? HTTP_RESPONSES.integrationFailed : failedBackend(error);
  }
  if (error instanceof UnresolvedPropertyError) return unresolvedProperty;
  return error instanceof MappingError ? HTTP_RESPONSES.configuration : HTTP_RESPONSES.integrationFailed;
}

/** For the log: why a request failed or was refused. */
export function whyFailed(error: unknown): string {
  if (error instanceof HttpRequestError) return error.reason;
  return error instanceof Error ? error.message : String(error);
}

/** H10: JSON without spaces. */
export function gatewayResponse(response: HttpGatewayResponse): ApiResponse {
  let body = BODIES.get(response.message);
  if (body === undefined) {
    BODIES.set(response.message, (body = Buffer.from(JSON.stringify({ message: response.message }))));
  }
  return {
    status: response.status,
    headers: [
      'content-type',
      'application/json',
      ...(response.wwwAuthenticate === undefined ? [] : ['www-authenticate', response.wwwAuthenticate]),
    ],
    body,
    isGatewayResponse: true,
  };
}

/** By the message, of which there are nine. */
const BODIES = new Map<string, Buffer>();
