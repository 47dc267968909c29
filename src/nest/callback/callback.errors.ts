import { type ProblemReport, type ReportedError } from '../http/problem.js';

export interface CallbackErrorOptions extends ErrorOptions {
  /** Whether another attempt may succeed; false by default. */
  readonly isTransient?: boolean;
}

/** A callback has failed. The subclasses are the failures that a caller can act on; see `response-errors.ts`. */
export class CallbackError extends Error implements ReportedError {
  override readonly name: string = 'CallbackError';
  /** Another attempt may succeed: 429, 5xx, no response, or a broken connection. */
  readonly isTransient: boolean;

  constructor(message: string, { isTransient = false, ...options }: CallbackErrorOptions = {}) {
    super(message, options);
    this.isTransient = isTransient;
  }

  get problem(): ProblemReport {
    return { code: 'callback_failed', detail: this.name };
  }
}

/** The client has left, or was never there (410): the caller should forget the connection. */
export class GoneError extends CallbackError {
  override readonly name = 'GoneError';
}

/** The message exceeds API Gateway's limit (413). */
export class TooLargeError extends CallbackError {
  override readonly name = 'TooLargeError';
}

/** Throttled in every attempt (429): by the account's rate, or because this client reads too slowly. */
export class ThrottledError extends CallbackError {
  override readonly name = 'ThrottledError';
}

/**
 * The message was not sent, because the connection is being closed: its client does not read, or sends more than it
 * reads replies. The client reconnects, and resumes its channels by offset.
 */
export class ConnectionClosingError extends CallbackError {
  override readonly name = 'ConnectionClosingError';

  /** Once for the connection, not for each message. */
  get isLoggedElsewhere(): boolean {
    return true;
  }
}

/** The request is not allowed (403). No request will be, until the deployment is fixed. */
export class ForbiddenError extends CallbackError {
  override readonly name = 'ForbiddenError';
}

/**
 * There are no credentials to sign with, or they have expired and cannot be renewed. It has no stack, because every
 * message would log the same one.
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

/** No response in time, in every attempt. The message may have been delivered all the same. */
export class CallbackTimeoutError extends CallbackError {
  override readonly name = 'CallbackTimeoutError';
}

/** The message was not sent: the settings allow no more queued messages, in total or for this connection. */
export class QueueFullError extends CallbackError {
  override readonly name = 'QueueFullError';

  override get problem(): ProblemReport {
    return { code: 'overloaded', detail: this.message };
  }
}
