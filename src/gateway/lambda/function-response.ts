import { LIMITS } from '../limits.js';

/** A response of Lambda's Invoke with status 200. */
export interface FunctionResponse {
  /** JSON: the function's return value, or with `functionError` `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  /** The header `X-Amz-Function-Error`: the function failed. */
  readonly functionError?: 'Handled' | 'Unhandled';
  /** The header `x-amzn-RequestId`: names the invocation in the function's log. */
  readonly requestId?: string;
}

/** The response of a failed function, in the form of Lambda's Node.js runtime. */
export function failedResponse(
  errorType: string,
  errorMessage: string,
  trace: readonly string[] = [],
): FunctionResponse {
  return { payload: JSON.stringify({ errorType, errorMessage, trace }), functionError: 'Unhandled' };
}

/** The response with this result, unless it is larger than Lambda allows. */
export const withinLimit = (payload: string): FunctionResponse =>
  Buffer.byteLength(payload) <= LIMITS.functionResponseBytes ? { payload } : tooLarge();

/** The response in place of a result that is larger than Lambda allows. */
export const tooLarge = (): FunctionResponse =>
  failedResponse(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${LIMITS.functionResponseBytes} bytes).`,
  );

/** Type and message of an error in Lambda's form; empty for any other payload. */
export function readFunctionError(payload: string): {
  readonly errorType?: string;
  readonly errorMessage?: string;
} {
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
