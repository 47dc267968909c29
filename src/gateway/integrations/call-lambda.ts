import { FunctionTimedOutError, FunctionUnavailableError } from '../lambda/function-errors.js';
import { type FunctionResponse, readFunctionError } from '../lambda/function-response.js';
import { type Functions } from '../lambda/functions.js';
import { type BackendResponse } from './backend-response.js';
import {
  FunctionFailedError,
  IntegrationFailedError,
  IntegrationTimedOutError,
} from './integration-errors.js';
import { type LambdaRequest } from './integration-request.js';
import { readHttpResult, readProxyResponse } from './lambda-response.js';

/**
 * Invokes the function of an integration.
 *
 * Behind an `AWS` integration the status is 200 even if the function failed, as in Lambda's Invoke API; its
 * `errorMessage` selects the integration response.
 *
 * @throws {IntegrationTimedOutError} no response in time
 * @throws {IntegrationFailedError} the function did not run
 * @throws {FunctionFailedError} the function of a proxy integration failed
 * @throws {UnusableResponseError} the result of a proxy integration's function is not a response
 */
export async function callLambda(functions: Functions, request: LambdaRequest): Promise<BackendResponse> {
  const { functionName, timeoutMs, isProxy, payloadFormat } = request;
  const { payload, functionError, requestId } = await invoke(functions, request).catch((cause: unknown) => {
    if (cause instanceof FunctionTimedOutError) {
      throw new IntegrationTimedOutError(timeoutMs, { cause, isOutcomeUnknown: true });
    }
    throw new IntegrationFailedError(functionName, { cause, isOutcomeUnknown: false });
  });
  if (functionError === undefined && isProxy) {
    const response = payloadFormat === '2.0' ? readHttpResult(payload) : readProxyResponse(payload);
    return requestId === undefined ? response : { ...response, invocationId: requestId };
  }
  const { errorType = 'Error', errorMessage = '' } = readFunctionError(payload);
  if (isProxy) throw new FunctionFailedError(functionName, errorType, errorMessage, requestId);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(payload),
    ...(functionError !== undefined && { errorMessage }),
  };
}

async function invoke(functions: Functions, request: LambdaRequest): Promise<FunctionResponse> {
  // Invoke takes an empty payload as {}
  const payload = request.payload.trim() === '' ? '{}' : request.payload;
  try {
    JSON.parse(payload);
  } catch (cause) {
    // Lambda refuses it with 400 before it runs the function
    throw new FunctionUnavailableError(request.functionName, 'the payload is not JSON', { cause });
  }
  return functions.invoke(request.functionName, payload, request.timeoutMs);
}
