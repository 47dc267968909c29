import { createHash } from 'node:crypto';

/** An unmodified request: the signature covers its bytes, not their meaning. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Flat list: name, value, … */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/**
 * The text that a signature covers. It is built from the specification and not by the SDKs' shared signer, so that
 * the two check each other. The unmodified path is encoded once more: `@connections` becomes `%40connections`, and
 * `%40connections/…%3D` becomes `%2540connections/…%253D`. AWS's own responses to wrongly signed posts show it, read
 * 2026-11-20 in https://github.com/okigan/awscurl/issues/61, https://github.com/agilord/aws_client/issues/440 and
 * https://github.com/aws/aws-sdk-net/issues/3132.
 *
 * @param signedHeaders names in lower case, in the order of the signature
 * @param service its signing name; S3 alone signs the path unmodified
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  service: string,
): string {
  const [path = '', query = ''] = request.target.split(/\?(.*)/s);
  return [
    request.method,
    service === 's3' ? path : canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(headerValues(request.rawHeaders, name))}`),
    '',
    signedHeaders.join(';'),
    // where AWS is silent: always the body's hash, so that UNSIGNED-PAYLOAD does not match
    sha256(request.body),
  ].join('\n');
}

/** @param text in the form of Node's HTTP: one character for each byte */
export const sha256 = (text: string | Uint8Array) =>
  createHash('sha256')
    .update(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    .digest('hex');

/** @param name in lower case */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** Decoded names and values, in their original order. */
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

/** Collapses spaces and tabs only: a byte of UTF-8 can look like another kind of space. */
const canonicalValue = (values: readonly string[]) =>
  values.map((value) => value.replaceAll(/[ \t]+/g, ' ').replaceAll(/^ | $/g, '')).join(',');

const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

/** Encodes all characters but letters, digits and `-._~`. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Unlike in forms, `+` is a plus. Invalid percent-encoding is unmodified; the signature decides. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
