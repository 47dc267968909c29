import { describe, expect, it } from 'vitest';
import { checkApiKey } from '../../../src/gateway/authorizers/check-api-key.js';
import { parseSelectionExpression } from '../../../src/gateway/mapping/selection-expression.js';

const check = (expression: string, apiKeyHeader?: string, context: Readonly<Record<string, string>> = {}) =>
  checkApiKey(
    { apiKeySelection: parseSelectionExpression(expression, 'apiKey') },
    (value) => (value === 'right-key' ? { id: 'abc123', value } : undefined),
    {
      context,
      header: new Map(apiKeyHeader === undefined ? [] : [['x-api-key', [apiKeyHeader]]]),
    },
  );

describe('checkApiKey', () => {
  it('finds the key of the header and returns it as context variables', () => {
    expect(check('$request.header.x-api-key', 'right-key')).toEqual({
      kind: 'allowed',
      variables: { 'identity.apiKey': 'right-key', 'identity.apiKeyId': 'abc123' },
    });
  });

  it('finds the key that the authorizer returned', () => {
    const context = { 'authorizer.usageIdentifierKey': 'right-key' };
    expect(check('$context.authorizer.usageIdentifierKey', undefined, context)).toMatchObject({
      kind: 'allowed',
    });
  });

  it.each([
    ['a missing', undefined],
    ['an empty', ''],
    ['an unknown', 'other'],
  ])('denies %s key with 403 Forbidden', (_, key) => {
    expect(check('$request.header.x-api-key', key)).toMatchObject({
      kind: 'denied',
      response: { status: 403, message: 'Forbidden' },
    });
  });
});
