import { timingSafeEqual } from 'node:crypto';
import { SIGNATURE_SKEW_MS } from '../silent/authorization-choices.js';
import { canonicalRequest, type SignedRequest } from './canonical-request.js';
import { IamError } from './iam-error.js';
import { basicTime, type Signature, timeOf } from './read-signature.js';
import { signatureOf, stringToSign, TERMINATOR } from './signature-value.js';

/** The scope that a signature must have. */
export interface ExpectedScope {
  /** The signing name, such as `execute-api`. */
  readonly service: string;
  /** `undefined`: any Region. */
  readonly region: string | undefined;
}

/**
 * Checks a signature without its secret: service, Region and time. Checks, their order and texts are AWS's (recorded
 * from DynamoDB in https://github.com/mhart/dynalite, those of the scope also from `@connections` in
 * https://github.com/aws/aws-sdk-js-v3/issues/1831; read 2026-11-20).
 *
 * @param now milliseconds since 1970
 * @param otherNow the time of another clock: a signature that is fresh by one of them is accepted
 * @throws {IamError}
 */
export function checkScope(
  signature: Signature,
  { service, region }: ExpectedScope,
  now: number,
  otherNow = now,
) {
  const { time, signedHeaders, scope } = signature;
  const problem = ageProblem(signature, now);
  if (problem !== undefined && ageProblem(signature, otherNow) !== undefined) throw invalid(problem);
  if (!signedHeaders.includes('host')) {
    throw invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const wrong = [
    region !== undefined &&
      scope.region !== region &&
      `Credential should be scoped to a valid region, not '${scope.region}'. `,
    scope.service !== service && `Credential should be scoped to correct service: '${service}'. `,
    scope.terminator !== TERMINATOR &&
      `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${scope.terminator}'. `,
    scope.date !== time.slice(0, 8) &&
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${time.slice(0, 8)}', from '${time}'.`,
  ].filter((sentence) => sentence !== false);
  if (wrong.length > 0) throw invalid(wrong.join(''));
}

/** AWS's text for a signature that is too old or too new. */
function ageProblem({ time, expiresSeconds }: Signature, now: number): string | undefined {
  const signedAt = timeOf(time);
  const lifeMs = expiresSeconds === undefined ? SIGNATURE_SKEW_MS : expiresSeconds * 1000;
  if (signedAt < now - lifeMs) {
    const earliest = basicTime(now - lifeMs);
    return `Signature expired: ${time} is now earlier than ${earliest} (${basicTime(now)} - ${lifeMs / 60_000} min.)`;
  }
  if (signedAt > now + SIGNATURE_SKEW_MS) {
    const latest = basicTime(now + SIGNATURE_SKEW_MS);
    return `Signature not yet current: ${time} is still later than ${latest} (${basicTime(now)} + ${SIGNATURE_SKEW_MS / 60_000} min.)`;
  }
  return undefined;
}

/**
 * Signs the request again and compares the signatures. Like AWS's, the refusal shows the text to sign.
 *
 * @throws {IamError} the request was signed with another secret, or was changed after signing
 */
export function verifySignature(request: SignedRequest, signature: Signature, secretAccessKey: string): void {
  const canonical = canonicalRequest(request, signature.signedHeaders, signature.scope.service);
  if (isSame(signatureOf(canonical, signature, secretAccessKey), signature.value)) return;
  throw invalid(
    `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${stringToSign(canonical, signature)}'\n`,
  );
}

/** Compares two texts in constant time. */
export function isSame(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const invalid = (message: string) => new IamError('InvalidSignatureException', message);
