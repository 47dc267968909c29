import { type RouteSettings, type Stage } from './fields/stage-fields.js';

/** The stage's default settings, overlaid by those for the route key. */
export const routeSettings = (
  { DefaultRouteSettings, RouteSettings }: Stage,
  routeKey: string,
): RouteSettings => ({
  ...DefaultRouteSettings,
  ...(Object.hasOwn(RouteSettings, routeKey) && RouteSettings[routeKey]),
});
