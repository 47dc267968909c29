import { TooLargeError } from '../callback/callback.errors.js';
import { Problem } from '../http/problem.js';

/**
 * The problem `message_too_large` for a message that was refused before any connection got it; else the error itself.
 */
export function messageTooLarge(error: unknown): unknown {
  return error instanceof TooLargeError
    ? new Problem('message_too_large', error.message, { cause: error })
    : error;
}
