import { describe, expect, it } from 'vitest';
import { parseSelectionExpression } from '../../../src/gateway/mapping/selection-expression.js';
import { checkApiKey } from '../../../src/gateway/authorizers/api-key.js';
import { type RouteEvent } from '../../../src/gateway/websocket/steps/map-request.js';
import { connectEvent } from '../../support/route-event.js';

const check = (expression: string, event: RouteEvent) =>
  checkApiKey(
    { apiKeySelection: parseSelectionExpression(expression, 'apiKey') },
    (value) => (value === 'right-key' ? { id: 'abc123', value } : undefined),
    event,
  );

describe('the API key', () => {
  it('is the header’s, and becomes context variables', () => {
    expect(check('$request.header.x-api-key', connectEvent(['X-API-Key', 'right-key']))).toEqual({
      kind: 'allowed',
      variables: { 'identity.apiKey': 'right-key', 'identity.apiKeyId': 'abc123' },
    });
  });

  it('may be what the authorizer returned', () => {
    const { connection } = connectEvent();
    const authorized = { 'authorizer.usageIdentifierKey': 'right-key' };
    expect(
      check(
        '$context.authorizer.usageIdentifierKey',
        connectEvent([], '', { connection: { ...connection, authorized } }),
      ),
    ).toMatchObject({ kind: 'allowed' });
  });

  it.each([
    ['missing', []],
    ['empty', ['x-api-key', '']],
    ['unknown', ['x-api-key', 'other']],
  ])('that is %s is 403 Forbidden', (_, headers) => {
    expect(check('$request.header.x-api-key', connectEvent(headers))).toMatchObject({
      kind: 'denied',
      answer: { status: 403, message: 'Forbidden' },
    });
  });
});
