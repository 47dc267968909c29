import { FunctionTimedOutError, FunctionUnavailableError } from '../lambda/function-errors.js';
import { type FunctionResponse } from '../lambda/function-response.js';
import { type Functions } from '../lambda/functions.js';
import { type IntegrationAnswer } from './integration-client.js';
import {
  FunctionFailedError,
  IntegrationFailedError,
  IntegrationTimedOutError,
} from './integration-errors.js';
import { readProxyAnswer } from './lambda-response.js';

/** A call of a Lambda function. */
export interface LambdaRequest {
  readonly kind: 'lambda';
  /** A name or an ARN, perhaps with an alias or version. */
  readonly functionName: string;
  /** JSON: the event of an `AWS_PROXY` integration, or what the template of an `AWS` one rendered. */
  readonly payload: string;
  /** Whether the function's result says the answer's status, headers and body, or is the body itself. */
  readonly isProxy: boolean;
  readonly timeoutMs: number;
}

/**
 * Calls the function of an integration.
 *
 * The answer of a function behind an `AWS` integration has status 200 also when it failed, as Lambda's Invoke has; its
 * `errorMessage` is what selects the integration response.
 *
 * @throws {IntegrationTimedOutError} no answer in time
 * @throws {IntegrationFailedError} the function was not run
 * @throws {FunctionFailedError} the function of a proxy integration failed
 * @throws {UnusableAnswerError} the function of a proxy integration returned no answer
 */
export async function callLambda(functions: Functions, request: LambdaRequest): Promise<IntegrationAnswer> {
  const { functionName, timeoutMs, isProxy } = request;
  const { payload, functionError } = await invoke(functions, request).catch((cause: unknown) => {
    if (cause instanceof FunctionTimedOutError) throw new IntegrationTimedOutError(timeoutMs, { cause });
    throw new IntegrationFailedError(functionName, { cause });
  });
  if (functionError === undefined && isProxy) return readProxyAnswer(payload);
  const { errorType = 'Error', errorMessage = '' } = readError(payload);
  if (isProxy) throw new FunctionFailedError(functionName, errorType, errorMessage);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(payload),
    ...(functionError !== undefined && { errorMessage }),
  };
}

async function invoke(functions: Functions, request: LambdaRequest): Promise<FunctionResponse> {
  // Invoke takes no payload for {}
  const payload = request.payload.trim() === '' ? '{}' : request.payload;
  try {
    JSON.parse(payload);
  } catch (cause) {
    // Lambda refuses it with 400 before it calls the function
    throw new FunctionUnavailableError(request.functionName, 'the payload is no JSON', { cause });
  }
  return functions.invoke(request.functionName, payload, request.timeoutMs);
}

/** What is to be known of an error in Lambda's form; nothing of any other payload. */
export function readError(payload: string): { readonly errorType?: string; readonly errorMessage?: string } {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return {};
  }
  if (typeof json !== 'object' || json === null) return {};
  const { errorType, errorMessage } = json as Readonly<Record<string, unknown>>;
  return {
    ...(typeof errorType === 'string' && { errorType }),
    ...(typeof errorMessage === 'string' && { errorMessage }),
  };
}
