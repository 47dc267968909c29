import { isAdminPath } from '../admin/admin-api.js';
import { isControlRequest } from '../control/control-api.js';
import { type HttpApis } from '../control/http-snapshot.js';
import { type HttpAddress } from '../http/http-address.js';
import { decodePath } from '../silent/http-choices.js';

/** The APIs and API mappings of the control plane. */
export interface AddressableHttpApis extends Pick<HttpApis, 'isHttpApi' | 'httpMapping'> {
  apiIds(): readonly string[];
  /** Whether a host name is a custom domain name. */
  isDomainName(name: string): boolean;
}

/**
 * Locates the HTTP API of a request, by the first of these:
 *
 * 1. a custom domain name, with its API mappings
 * 2. the `Host` header `{apiId}.execute-api.…`
 * 3. a path with the API's id: `/_apis/{apiId}…`
 * 4. the API of `--default-api` if it is an HTTP API, else the only HTTP API; but the control plane, the gateway's own
 *    API and `@connections` of a WebSocket API come first
 *
 * @param target path and query, as sent
 * @param authorization the header, which can mark a request to the control plane
 * @returns `undefined` when the request addresses something else
 */
export function locateHttpApi(
  target: string,
  host: string,
  apis: AddressableHttpApis,
  defaultApi: string | undefined,
  authorization?: string,
): HttpAddress | undefined {
  if (!target.startsWith('/')) return undefined;
  const named = namedHttpApi(target, host, apis);
  if (named !== undefined || EXECUTE_API.test(host) || apis.isDomainName(hostname(host))) return named;
  const { path, queryString } = split(target);
  const isCommand = isControlRequest(path, authorization) || isAdminPath(path) || CONNECTIONS.test(path);
  if (isCommand || path.startsWith(APIS)) return undefined;
  const apiId =
    defaultApi !== undefined && apis.isHttpApi(defaultApi)
      ? defaultApi
      : onlyOne(apis.apiIds().filter((id) => apis.isHttpApi(id)));
  return apiId === undefined
    ? undefined
    : { apiId, path: decodePath(path), queryString, customDomain: undefined };
}

/** The HTTP API that a request names itself: the first three ways of `locateHttpApi`. */
export function namedHttpApi(
  target: string,
  host: string,
  apis: Pick<AddressableHttpApis, 'isHttpApi' | 'httpMapping'>,
): HttpAddress | undefined {
  // an absolute URL or `*`
  if (!target.startsWith('/')) return undefined;
  const { path, queryString } = split(target);
  const decoded = decodePath(path);
  const customDomain = apis.httpMapping(host, decoded ?? '/');
  if (customDomain !== undefined) {
    return { apiId: customDomain.apiId, path: decoded, queryString, customDomain };
  }
  const apiIdOfHost = EXECUTE_API.exec(host)?.[1];
  if (apiIdOfHost !== undefined) {
    return apis.isHttpApi(apiIdOfHost)
      ? { apiId: apiIdOfHost, path: decoded, queryString, customDomain: undefined }
      : undefined;
  }
  if (!path.startsWith(APIS)) return undefined;
  const end = path.indexOf('/', APIS.length);
  const apiId = path.slice(APIS.length, end < 0 ? undefined : end);
  if (!apis.isHttpApi(apiId)) return undefined;
  const below = end < 0 ? '/' : path.slice(end);
  return { apiId, path: decodePath(below), queryString, customDomain: undefined };
}

const APIS = '/_apis/';
const EXECUTE_API = /^([a-z0-9]+)\.execute-api\./;

/** `/{stage}/@connections/…`: no route of an HTTP API can have this part (H2.02). */
const CONNECTIONS = /^\/[^/]+\/(?:@|%40)connections\//;

const onlyOne = (apiIds: readonly string[]) => (apiIds.length === 1 ? apiIds[0] : undefined);

const hostname = (host: string) => host.replace(/:\d+$/, '').toLowerCase();

function split(target: string): { readonly path: string; readonly queryString: string } {
  const end = target.indexOf('?');
  return end < 0
    ? { path: target, queryString: '' }
    : { path: target.slice(0, end), queryString: target.slice(end + 1) };
}
