import { type DeployedRoute, type Snapshot } from '../../control/snapshot.js';
import { evaluateSelection } from '../../mapping/selection-expression.js';

/** A client's message; `json` is `undefined` when the text is none. */
export interface Message {
  readonly text: string;
  readonly json: unknown;
}

/**
 * The route whose key equals the selection expression's value, else `$default`. Text that is not JSON goes to
 * `$default` whatever the expression says.
 *
 * @returns `undefined` when there is no such route and no `$default`
 */
export function selectRoute(snapshot: Snapshot, message: Message): DeployedRoute | undefined {
  const key =
    message.json === undefined
      ? '$default'
      : evaluateSelection(snapshot.routeSelection, { body: message.json });
  return (isForMessages(key) ? snapshot.routes.get(key) : undefined) ?? snapshot.routes.get('$default');
}

/** Reads a client's text; what is not JSON is a message all the same. */
export function readMessage(text: string): Message {
  try {
    return { text, json: JSON.parse(text) as unknown };
  } catch {
    return { text, json: undefined };
  }
}

/** A message must not pass for a handshake or a close by naming their route. */
const isForMessages = (routeKey: string) => routeKey !== '$connect' && routeKey !== '$disconnect';
