import { type Snapshot } from '../control/snapshot.js';
import { GATEWAY_RESPONSES } from '../errors.js';
import { evaluateSelection } from '../mapping/selection-expression.js';
import { type Authorization } from './authorization.js';
import { type AuthorizerRequest } from './authorizer-request.js';

/**
 * Checks the API key of a request, after its authorization. `ApiKeySelectionExpression` selects the client's header
 * `x-api-key` or the authorizer's `usageIdentifierKey`.
 *
 * @param apiKeyAt finds the enabled API key with that value whose usage plan contains the stage
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html
 */
export function checkApiKey(
  { apiKeySelection }: Pick<Snapshot, 'apiKeySelection'>,
  apiKeyAt: (value: string) => { readonly id: string; readonly value: string } | undefined,
  { context, header }: Pick<AuthorizerRequest, 'context' | 'header'>,
): Authorization {
  const value = evaluateSelection(apiKeySelection, { context, header });
  const apiKey = value === '' ? undefined : apiKeyAt(value);
  if (apiKey === undefined) {
    const reason =
      value === '' ? 'no API key' : 'no enabled API key with this value has a usage plan for the stage';
    return { kind: 'denied', response: GATEWAY_RESPONSES.forbidden, reason };
  }
  return {
    kind: 'allowed',
    variables: { 'identity.apiKey': apiKey.value, 'identity.apiKeyId': apiKey.id },
  };
}
