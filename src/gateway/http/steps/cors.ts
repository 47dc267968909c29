import { type HttpCors } from '../../control/http-snapshot.js';
import { allowedOrigin } from '../../silent/http-choices.js';
import { type ApiRequest, headerValues } from '../api-request.js';
import { type ApiResponse } from '../api-response.js';

/**
 * The gateway's own response to a preflight that no route takes (H3.02, H3.06).
 *
 * @returns `undefined` for another request, or without a CORS configuration
 */
export function preflightResponse(cors: HttpCors | undefined, request: ApiRequest): ApiResponse | undefined {
  if (cors === undefined || request.method !== 'OPTIONS') return undefined;
  const { allowMethods, allowHeaders, maxAge } = cors;
  const ofResponse = responseHeaders(cors, request);
  const headers =
    // H3.08: an origin that is not allowed gets no header, and the browser refuses
    ofResponse.length === 0
      ? []
      : [
          ...ofResponse,
          ...listHeader('access-control-allow-methods', allowMethods),
          ...listHeader('access-control-allow-headers', allowHeaders),
          ...(maxAge === undefined ? [] : ['access-control-max-age', String(maxAge)]),
        ];
  return { status: 204, headers, body: Buffer.alloc(0), isGatewayResponse: true };
}

/** With a configuration its headers replace those of the integration (H3.14, H3.15). */
export function withCors(
  cors: HttpCors | undefined,
  request: ApiRequest,
  response: ApiResponse,
): ApiResponse {
  if (cors === undefined) return response;
  const { headers } = response;
  const others = headers.some((name, index) => index % 2 === 0 && isCorsHeader(name))
    ? headers.filter((_, index) => !isCorsHeader(headers[index - (index % 2)] ?? ''))
    : headers;
  return { ...response, headers: [...others, ...responseHeaders(cors, request)] };
}

const isCorsHeader = (name: string) => name.startsWith('access-control-');

/** None without an `Origin` (H3.07), or for one that is not allowed. */
function responseHeaders(
  { allowOrigins, allowCredentials, exposeHeaders }: HttpCors,
  { rawHeaders }: ApiRequest,
): readonly string[] {
  const [origin] = headerValues(rawHeaders, 'origin');
  const allowed = origin === undefined ? undefined : allowedOrigin(allowOrigins, origin);
  if (allowed === undefined) return [];
  return [
    'access-control-allow-origin',
    allowed,
    ...(allowCredentials ? ['access-control-allow-credentials', 'true'] : []),
    ...listHeader('access-control-expose-headers', exposeHeaders),
  ];
}

/** H3.13: `*` is sent as it is. */
const listHeader = (name: string, values: readonly string[]): readonly string[] =>
  values.length === 0 ? [] : [name, values.join(',')];
