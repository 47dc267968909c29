import { type HttpApis, type ServedHttpStage } from '../../control/http-snapshot.js';
import { type ApiRequest } from '../api-request.js';

/** The stage that serves a request, and the path that its routes see. */
export interface StageSelection {
  readonly name: string;
  readonly stage: ServedHttpStage;
  /** Decoded; `/` at the stage's root. */
  readonly routePath: string;
}

/**
 * Selects the stage before any route (H1.03): the first part of the path if it is a stage's name, else `$default`. Behind
 * a custom domain name the API mapping names it (H1.12).
 *
 * @returns `undefined` when the API has no such stage
 */
export function selectStage(
  apis: Pick<HttpApis, 'httpStage'>,
  request: ApiRequest,
): StageSelection | undefined {
  const { apiId, path, customDomain } = request;
  if (customDomain !== undefined) {
    const { stage: name, basePath } = customDomain;
    const stage = apis.httpStage(apiId, name);
    return stage && { name, stage, routePath: pathBelow(path, basePath === '' ? 0 : basePath.length + 1) };
  }
  const end = path.indexOf('/', 1);
  const first = end < 0 ? path.slice(1) : path.slice(1, end);
  // H1.05: in a path `$default` is not the name of the stage
  const named = first === DEFAULT_STAGE ? undefined : apis.httpStage(apiId, first);
  if (named !== undefined) return { name: first, stage: named, routePath: pathBelow(path, first.length + 1) };
  const stage = apis.httpStage(apiId, DEFAULT_STAGE);
  return stage && { name: DEFAULT_STAGE, stage, routePath: path };
}

const DEFAULT_STAGE = '$default';

/** H1.07: `/dev` and `/dev/` are both the root of the stage `dev`. */
const pathBelow = (path: string, length: number) => path.slice(length) || '/';
