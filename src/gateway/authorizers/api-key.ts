import { type Snapshot } from '../control/snapshot.js';
import { ANSWERS } from '../errors.js';
import { contextVariables } from '../mapping/context-variables.js';
import { evaluateSelection } from '../mapping/selection-expression.js';
import { type Authorization } from './authorization.js';
import { type RouteEvent } from '../websocket/steps/map-request.js';

/**
 * The API key that `$connect` needs, after authorization: `ApiKeySelectionExpression` says whether it is the client's
 * header `x-api-key` or what the authorizer returned as `usageIdentifierKey`.
 *
 * @param snapshot has the expression
 * @param apiKeyAt the enabled API key with that value whose usage plan opens this stage
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export function checkApiKey(
  { apiKeySelection }: Pick<Snapshot, 'apiKeySelection'>,
  apiKeyAt: (value: string) => { readonly id: string; readonly value: string } | undefined,
  { connection, facts, handshake }: RouteEvent,
): Authorization {
  const value = evaluateSelection(apiKeySelection, {
    context: contextVariables({ ...connection, ...facts }),
    ...(handshake && { header: handshake.header }),
  });
  const apiKey = value === '' ? undefined : apiKeyAt(value);
  if (apiKey === undefined) {
    const reason =
      value === '' ? 'no API key' : 'no enabled API key of this value has a usage plan for the stage';
    return { kind: 'denied', answer: ANSWERS.forbidden, reason };
  }
  return {
    kind: 'allowed',
    variables: { 'identity.apiKey': apiKey.value, 'identity.apiKeyId': apiKey.id },
  };
}
