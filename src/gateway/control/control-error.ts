/** Every error of the control plane, by the name that the SDKs turn into a class, with its status. */
export const CONTROL_ERRORS = {
  BadRequestException: 400,
  ConflictException: 409,
  NotFoundException: 404,
  /** The body is no JSON object. */
  SerializationException: 400,
  /** AWS answers so to what it does not model; here also to what it models and this gateway does not serve. */
  UnknownOperationException: 404,
  MethodNotAllowedException: 405,
  TooManyRequestsException: 429,
  /** A fault of this gateway. */
  InternalServerErrorException: 500,
} as const;
export type ControlErrorType = keyof typeof CONTROL_ERRORS;

/** An answer other than success: thrown where it is known, put on the wire in control-api.ts. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(
    readonly errorType: ControlErrorType,
    message: string,
    readonly more: {
      /** The model has this member and lists no values; ours are the words of the messages, such as `Route`. */
      readonly resourceType?: string;
      /** The header `Allow`. */
      readonly allow?: string;
    } = {},
  ) {
    super(message);
  }

  get status(): number {
    return CONTROL_ERRORS[this.errorType];
  }
}

export const badRequest = (message: string) => new ControlError('BadRequestException', message);

export const conflict = (message: string) => new ControlError('ConflictException', message);

/**
 * The words are AWS's, and so is the status: https://github.com/serverless/serverless-websockets-plugin/issues/22,
 * https://github.com/anomalyco/sst/issues/4522. The name is the model's for that status; [uncertain] of an HTTP API's
 * authorizers a ConflictException with 429 was seen.
 */
export const quotaExceeded = (plural: string) =>
  new ControlError(
    'TooManyRequestsException',
    `Maximum number of ${plural} for this API has been reached. Please contact AWS if you need additional ${plural}.`,
  );

export const notFound = (resourceType: string, message: string) =>
  new ControlError('NotFoundException', message, { resourceType });
