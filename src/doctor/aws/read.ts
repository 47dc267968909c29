import { CannotRunError } from '../doctor-error.js';
import { type Permission } from '../permissions.js';

/** The credentials lack a permission. */
export class PermissionMissingError extends Error {
  override readonly name = 'PermissionMissingError';

  constructor(
    readonly permission: Permission,
    options: ErrorOptions,
  ) {
    super(`needs the permission ${permission}`, options);
  }
}

/** A call has failed for another reason than permissions, after all attempts. */
export class ReadFailedError extends Error {
  override readonly name = 'ReadFailedError';
}

/** What a check reads is not there, so that there is nothing to check. */
export class NothingThereError extends Error {
  override readonly name = 'NothingThereError';
}

/**
 * Performs a call that only reads.
 *
 * @param permission that the call needs
 * @throws {PermissionMissingError} AWS denies it
 * @throws {CannotRunError} the credentials or the Region are not usable at all
 * @throws {ReadFailedError} everything else
 */
export async function read<T>(permission: Permission, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translate(error as SdkError, permission);
  }
}

/** What an error of the SDK has. */
export interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export function translate(error: SdkError, permission: Permission): Error {
  const { name, message } = error;
  const unusable = UNUSABLE[name];
  if (unusable !== undefined)
    return new CannotRunError(`${unusable} (${name}: ${message})`, { cause: error });
  if (name === 'Error' && message.includes('Region is missing')) {
    return new CannotRunError('no Region: give --region, or set AWS_REGION or the region of the profile', {
      cause: error,
    });
  }
  if (DENIED.has(name)) return new PermissionMissingError(permission, { cause: error });
  return new ReadFailedError(`${permission} failed: ${name}: ${message}`, { cause: error });
}

/** How the services name a denied call. */
const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ForbiddenException',
  'UnauthorizedOperation',
]);

const EXPIRED = 'the AWS credentials have expired: sign in again, for example with aws sso login';
const INVALID = 'the AWS credentials are not valid: aws sts get-caller-identity shows the same';

/** Errors that every call would get. */
const UNUSABLE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws sso login',
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  RequestExpired: EXPIRED,
  AuthFailure: INVALID,
  IncompleteSignature: INVALID,
  InvalidClientTokenId: INVALID,
  InvalidSignatureException: INVALID,
  SignatureDoesNotMatch: INVALID,
  UnrecognizedClientException: INVALID,
};
