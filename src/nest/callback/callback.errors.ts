import { type ProblemReport, type ReportedError } from '../http/problem.js';

/** What is known of a failure beyond its text. */
export interface CallbackErrorOptions extends ErrorOptions {
  /** Another try may succeed. */
  readonly isTransient?: boolean;
}

/**
 * What can become of a callback. Which status means what was recorded from AWS; where its documentation or the SDK's
 * own classes say otherwise, the recording is followed.
 */
export class CallbackError extends Error implements ReportedError {
  override readonly name: string = 'CallbackError';
  /** Another try may succeed: throttled, 5xx, no answer, or the connection broke. */
  readonly isTransient: boolean;

  constructor(message: string, { isTransient = false, ...options }: CallbackErrorOptions = {}) {
    super(message, options);
    this.isTransient = isTransient;
  }

  get problem(): ProblemReport {
    return { code: 'callback_failed', detail: this.name };
  }
}

/** The client has left, or was never there: worth forgetting the connection. */
export class GoneError extends CallbackError {
  override readonly name = 'GoneError';
}

/** More than API Gateway carries in one message. */
export class TooLargeError extends CallbackError {
  override readonly name = 'TooLargeError';
}

/** Still throttled after every try: the account's rate, or this client reads too slowly. */
export class ThrottledError extends CallbackError {
  override readonly name = 'ThrottledError';
}

/** The request is not allowed: no other one will be either, until somebody changes the deployment. */
export class ForbiddenError extends CallbackError {
  override readonly name = 'ForbiddenError';
}

/**
 * There are no credentials to sign with, or they have expired and cannot be renewed. It has no stack: every message would
 * log it, and it says nothing but where messages are signed.
 */
export class CredentialsError extends CallbackError {
  override readonly name = 'CredentialsError';

  constructor(reason: string) {
    super(`no AWS credentials: ${reason}`);
    delete this.stack;
  }

  /** By `CredentialsLog`. */
  get isLoggedElsewhere(): boolean {
    return true;
  }
}

/** No answer in time, in every try. The message may have been delivered all the same. */
export class CallbackTimeoutError extends CallbackError {
  override readonly name = 'CallbackTimeoutError';
}

/** More messages wait than the settings allow, in all or for this connection: it was not sent. */
export class QueueFullError extends CallbackError {
  override readonly name = 'QueueFullError';

  override get problem(): ProblemReport {
    return { code: 'overloaded', detail: this.message };
  }
}

/** An answer of `@connections` that is not a success. */
export interface Refusal {
  readonly status: number;
  /** The error's type, as API Gateway calls it. */
  readonly name: string;
  readonly message: string;
}

/** @param cause the error that the answer was made into */
export function errorOfAnswer({ status, name, message }: Refusal, cause: unknown): CallbackError {
  switch (status) {
    case 410:
      return new GoneError('the client has left', { cause });
    case 400:
      // an id that API Gateway never issued: 400, not 410, and told from other bad requests by its text only
      if (message.startsWith('Invalid connectionId')) return new GoneError(message, { cause });
      break;
    case 413:
      // comes with neither body nor error type, so that the SDK does not make its PayloadTooLargeException of it
      return new TooLargeError('more than API Gateway carries in one message', { cause });
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

/** @param cause why there was no whole answer, or no request */
export function errorWithoutAnswer(cause: unknown): CallbackError {
  const { name, message, code } = describe(cause);
  if (name === 'TimeoutError' || TIMEOUTS.has(code)) {
    return new CallbackTimeoutError(message, { cause, isTransient: true });
  }
  return new CallbackError(`${name}: ${message}`, { cause, isTransient: BROKEN_CONNECTIONS.has(code) });
}

/** Of undici; the SDK's handler calls its own all `TimeoutError`. */
const TIMEOUTS: ReadonlySet<unknown> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** What the SDK tries again, too; a kept-alive connection that the other side was about to close is the usual case. */
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

/** @param error what the SDK's client has thrown, as it came */
export function toCallbackError(error: unknown): CallbackError {
  const status = statusOf(error);
  // an answer that stopped in the middle has the status of a success
  return status < 300
    ? errorWithoutAnswer(error)
    : errorOfAnswer({ status, name: describe(error).name, message: describe(error).message }, error);
}

/** Status of the answer, also of one that the SDK could not read; 0 when there was none. */
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
