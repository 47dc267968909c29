/** The reason of a refusal, by AWS's name. API Gateway responds to all of them with 403. */
export type IamErrorType =
  /** Neither an Authorization header nor a presigned query string. */
  | 'MissingAuthenticationTokenException'
  /** The signature is incomplete. */
  | 'IncompleteSignatureException'
  /** The signature is wrong: another secret, another request, another scope, too old or too new. */
  | 'InvalidSignatureException'
  /** The access key does not exist, or has another session token. */
  | 'UnrecognizedClientException'
  /** The signature is valid, but no policy allows the request, or one denies it. */
  | 'AccessDeniedException';

export class IamError extends Error {
  override readonly name = 'IamError';

  constructor(
    readonly errorType: IamErrorType,
    message: string,
  ) {
    super(message);
  }
}
