import { describe, expect, it } from 'vitest';
import { type Snapshot } from '../../../../src/gateway/control/snapshot.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { readMessage } from '../../../../src/gateway/websocket/client-message.js';
import { selectRoute } from '../../../../src/gateway/websocket/steps/select-route.js';

const api = (expression: string, ...routeKeys: string[]): Snapshot => ({
  routeSelection: parseSelectionExpression(expression),
  apiKeySelection: parseSelectionExpression('$request.header.x-api-key', 'apiKey'),
  routes: new Map(
    routeKeys.map((routeKey) => [
      routeKey,
      {
        routeKey,
        requiredParameters: [],
        authorization: { kind: 'NONE' },
        isApiKeyRequired: false,
        isTwoWay: false,
      },
    ]),
  ),
});
const select = (snapshot: Snapshot, text: string) => selectRoute(snapshot, readMessage(text))?.routeKey;

describe('selectRoute', () => {
  const chat = api('$request.body.action', '$connect', '$disconnect', '$default', 'join');

  it('selects the route that the body names', () => {
    expect(select(chat, '{"action":"join"}')).toBe('join');
  });

  it.each(['{"action":"leave"}', '{}', '[]', '5', 'null', 'hello', '', '{"action":'])(
    'selects $default when the body names none: %j',
    (text) => {
      expect(select(chat, text)).toBe('$default');
    },
  );

  it('selects no route when nothing matches and there is no $default', () => {
    expect(select(api('$request.body.action', 'join'), '{"action":"leave"}')).toBeUndefined();
  });

  it('selects $default for text that is not JSON, even if the expression is a fixed text', () => {
    expect(select(api('join', '$default', 'join'), 'hello')).toBe('$default');
  });

  it('selects $default when the expression is $default', () => {
    expect(select(api('\\$default', '$default', 'join'), '{"action":"join"}')).toBe('$default');
  });

  it.each(['$connect', '$disconnect'])(
    'selects $default instead of %s, which no message can select',
    (action) => {
      expect(select(chat, JSON.stringify({ action }))).toBe('$default');
    },
  );
});
