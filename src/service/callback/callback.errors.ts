/**
 * What can become of a callback. Which status means what was recorded from AWS; where its documentation or the SDK's
 * own classes say otherwise, the recording is followed.
 */
export class CallbackError extends Error {
  override readonly name: string = 'CallbackError';
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

/** No answer in time, in every try. The message may have been delivered all the same. */
export class CallbackTimeoutError extends CallbackError {
  override readonly name = 'CallbackTimeoutError';
}

/** @param error what the SDK's client has thrown, as it came */
export function toCallbackError(error: unknown): CallbackError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const because = { cause: error };
  switch (statusOf(error)) {
    case 410:
      return new GoneError('the client has left', because);
    case 400:
      // an id that API Gateway never issued: 400, not 410, and told from other bad requests by its text only
      if (message.startsWith('Invalid connectionId')) return new GoneError(message, because);
      break;
    case 413:
      // comes with neither body nor error type, so that the SDK does not make its PayloadTooLargeException of it
      return new TooLargeError('more than API Gateway carries in one message', because);
    case 429:
      return new ThrottledError('throttled by API Gateway', because);
    case 403:
      return new ForbiddenError(
        `refused by API Gateway (${name}): check that WS_API_ENDPOINT has the right stage, and that this task may ` +
          'execute-api:ManageConnections on arn:aws:execute-api:{region}:{account}:{api-id}/{stage}/*',
        because,
      );
  }
  if (name === 'TimeoutError') return new CallbackTimeoutError(message, because);
  return new CallbackError(`${name}: ${message}`, because);
}

/** Status of the answer, also of one that the SDK could not read; 0 when there was none. */
function statusOf(error: unknown): number {
  const { $metadata, $response } = error as {
    $metadata?: { httpStatusCode?: number };
    $response?: { statusCode?: number };
  };
  return $metadata?.httpStatusCode ?? $response?.statusCode ?? 0;
}
