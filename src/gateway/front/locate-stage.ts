import { type StageAddress } from '../stage-address.js';

/** The stage that a request addresses, or for the log the reason why it addresses none. */
export type StageLocation =
  | { readonly address: StageAddress; readonly reason?: undefined }
  | { readonly address?: undefined; readonly reason: string };

/** The APIs and API mappings of the control plane. */
export interface Addressable {
  apiIds(): readonly string[];
  isHttpApi(apiId: string): boolean;
  api(apiId: string): { readonly DisableExecuteApiEndpoint: boolean } | undefined;
  apiMapping(
    host: string,
    firstSegment: string | undefined,
  ): { readonly apiId: string; readonly stage: string; readonly isKeyed: boolean } | undefined;
}

/**
 * Locates the API and stage of a request. On AWS each API has a host name of its own; here the first of these applies:
 *
 * 1. a custom domain name, with its API mappings: `/{key}…`, or `/…` for the mapping without a key
 * 2. the `Host` header `{apiId}.execute-api.…`: `/{stage}…`
 * 3. a path with the API's id: `/_apis/{apiId}/{stage}…`
 * 4. the API of `--default-api` if it is a WebSocket API, else the only WebSocket API: `/{stage}…`
 *
 * An API with `DisableExecuteApiEndpoint` is reached by the first way only. The stage need not exist.
 */
export function locateStage(
  url: URL,
  host: string,
  apis: Addressable,
  defaultApi: string | undefined,
): StageLocation {
  const segments = decodePath(url.pathname);
  if (segments === undefined) return { reason: 'the path cannot be decoded' };
  const mapping = apis.apiMapping(host, segments[0]);
  if (mapping !== undefined) {
    const { apiId, stage, isKeyed } = mapping;
    return { address: { apiId, stage, rest: isKeyed ? segments.slice(1) : segments, url } };
  }
  const [, apiIdOfHost] = host.match(/^([a-z0-9]+)\.execute-api\./) ?? [];
  const isNamedInPath = segments[0] === '_apis';
  const apiId = apiIdOfHost ?? (isNamedInPath ? segments[1] : defaultWebSocketApi(apis, defaultApi));
  const [stage, ...rest] = isNamedInPath ? segments.slice(2) : segments;
  if (apiId === undefined) return { reason: whyNoApi(isNamedInPath, apis) };
  if (stage === undefined) return { reason: 'the path names no stage' };
  return apis.api(apiId)?.DisableExecuteApiEndpoint === true
    ? { reason: `the API ${apiId} has only its domain names (DisableExecuteApiEndpoint)` }
    : { address: { apiId, stage, rest, url } };
}

function whyNoApi(isNamedInPath: boolean, apis: Addressable): string {
  if (isNamedInPath) return 'the path /_apis names no API';
  return webSocketApiIds(apis).length === 0
    ? 'there is no API for it'
    : 'there are several APIs, and neither host, path nor --default-api names one';
}

function defaultWebSocketApi(apis: Addressable, defaultApi: string | undefined): string | undefined {
  if (defaultApi !== undefined && !apis.isHttpApi(defaultApi)) return defaultApi;
  const apiIds = webSocketApiIds(apis);
  return apiIds.length === 1 ? apiIds[0] : undefined;
}

const webSocketApiIds = (apis: Addressable) => apis.apiIds().filter((apiId) => !apis.isHttpApi(apiId));

/** `/dev/%40connections/a%3D` → `dev`, `@connections`, `a=` */
function decodePath(pathname: string): readonly string[] | undefined {
  try {
    return pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
