import { createHash } from 'node:crypto';

/** A request as it came over the wire: the signature covers its bytes, not what they mean. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/**
 * The text that a signature covers, written from the specification and not by the signer that the SDKs share, so that
 * the two check each other. The path is encoded once more as it came: `@connections` counts as `%40connections`, and
 * `%40connections/…%3D` as `%2540connections/…%253D`. So it stands in the answers of AWS itself to wrongly signed
 * posts, read 2026-11-20 in https://github.com/okigan/awscurl/issues/61,
 * https://github.com/agilord/aws_client/issues/440 and https://github.com/aws/aws-sdk-net/issues/3132.
 *
 * @param signedHeaders lower-case names, in the order in which the signature names them
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const [path = '', query = ''] = request.target.split(/\?(.*)/s);
  return [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(headerValues(request.rawHeaders, name))}`),
    '',
    signedHeaders.join(';'),
    // where AWS is silent: always of the body, so that UNSIGNED-PAYLOAD does not pass
    sha256(request.body),
  ].join('\n');
}

/** @param text as Node's HTTP has it: one character for each byte */
export const sha256 = (text: string | Uint8Array) =>
  createHash('sha256')
    .update(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    .digest('hex');

/** @param name in lower case */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** Names and values, decoded, in the order in which they came. */
export function queryParameters(query: string): readonly (readonly [string, string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return [decode(name), decode(value)];
    });
}

function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  return queryParameters(query)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Only blanks and tabs: a byte of UTF-8 can look like a space of another kind. */
const canonicalValue = (values: readonly string[]) =>
  values.map((value) => value.replaceAll(/[ \t]+/g, ' ').replaceAll(/^ | $/g, '')).join(',');

const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

/** All but letters, digits and `-._~`. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Unlike in forms, `+` is a plus. What is no percent-encoding stays as it is, and the signature tells. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
