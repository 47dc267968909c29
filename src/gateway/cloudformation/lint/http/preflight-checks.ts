import { type Report, type Subject } from '../subject.js';
import { type LintedApi, type LintedRoute } from '../template-apis.js';

/** H3.03 and H3.04: a route that matches OPTIONS takes preflights, despite a CORS configuration. */
export function checkPreflights(subject: Subject, { api, routes }: LintedApi, report: Report): void {
  const hasCors = api?.properties.has('CorsConfiguration') ?? false;
  const keys = new Set(routes.map(({ key }) => key));
  for (const { resource, key } of routes) {
    const { path, isOptions } = preflightsOf(key);
    const type = subject.text(resource, 'AuthorizationType') ?? 'NONE';
    if (path === undefined) continue;
    if (isOptions && type !== 'NONE') {
      report(
        'preflight-authorization',
        subject.at(resource, 'AuthorizationType'),
        `${resource.logicalId} (${key}) requires ${type} of preflights`,
        { fix: 'AuthorizationType: NONE' },
      );
    }
    if (isOptions || !hasCors || keys.has(`OPTIONS ${path}`)) continue;
    if (type === 'NONE') reportBackend({ resource, key }, report);
    else {
      report(
        'preflight-authorization',
        subject.at(resource, 'AuthorizationType'),
        `${resource.logicalId} (${key}) also takes preflights, and requires ${type} of them`,
        { fix: `add a route OPTIONS ${path} without authorization, or list the methods instead of ANY` },
      );
    }
  }
}

/** The path of the preflights that a route takes; `undefined` if it takes none. */
function preflightsOf(key: string): { readonly path: string | undefined; readonly isOptions: boolean } {
  if (key === '$default') return { path: '/{proxy+}', isOptions: false };
  const [, method, path] = key.match(/^(ANY|OPTIONS) (\/.*)$/) ?? [];
  return { path, isOptions: method === 'OPTIONS' };
}

const reportBackend = ({ resource, key }: LintedRoute, report: Report) =>
  report(
    'preflight-to-backend',
    resource.at,
    `${resource.logicalId} (${key}) sends preflights to its backend, which has to respond with a status of 200 to 299`,
  );
