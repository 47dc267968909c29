import { createHash } from 'node:crypto';
import { headerValues, queryParameters, type SignedRequest } from './canonical-request.js';
import { IamError } from './iam-error.js';

/** The signature of a request, before any check. */
export interface Signature {
  readonly accessKeyId: string;
  /** `{date}/{region}/{service}/aws4_request` */
  readonly scope: Scope;
  /** Names in lower case, in their original order. */
  readonly signedHeaders: readonly string[];
  /** `20261120T231500Z` */
  readonly time: string;
  /** Only of a presigned URL with `X-Amz-Expires`. */
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
  /** In hexadecimal. */
  readonly value: string;
}

export interface Scope {
  /** `20261120` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Longest lifetime of a presigned URL: a week. */
const MAX_EXPIRES_SECONDS = 604_800;

/**
 * Reads the signature from the Authorization header, or from the query string of a presigned URL. The texts are those
 * of API Gateway's responses, such as in https://github.com/aws/chalice/issues/828, read 2026-11-20; their status is
 * 403, where other services use 400 (https://github.com/aws-amplify/amplify-flutter/issues/1539).
 *
 * @throws {IamError} there is no signature, or it is incomplete
 */
export function readSignature(request: Omit<SignedRequest, 'body'>): Signature {
  const [, query = ''] = request.target.split(/\?(.*)/s);
  const parameters = new Map(queryParameters(query));
  const authorization = headerValues(request.rawHeaders, 'authorization').join(', ');
  if (authorization === '' && !parameters.has('X-Amz-Algorithm')) {
    throw new IamError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  if (authorization === '') return readQuery(parameters);
  if (parameters.has('X-Amz-Algorithm')) {
    throw new IamError(
      'InvalidSignatureException',
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
  }
  return readHeader(authorization, request.rawHeaders);
}

function readHeader(authorization: string, rawHeaders: readonly string[]): Signature {
  const [algorithm = '', ...rest] = authorization.trim().split(/[\s,]+/);
  const pairs = new Map<string, string>();
  for (const pair of rest) {
    const [name = '', value] = pair.split(/=(.*)/s);
    if (value === undefined) {
      throw incomplete(
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hashed(authorization)}'.`,
      );
    }
    pairs.set(name, value);
  }
  const [date] = [...headerValues(rawHeaders, 'x-amz-date'), ...headerValues(rawHeaders, 'date')];
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !pairs.get(name))
    .map((name) => `Authorization header requires '${name}' parameter. `);
  if (date === undefined) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
  }
  if (missing.length > 0) {
    throw incomplete(
      `${missing.join('')}(Hashed with SHA-256 and encoded with Base64) Authorization=${hashed(authorization)}`,
    );
  }
  return {
    ...readCredential(algorithm, pairs.get('Credential') ?? ''),
    signedHeaders: (pairs.get('SignedHeaders') ?? '').toLowerCase().split(';'),
    time: readTime(date ?? ''),
    expiresSeconds: undefined,
    sessionToken: headerValues(rawHeaders, 'x-amz-security-token')[0],
    value: pairs.get('Signature') ?? '',
  };
}

function readQuery(parameters: ReadonlyMap<string, string>): Signature {
  const missing = ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date']
    .filter((name) => !parameters.get(name))
    .map((name) => `AWS query-string parameters must include '${name}'. `);
  if (missing.length > 0) throw incomplete(`${missing.join('')}Re-examine the query-string parameters.`);
  return {
    ...readCredential(parameters.get('X-Amz-Algorithm') ?? '', parameters.get('X-Amz-Credential') ?? ''),
    signedHeaders: (parameters.get('X-Amz-SignedHeaders') ?? '').toLowerCase().split(';'),
    time: readTime(parameters.get('X-Amz-Date') ?? ''),
    expiresSeconds: readExpires(parameters.get('X-Amz-Expires')),
    sessionToken: parameters.get('X-Amz-Security-Token'),
    value: parameters.get('X-Amz-Signature') ?? '',
  };
}

function readCredential(algorithm: string, credential: string): Pick<Signature, 'accessKeyId' | 'scope'> {
  if (algorithm !== ALGORITHM) {
    throw incomplete(`Unsupported AWS 'algorithm': '${algorithm}' (only ${ALGORITHM} for now). `);
  }
  const elements = credential.split('/');
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = elements;
  if (elements.length !== 5) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got (hashed with SHA-256 and encoded with Base64) '${hashed(credential)}'`,
    );
  }
  return { accessKeyId, scope: { date, region, service, terminator } };
}

/** X-Amz-Date has ISO 8601's basic format; the header Date may have HTTP's. */
function readTime(text: string): string {
  const time = /^\w{3}, /.test(text) ? basicTime(Date.parse(text)) : text;
  if (time !== '' && time === basicTime(timeOf(time))) return time;
  throw incomplete(
    `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
}

/** `20261120T231500Z`; empty for `NaN`. */
export const basicTime = (ms: number) =>
  Number.isNaN(ms) ? '' : new Date(ms).toISOString().replaceAll(/[:-]|\.\d+/g, '');

/** @returns milliseconds since 1970, or `NaN` */
export const timeOf = (basic: string) =>
  Date.parse(basic.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));

function readExpires(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= MAX_EXPIRES_SECONDS) return seconds;
  throw incomplete(`X-Amz-Expires must be between 1 and ${MAX_EXPIRES_SECONDS} seconds`);
}

const incomplete = (message: string) => new IamError('IncompleteSignatureException', message);

/** AWS no longer quotes the header, which may contain a token; nor do we the credential, which AWS does. */
const hashed = (secret: string) => createHash('sha256').update(secret, 'latin1').digest('base64');
