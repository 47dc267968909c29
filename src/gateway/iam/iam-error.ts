/** Why a caller is refused, in AWS's own names. API Gateway answers every one of them with 403. */
export type IamErrorType =
  /** Neither an Authorization header nor a presigned query string. */
  | 'MissingAuthenticationTokenException'
  /** There is something, and it is no complete signature. */
  | 'IncompleteSignatureException'
  /** It is complete and wrong: another secret, another request, another scope, too old or too new. */
  | 'InvalidSignatureException'
  /** No such access key, or not with this session token. */
  | 'UnrecognizedClientException'
  /** Signed well, and no policy allows it or one denies it. */
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
