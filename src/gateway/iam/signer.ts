import { type AccessKey, type AccessKeys } from './access-keys.js';
import { type SignedRequest } from './canonical-request.js';
import { IamError } from './iam-error.js';
import { readSignature, type Signature } from './read-signature.js';
import { checkScope, type ExpectedScope, isSame, verifySignature } from './verify-signature.js';

/** The signature of a request, and the access key that it names. */
export interface Signer {
  readonly signature: Signature;
  readonly accessKey: AccessKey;
}

/**
 * Finds the signer of a request: every check that needs no body.
 *
 * @param now milliseconds since 1970
 * @param otherNow the time of another clock, as in `checkScope`
 * @throws {IamError} there is no signature, it is incomplete or has another scope, or the access key is unknown
 */
export function readSigner(
  request: Omit<SignedRequest, 'body'>,
  accessKeys: AccessKeys,
  scope: ExpectedScope,
  now: number,
  otherNow = now,
): Signer {
  const signature = readSignature(request);
  checkScope(signature, scope, now, otherNow);
  const accessKey = accessKeys.get(signature.accessKeyId);
  if (accessKey === undefined) throw unknownKey();
  return { signature, accessKey };
}

/** @throws {IamError} the request was signed with another secret or session token, or was changed after signing */
export function verifySigner(request: SignedRequest, { signature, accessKey }: Signer): void {
  verifySignature(request, signature, accessKey.secretAccessKey);
  if (!hasSessionToken(signature, accessKey)) throw unknownKey();
}

/** Temporary credentials need their token, others must have none. */
const hasSessionToken = (signature: Signature, accessKey: AccessKey) =>
  signature.sessionToken === undefined || accessKey.sessionToken === undefined
    ? signature.sessionToken === accessKey.sessionToken
    : isSame(accessKey.sessionToken, signature.sessionToken);

const unknownKey = () =>
  new IamError('UnrecognizedClientException', 'The security token included in the request is invalid.');
