import { FunctionFailedError } from '../../integrations/integration-errors.js';
import { dataProcessed } from '../../silent/http-choices.js';
import { type ServedRequest } from '../served-request.js';
import { HttpRequestError } from '../http-request-error.js';
import { httpContext } from './http-context.js';

/** The `$context` variables of an access log (H11.14). */
export function logVariables(served: ServedRequest): Readonly<Record<string, string | undefined>> {
  const { request, event, call, failure, response } = served;
  const authorized = event?.authorized ?? {};
  const isFunction = event?.route.integration?.kind === 'function';
  const latency = rounded(call.latencyMs);
  const status = call.status === undefined ? undefined : String(call.status);
  // H11.17: the status of Lambda, not that of the function
  const integrationStatus = isFunction && status !== undefined ? '200' : status;
  const integrationError = failure && integrationErrorMessage(failure.cause);
  return {
    ...httpContext({ ...served, authorized, route: event?.route }),
    // H11.16: in seconds
    requestTimeEpoch: String(Math.floor(request.requestTime / 1000)),
    status: String(response.status),
    responseLength: String(response.body.length),
    responseLatency: rounded(served.latencyMs),
    dataProcessed: String(dataProcessed(event?.body?.length ?? 0, response.body.length)),
    'authorizer.error':
      failure?.cause instanceof HttpRequestError ? failure.cause.authorizerError : undefined,
    'error.message': failure?.response.message,
    'error.responseType': failure?.response.responseType,
    'integration.error': integrationError,
    'integration.integrationStatus': integrationStatus,
    'integration.latency': latency,
    'integration.status': status,
    integrationErrorMessage: integrationError,
    integrationLatency: latency,
    integrationStatus,
  };
}

const rounded = (ms: number | undefined) => (ms === undefined ? undefined : String(Math.round(ms)));

/** H11.18 has the text for a failed function; the others are the gateway's own. */
function integrationErrorMessage(cause: unknown): string | undefined {
  if (cause instanceof HttpRequestError || !(cause instanceof Error)) return undefined;
  return cause instanceof FunctionFailedError
    ? `The Lambda function returned the following error: ${cause.errorMessage}. Check your Lambda function code and try again.`
    : cause.message;
}
