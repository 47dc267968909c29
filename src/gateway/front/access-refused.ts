import { type IamErrorType } from '../iam/iam-error.js';

/** Reason of a refusal; under `/_gateway/` it is the problem's `code`. */
export type RefusalReason = keyof typeof REFUSALS;

/** `errorType` is the header `x-amzn-ErrorType` of the control plane and of `@connections`. */
export const REFUSALS = {
  host_not_allowed: {
    status: 403,
    title: 'The Host header does not name this gateway',
    errorType: 'ForbiddenException',
  },
  origin_not_allowed: {
    status: 403,
    title: 'The origin of the page is not allowed',
    errorType: 'ForbiddenException',
  },
  unauthorized: {
    status: 401,
    title: 'The admin token is required',
    errorType: 'UnrecognizedClientException',
  },
  not_json: {
    status: 415,
    title: 'The body is not declared as JSON',
    errorType: 'UnsupportedMediaTypeException',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    errorType: 'RequestEntityTooLargeException',
  },
} as const;

/** A request is refused; the message says what to change. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';

  constructor(
    readonly reason: RefusalReason,
    message: string,
    /** AWS's name of the error; `unauthorized` has several. */
    readonly errorType: IamErrorType | (typeof REFUSALS)[RefusalReason]['errorType'] = REFUSALS[reason]
      .errorType,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
