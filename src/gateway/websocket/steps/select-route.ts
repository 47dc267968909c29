import { type DeployedRoute, type Snapshot } from '../../control/snapshot.js';
import { evaluateSelection } from '../../mapping/selection-expression.js';
import { canMessageSelect, NON_JSON_ROUTE_KEY } from '../../silent/websocket-choices.js';
import { type ClientMessage } from '../client-message.js';

/**
 * The route whose key is the value of the route selection expression, else `$default`.
 *
 * @returns `undefined` when there is no such route and no `$default`
 */
export function selectRoute(snapshot: Snapshot, message: ClientMessage): DeployedRoute | undefined {
  const key =
    message.json === undefined
      ? NON_JSON_ROUTE_KEY
      : evaluateSelection(snapshot.routeSelection, { body: message.json });
  return (canMessageSelect(key) ? snapshot.routes.get(key) : undefined) ?? snapshot.routes.get('$default');
}
