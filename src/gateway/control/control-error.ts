import { QUOTA_ERROR, UNKNOWN_REFERENCE_ERRORS } from '../silent/control-choices.js';

/** Every error of the control plane with its status. The SDKs select their error class by the name. */
const CONTROL_ERRORS = {
  BadRequestException: 400,
  ConflictException: 409,
  NotFoundException: 404,
  /** The body is not a JSON object. */
  SerializationException: 400,
  /** AWS's for an operation that is not in its model; here also for one that this gateway does not support. */
  UnknownOperationException: 404,
  MethodNotAllowedException: 405,
  TooManyRequestsException: 429,
  /** A fault of this gateway. */
  InternalServerErrorException: 500,
} as const;
type ControlErrorType = keyof typeof CONTROL_ERRORS;

/** A response other than success: thrown where it is known, written to the wire in control-api.ts. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(
    readonly errorType: ControlErrorType,
    message: string,
    readonly details: {
      /** The model has this field and lists no values; ours are those of the messages, such as `Route`. */
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

/** @param owner what has the quota */
export const quotaExceeded = (plural: string, owner: 'API' | 'account' | 'domain name' = 'API') =>
  new ControlError(
    QUOTA_ERROR,
    `Maximum number of ${plural} for this ${owner} has been reached. Please contact AWS if you need additional ${plural}.`,
  );

export const notFound = (resourceType: string, message: string) =>
  new ControlError('NotFoundException', message, { resourceType });

/** @param field the field of the body that names a resource that does not exist */
export function unknownReference(
  field: keyof typeof UNKNOWN_REFERENCE_ERRORS,
  resourceType: string,
  message: string,
): ControlError {
  const isNotFound = UNKNOWN_REFERENCE_ERRORS[field] === 'NotFoundException';
  return isNotFound ? notFound(resourceType, message) : badRequest(message);
}
