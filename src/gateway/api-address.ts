/**
 * Which API and stage a request means. AWS gives each API a host name of its own; a laptop has one, so there are
 * two more ways, tried in this order:
 *
 * 1. the `Host` header `{apiId}.execute-api.…`: `/{stage}…`
 * 2. a path that names the API: `/_apis/{apiId}/{stage}…`
 * 3. the API named by `--default-api`, else the only one there is: `/{stage}…`
 */
export interface StageAddress {
  readonly apiId: string;
  readonly stage: string;
  /** What follows the stage, decoded and without empty segments. */
  readonly rest: readonly string[];
  readonly url: URL;
}

/** @returns `undefined` when no API or no stage is named, or the path cannot be decoded */
export function findStage(
  url: URL,
  host: string,
  apiIds: readonly string[],
  defaultApi: string | undefined,
): StageAddress | undefined {
  const segments = decodePath(url.pathname);
  if (segments === undefined) return undefined;
  const [, apiIdOfHost] = host.match(/^([a-z0-9]+)\.execute-api\./) ?? [];
  const isNamedInPath = segments[0] === '_apis';
  const apiId =
    apiIdOfHost ??
    (isNamedInPath ? segments[1] : (defaultApi ?? (apiIds.length === 1 ? apiIds[0] : undefined)));
  const [stage, ...rest] = isNamedInPath ? segments.slice(2) : segments;
  return apiId === undefined || stage === undefined ? undefined : { apiId, stage, rest, url };
}

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
