import { conflict } from '../control-error.js';
import { integrationId } from '../snapshot.js';

interface RouteWithTarget {
  readonly RouteId: string;
  readonly Target?: string;
}

/** @throws {ControlError} 409: a route targets the integration */
export function requireUnused(routes: ReadonlyMap<string, RouteWithTarget>, IntegrationId: string): void {
  const users = routes.values().filter(({ Target }) => integrationId(Target) === IntegrationId);
  const routeIds = users.map(({ RouteId }) => RouteId).toArray();
  if (routeIds.length === 0) return;
  // AWS's text: https://github.com/milliHQ/terraform-aws-next-js/issues/247
  throw conflict(
    `Cannot delete Integration because it is referenced by the following Routes with Ids: [${routeIds.join(', ')}]`,
  );
}
