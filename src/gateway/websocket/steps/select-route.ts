import { type DeployedRoute, type Snapshot } from '../../control/snapshot.js';
import { evaluateSelection } from '../../mapping/selection-expression.js';
import { type Story } from '../../recorder/story.js';
import { canMessageSelect, NON_JSON_ROUTE_KEY } from '../../silent/websocket-choices.js';
import { type ClientMessage } from '../client-message.js';

/**
 * The route whose key is the value of the route selection expression, else `$default`.
 *
 * @returns `undefined` when there is no such route and no `$default`
 */
export function selectRoute(
  snapshot: Snapshot,
  message: ClientMessage,
  story?: Story,
): DeployedRoute | undefined {
  const { routeSelection, routes } = snapshot;
  const value =
    message.json === undefined ? undefined : evaluateSelection(routeSelection, { body: message.json });
  const key = value ?? NON_JSON_ROUTE_KEY;
  const route = (canMessageSelect(key) ? routes.get(key) : undefined) ?? routes.get('$default');
  story?.add({
    step: 'route',
    expression: routeSelection.text,
    ...(value !== undefined && { value }),
    ...(route && { routeKey: route.routeKey }),
  });
  return route;
}
