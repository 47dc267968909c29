import { readFunctionError } from '../lambda/function-response.js';
import { type Functions } from '../lambda/functions.js';
import { bodyOf } from '../recorder/body.js';
import { type AuthorizerCall } from '../recorder/gateway-event.js';

/** The recorded step of an authorizer; completed while the call goes on. */
export type RecordedCall = { -readonly [name in keyof AuthorizerCall]: AuthorizerCall[name] };

export type AuthorizerReply =
  /** JSON, and milliseconds. */
  | { readonly kind: 'result'; readonly payload: string; readonly latencyMs: number }
  /** The function failed with `Unauthorized`, which is how it refuses a client with 401. */
  | { readonly kind: 'unauthorized'; readonly message: string };

/**
 * Calls the function of a Lambda authorizer.
 *
 * @param call the recorded step; absent while nothing is recorded
 * @throws {Error} it failed in another way, did not run, or was too slow
 */
export async function callAuthorizer(
  functions: Functions,
  functionName: string,
  event: object,
  timeoutMs: number,
  call: RecordedCall | undefined,
): Promise<AuthorizerReply> {
  const startedAt = performance.now();
  const payload = JSON.stringify(event);
  if (call) call.request = bodyOf(payload);
  const response = await functions.invoke(functionName, payload, timeoutMs);
  const latencyMs = Math.round(performance.now() - startedAt);
  if (call) Object.assign(call, { response: bodyOf(response.payload), latencyMs });
  if (response.functionError === undefined) return { kind: 'result', payload: response.payload, latencyMs };
  const { errorType, errorMessage } = readFunctionError(response.payload);
  if (errorMessage === UNAUTHORIZED) return { kind: 'unauthorized', message: errorMessage };
  throw new Error(`it failed: ${errorType}: ${errorMessage}`);
}

/** The message by which a function refuses a client. */
export const UNAUTHORIZED = 'Unauthorized';
