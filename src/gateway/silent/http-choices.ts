import { HTTP_RESPONSES, type HttpGatewayResponse } from '../errors.js';

/**
 * Choices about HTTP APIs, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is silent", lists them.
 * Numbers are those of the facts marked [uncertain].
 *
 * Made elsewhere, where the code reads best:
 *
 * - H1.05, H1.07: `/$default/x` is a path of the stage `$default`; `/dev` and `/dev/` are both the root of `dev`
 *   (http/steps/select-stage.ts)
 * - H2.04, H2.14, H2.15: a greedy value is not empty, matching is case-sensitive, and a slash at the end counts
 *   (http/steps/router.ts)
 * - H3.05: a route that matches OPTIONS takes the preflight, the gateway responds only if none does (http/http-pipeline.ts)
 */

/**
 * The path that is sent over the Internet for the route `$default`: the URI's own path, then the request's without the
 * stage (H1.09, H4.03).
 */
export const joinPaths = (base: string, path: string): string => base.replace(/\/+$/, '') + path;

/** A query string in the URI and one in the request: both, the URI's first (H4.08). */
export const joinQueries = (ofUri: string, ofRequest: string): string =>
  ofUri === '' || ofRequest === '' ? ofUri + ofRequest : `${ofUri}&${ofRequest}`;

/** `Forwarded` as in the newest captures, without `by=` (H4.12); AWS accepts only https. */
export const forwardedElement = (sourceIp: string, host: string): string => {
  // RFC 7239, 4: an IPv6 address in brackets, and everything with a colon in quotes
  const client = sourceIp.includes(':') ? `"[${sourceIp}]"` : sourceIp;
  return `for=${client};host=${host.includes(':') ? `"${host}"` : host};proto=https`;
};

/** The `Host` that a private integration sends without a mapping: the client's (H5.06). */
export const privateHost = (clientHost: string): string => clientHost;

/**
 * Whether a function receives a body as text. Types with the suffixes `+json` and `+xml` are not among those that were
 * tested on AWS (H6.15); payload 1.0 has the same rule (H6.29).
 *
 * @param contentType without parameters, in lower case
 */
export const isTextBody = (contentType: string | undefined): boolean =>
  contentType !== undefined && (contentType.startsWith('text/') || TEXT_TYPES.has(contentType));

const TEXT_TYPES = new Set(['application/json', 'application/javascript', 'application/xml']);

/** `path` of payload 1.0: with the stage, as in the beta and in `requestContext.path` (H1.09). */
export const pathOfPayload1 = (path: string): string => path;

/** `requestContext.authorizer` of payload 2.0 for a signed request (H6.19). */
export function authorizerOf(authorized: Readonly<Record<string, string>>): object | undefined {
  if (authorized['identity.userArn'] === undefined) return undefined;
  return {
    iam: {
      accessKey: authorized['identity.accessKey'] ?? null,
      accountId: authorized['identity.accountId'] ?? null,
      callerId: authorized['identity.caller'] ?? null,
      cognitoIdentity: null,
      principalOrgId: 'aws:PrincipalOrgID',
      userArn: authorized['identity.userArn'],
      userId: authorized['identity.user'] ?? null,
    },
  };
}

/**
 * Response when an HTTP backend cannot be reached (H10.08): 503 as for private targets, but 500 if TLS fails, as users saw
 * for a name that does not match (H5.04).
 */
export const failedBackend = (error: Error): HttpGatewayResponse =>
  isTlsFailure(error.cause) ? HTTP_RESPONSES.integrationFailed : HTTP_RESPONSES.unavailable;

/** Node's codes for a certificate that cannot be verified, and OpenSSL's for a failed handshake. */
const isTlsFailure = (cause: unknown): boolean =>
  cause instanceof Error &&
  'code' in cause &&
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO$)/.test(String(cause.code));

/**
 * The value of `access-control-allow-origin` for a request of an origin (H3.09, H3.10, H3.12): `*` as it is configured,
 * otherwise the origin itself if the list has it, or has its scheme as `https://*`.
 */
export function allowedOrigin(allowed: readonly string[], origin: string): string | undefined {
  if (allowed.includes('*')) return '*';
  const isAllowed =
    allowed.includes(origin) ||
    allowed.some((each) => each.endsWith('://*') && origin.startsWith(each.slice(0, -1)));
  return isAllowed ? origin : undefined;
}

/** `$context.dataProcessed`, "the amount of data processed in bytes": both bodies. */
export const dataProcessed = (requestBytes: number, responseBytes: number): number =>
  requestBytes + responseBytes;

/**
 * A request's path as stages and routes see it: an encoded slash becomes a separator (H2.16), and everything after an
 * encoded question mark is cut off (H2.17), here before the route is selected. Parts `.` and `..` are not resolved.
 *
 * @returns `undefined` when it is not valid percent-encoding of UTF-8
 */
export function decodePath(path: string): string | undefined {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path).split('?', 1)[0];
  } catch {
    return undefined;
  }
}
