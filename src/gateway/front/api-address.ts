/**
 * Which API and stage a request means. AWS gives each API a host name of its own; a laptop has one, so there are
 * more ways, tried in this order:
 *
 * 1. a domain name of the user's, by its API mappings: `/{key}…`, or `/…` with the empty key
 * 2. the `Host` header `{apiId}.execute-api.…`: `/{stage}…`
 * 3. a path that names the API: `/_apis/{apiId}/{stage}…`
 * 4. the API named by `--default-api`, else the only one there is: `/{stage}…`
 *
 * With `DisableExecuteApiEndpoint` an API is reached by the first way only.
 */
export interface StageAddress {
  readonly apiId: string;
  readonly stage: string;
  /** What follows the stage, decoded and without empty segments. */
  readonly rest: readonly string[];
  readonly url: URL;
}

/** What there is to be meant; the control plane knows. */
export interface Addressable {
  apiIds(): readonly string[];
  api(apiId: string): { readonly DisableExecuteApiEndpoint: boolean } | undefined;
  apiMapping(
    host: string,
    firstSegment: string | undefined,
  ): { readonly apiId: string; readonly stage: string; readonly isKeyed: boolean } | undefined;
}

/** @returns `undefined` when no API or no stage is named, or the path cannot be decoded */
export function findStage(
  url: URL,
  host: string,
  apis: Addressable,
  defaultApi: string | undefined,
): StageAddress | undefined {
  const found = locate(url, host, apis, defaultApi);
  return typeof found === 'string' ? undefined : found;
}

/** Why a WebSocket cannot be at this URL, for the log: it names no stage, or something below one. */
export function whyNoWebSocket(
  url: URL,
  host: string,
  apis: Addressable,
  defaultApi: string | undefined,
): string {
  const found = locate(url, host, apis, defaultApi);
  if (typeof found === 'string') return found;
  return `the path goes on below the stage ${found.stage}`;
}

/** @returns the stage, or why there is none */
function locate(
  url: URL,
  host: string,
  apis: Addressable,
  defaultApi: string | undefined,
): StageAddress | string {
  const segments = decodePath(url.pathname);
  if (segments === undefined) return 'the path cannot be decoded';
  const mapping = apis.apiMapping(host, segments[0]);
  if (mapping !== undefined) {
    const { apiId, stage, isKeyed } = mapping;
    return { apiId, stage, rest: isKeyed ? segments.slice(1) : segments, url };
  }
  const [, apiIdOfHost] = host.match(/^([a-z0-9]+)\.execute-api\./) ?? [];
  const isNamedInPath = segments[0] === '_apis';
  const apiId = apiIdOfHost ?? (isNamedInPath ? segments[1] : (defaultApi ?? onlyOne(apis.apiIds())));
  const [stage, ...rest] = isNamedInPath ? segments.slice(2) : segments;
  if (apiId === undefined) {
    if (isNamedInPath) return 'the path /_apis names no API';
    return apis.apiIds().length === 0
      ? 'there is no API'
      : 'there is more than one API, and neither host, path nor --default-api says which';
  }
  if (stage === undefined) return 'the path names no stage';
  return apis.api(apiId)?.DisableExecuteApiEndpoint === true
    ? `the API ${apiId} is reached by its domain names only (DisableExecuteApiEndpoint)`
    : { apiId, stage, rest, url };
}

const onlyOne = (apiIds: readonly string[]) => (apiIds.length === 1 ? apiIds[0] : undefined);

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
