import { HTTP_RESPONSES, type HttpGatewayResponse } from '../errors.js';
import { type ChoiceTable } from './choice-table.js';

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
  const client = sourceIp.includes(':') ? `[${sourceIp}]` : sourceIp;
  return `for=${forwardedValue(client)};host=${forwardedValue(host)};proto=https`;
};

/** RFC 7239, 4: quoted if it is no token. A client's `Host` must not add parameters of its own. */
const forwardedValue = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

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

/** `requestContext.authorizer` of payload 1.0 behind a Lambda authorizer (H6.28): flat, as in REST APIs. */
export const lambdaAuthorizer1 = ({
  principalId,
  context,
}: {
  readonly principalId: string | undefined;
  readonly context: Readonly<Record<string, unknown>> | null;
}): object => ({ ...context, ...(principalId !== undefined && { principalId }) });

/** Response when a parameter of an AWS service's action cannot be resolved (H7.05 has only the text of the log). */
export const unresolvedProperty: HttpGatewayResponse = HTTP_RESPONSES.badRequest;

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

/** Choices about requests to HTTP APIs, where AWS is silent or contradicts itself. */
export const HTTP_CHOICES: ChoiceTable = {
  title: 'HTTP APIs',
  rows: [
    {
      question: '`/$default/x`; `/dev` and `/dev/`',
      choice: 'a path of the stage `$default`; both are the root of the stage `dev`',
      where: 'http/steps/select-stage.ts',
    },
    {
      question: 'a path that is not valid percent-encoding; parts `.` and `..`',
      choice: '400 `Bad Request`; not resolved',
    },
    {
      question: 'an encoded question mark in the path',
      choice: 'cut off, with all that follows, before the route is selected',
      because: 'AWS was seen to cut it off before the integration is called',
    },
    {
      question: 'case of a path; an empty greedy value; static parts and variables',
      choice: 'case-sensitive; does not match; static parts win, from the left',
      where: 'http/steps/router.ts',
    },
    {
      question: 'HEAD and methods such as PROPFIND',
      choice: 'only a route with HEAD, `ANY` or `$default`; `ANY` and `$default` take any method',
      because: 'documented is only that a route has one method or `ANY`',
      where: 'http/steps/router.ts',
    },
    {
      question: 'a preflight that a route matches',
      choice: 'the route gets it; the gateway responds only if no route matches',
      because: 'users saw functions receive OPTIONS',
      where: 'http/http-pipeline.ts',
    },
    {
      question: 'a preflight without an allowed `Origin`; `*` for methods and headers; `https://*`',
      choice: '204 without CORS headers; sent as `*`; every origin of that scheme',
      where: 'http/steps/cors.ts',
    },
    {
      question: "CORS headers of the gateway's own errors",
      choice: 'as on other responses',
      because: 'otherwise a web page could not read the status',
      where: 'http/steps/cors.ts',
    },
    {
      question:
        'the path over the Internet of a route without variables in its URI; of `$default` with a path in the URI',
      choice: "that of the URI; the URI's, then the request's; both without the stage",
      because: 'only placeholders are documented to carry the path',
    },
    {
      question: 'a placeholder of the URI that the route does not have; a query string in both',
      choice: "sent as it is written; both, the URI's first",
      where: 'http/steps/url-template.ts',
    },
    {
      question: '`Forwarded`',
      choice: 'without `by=`, always `proto=https`; addresses with a colon in quotes, as RFC 7239 requires',
      because: 'the newest captures have no `by=`',
    },
    {
      question: '`Host` of a private integration without a mapping',
      choice: "the client's",
      because: 'it is not documented, and users map it for a virtual host',
    },
    {
      question: 'headers that are not passed on',
      choice: 'hop-by-hop headers, those that `Connection` names, `Expect`, `Proxy-*`',
      where: 'http/steps/forwarded-headers.ts',
    },
    {
      question: '`Server`, `Date` of a backend',
      choice: 'passed on',
      because: 'mappings may set them',
      where: 'http/steps/map-http-response.ts',
    },
    {
      question: 'bodies with the types `…+json` and `…+xml` for a function',
      choice: 'base64',
      because: 'not among the types that were tested on AWS',
    },
    {
      question: '`path` of payload 1.0 on a named stage',
      choice: 'with the stage',
      because: 'sources conflict; so it is in payload 2.0',
    },
    {
      question: '`null` and numbers as the result of payload 2.0; numbers as values of headers',
      choice: 'sent as JSON; as text',
      where: 'integrations/lambda-response.ts',
    },
    {
      question: 'a mapped variable without a value; within a text',
      choice: 'nothing is changed; empty',
      where: 'http/steps/map-http-request.ts',
    },
    {
      question: 'order of the mappings; `append` to a header that exists',
      choice: 'removed and overwritten are original values, appended ones stay; a second header line',
      because: 'renaming by append and remove works in any order',
      where: 'http/steps/map-http-request.ts',
    },
    {
      question: 'a mapped list or object; a mapped query value; a mapped path',
      choice: 'JSON; encoded; characters that a path cannot contain are encoded',
      where: 'http/steps/map-http-request.ts',
    },
    {
      question: 'a dollar sign in a text, as in `a-$request.path`',
      choice: 'text: only a whole value, or `${…}`, is a variable',
      where: 'mapping/http-parameters.ts',
    },
    {
      question: 'response parameters on errors of the gateway and on preflights',
      choice: 'do not apply',
      where: 'http/http-pipeline.ts',
    },
    {
      question:
        'a backend over the Internet that is not reachable, whose TLS fails, that responds with over 10 MB',
      choice: '503; 500; 503',
      because: 'private targets were seen to get 503, a wrong certificate 500',
    },
    {
      question: 'a timeout of an HTTP backend',
      choice: '503 `Service Unavailable`',
      because: 'recorded for Lambda',
      where: 'errors.ts',
    },
    {
      question:
        'a body over 10 MB; too many requests; a route without an integration; an unset stage variable',
      choice: '413 `Request Entity Too Large`; 429 `Too Many Requests`; 500; 500',
      where: 'errors.ts',
    },
    {
      question: '`$context.dataProcessed`; `$context.requestTimeEpoch` in a mapping',
      choice: 'bytes of both bodies; milliseconds',
      because: 'seconds were seen in access logs only',
    },
    {
      question: '`requestContext.domainName`, `domainPrefix` at a local address',
      choice: "the client's `Host` with its port; the API's id",
      because: 'so that it can be called',
      where: 'http/steps/http-context.ts',
    },
  ],
};
