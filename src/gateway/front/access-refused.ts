import { type IamErrorType } from '../iam/iam-error.js';

/** Why a request is refused before it is served. The reason is also the `code` of the problem under `/_gateway/`. */
export type RefusalReason = keyof typeof REFUSALS;

/** `errorType` is the header `x-amzn-ErrorType` of the control plane and of `@connections`. */
export const REFUSALS = {
  host_not_allowed: {
    status: 403,
    title: 'The Host header is not a name of this gateway',
    errorType: 'ForbiddenException',
  },
  origin_not_allowed: {
    status: 403,
    title: 'The page is of another origin',
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

/** A request that is not served; the message says what to change. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';

  constructor(
    readonly reason: RefusalReason,
    message: string,
    /** As AWS names it, where one reason has several names. */
    readonly errorType: IamErrorType | (typeof REFUSALS)[RefusalReason]['errorType'] = REFUSALS[reason]
      .errorType,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
