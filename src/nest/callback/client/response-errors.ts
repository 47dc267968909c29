import {
  CallbackError,
  CallbackTimeoutError,
  ForbiddenError,
  GoneError,
  ThrottledError,
  TooLargeError,
} from '../callback.errors.js';
import { type PoolResponse } from './http-pool.js';

/*
 * Which response of `@connections`, or which failure without one, becomes which error. The meaning of each status was
 * recorded from AWS in September 2026; where its documentation or the SDK's classes differ, the recording is followed.
 */

interface ErrorResponse {
  readonly status: number;
  /** API Gateway's name for the error: `GoneException`. */
  readonly name: string;
  readonly message: string;
}

/**
 * The error for a response whose status is not a success. It has no stack: that would be the socket's in every case, and
 * costs more than the request when API Gateway throttles.
 */
export function errorFromResponse(response: PoolResponse): CallbackError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return describeResponse(response);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function describeResponse({ status, headers, body }: PoolResponse): CallbackError {
  const type = String(headers['x-amzn-errortype'] ?? '');
  const text = Buffer.from(body ?? []).toString();
  const name = type.split(':')[0] || `status ${status}`;
  // with the name that the SDK's errors have in the log
  const cause = Object.assign(new Error(`${status} ${type} ${text}`.trim()), { name });
  return errorForStatus({ status, name, message: messageIn(text) }, cause);
}

/** The error for a request without a complete response. @param cause the error of the connection or the timeout */
export function errorFromFailure(cause: unknown): CallbackError {
  const { name, message, code } = describe(cause);
  // first, because the SDK names some of them `TimeoutError`, too
  if (BROKEN_CONNECTIONS.has(code)) {
    return new CallbackError(`${String(code)}: ${message}`, { cause, isTransient: true });
  }
  if (name === 'TimeoutError' || TIMEOUTS.has(code)) {
    return new CallbackTimeoutError(message, { cause, isTransient: true });
  }
  return new CallbackError(`${name}: ${message}`, { cause });
}

/** The error for whatever the SDK's client has thrown. */
export function errorFromSdk(error: unknown): CallbackError {
  const status = statusOf(error);
  // a response that ends in the middle has the status of a success
  if (status < 300) return errorFromFailure(error);
  const { name, message } = describe(error);
  return errorForStatus({ status, name, message }, error);
}

function errorForStatus({ status, name, message }: ErrorResponse, cause: unknown): CallbackError {
  switch (status) {
    case 410:
      return new GoneError('the client has left', { cause });
    case 400:
      // for an id that it never issued, API Gateway sends 400, not 410; only the text differs from other bad requests
      if (message.startsWith('Invalid connectionId')) return new GoneError(message, { cause });
      break;
    case 413:
      // comes with neither body nor error type, so that the SDK does not throw its PayloadTooLargeException
      return new TooLargeError('the message exceeds the limit of API Gateway', { cause });
    case 429:
      return new ThrottledError('throttled by API Gateway', { cause, isTransient: true });
    case 403:
      return new ForbiddenError(
        `refused by API Gateway (${name}): check that WS_API_ENDPOINT has the right stage, and that this task may ` +
          'execute-api:ManageConnections on arn:aws:execute-api:{region}:{account}:{api-id}/{stage}/*',
        { cause },
      );
  }
  return new CallbackError(`${name}: ${message}`, { cause, isTransient: status >= 500 });
}

/** undici's codes. The SDK's own timeouts are all named `TimeoutError`. */
const TIMEOUTS: ReadonlySet<unknown> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** The SDK retries these, too. The most frequent is a kept-alive connection that the server is about to close. */
const BROKEN_CONNECTIONS: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
]);

/** The status of the response, even if the SDK could not parse it; 0 if there was none. */
function statusOf(error: unknown): number {
  const { $metadata, $response } = error as {
    $metadata?: { httpStatusCode?: number };
    $response?: { statusCode?: number };
  };
  return $metadata?.httpStatusCode ?? $response?.statusCode ?? 0;
}

function describe(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
} {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name, message, code: (error as { code?: unknown } | undefined)?.code };
}

/** API Gateway's field is `message`, and `Message` when the signature is wrong. */
function messageIn(text: string): string {
  if (text === '') return '';
  try {
    const { message, Message } = JSON.parse(text) as { message?: unknown; Message?: unknown };
    return [message, Message].find((value) => typeof value === 'string') ?? '';
  } catch {
    return text;
  }
}
