import { canonicalRequest, sha256, type SignedRequest } from './canonical-request.js';
import { ALGORITHM, basicTime } from './read-signature.js';
import { scopeText, signatureOf, TERMINATOR } from './signature-value.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Signing {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** The signing name, such as `execute-api`. */
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Signs a request with Signature Version 4.
 *
 * @param request without the headers that a signature sets; its header names are lower-case and not repeated
 * @returns its headers and those of the signature; a flat list: name, value, …
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signRequest(
  request: SignedRequest,
  { credentials, region, service, now }: Signing,
): readonly string[] {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = basicTime(now);
  const rawHeaders = [
    ...request.rawHeaders,
    'x-amz-date',
    time,
    'x-amz-content-sha256',
    sha256(request.body),
    ...(sessionToken === undefined ? [] : ['x-amz-security-token', sessionToken]),
  ];
  const signedHeaders = rawHeaders.filter((name, index) => index % 2 === 0 && !isUnsigned(name)).toSorted();
  const scope = { date: time.slice(0, 8), region, service, terminator: TERMINATOR };
  const canonical = canonicalRequest({ ...request, rawHeaders }, signedHeaders, service);
  const value = signatureOf(canonical, { time, scope }, secretAccessKey);
  const credential = `${accessKeyId}/${scopeText(scope)}`;
  return [
    ...rawHeaders,
    'authorization',
    `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${value}`,
  ];
}

/** Headers that proxies may change, as the SDKs leave them out of a signature. */
const isUnsigned = (name: string) => UNSIGNED.has(name) || /^(?:proxy|sec)-/.test(name);

const UNSIGNED = new Set([
  'cache-control',
  'connection',
  'expect',
  'from',
  'keep-alive',
  'max-forwards',
  'pragma',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);
