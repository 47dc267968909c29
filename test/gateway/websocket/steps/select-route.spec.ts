import { describe, expect, it } from 'vitest';
import { type Snapshot } from '../../../../src/gateway/control/snapshot.js';
import { parseSelectionExpression } from '../../../../src/gateway/mapping/selection-expression.js';
import { readMessage, selectRoute } from '../../../../src/gateway/websocket/steps/select-route.js';

const api = (expression: string, ...routeKeys: string[]): Snapshot => ({
  routeSelection: parseSelectionExpression(expression),
  apiKeySelection: [],
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

describe('a message goes to', () => {
  const chat = api('$request.body.action', '$connect', '$disconnect', '$default', 'join');

  it('the route that its body names', () => {
    expect(select(chat, '{"action":"join"}')).toBe('join');
  });

  it.each(['{"action":"leave"}', '{}', '[]', '5', 'null', 'hello', '', '{"action":'])(
    '$default when none is named: %j',
    (text) => {
      expect(select(chat, text)).toBe('$default');
    },
  );

  it('no route when nothing matches and there is no $default', () => {
    expect(select(api('$request.body.action', 'join'), '{"action":"leave"}')).toBeUndefined();
  });

  it('$default when it is not JSON, even if the expression is a fixed text', () => {
    expect(select(api('join', '$default', 'join'), 'hello')).toBe('$default');
  });

  it('$default when the expression says so', () => {
    expect(select(api('\\$default', '$default', 'join'), '{"action":"join"}')).toBe('$default');
  });

  it.each(['$connect', '$disconnect'])('$default rather than %s, which no message can name', (action) => {
    expect(select(chat, JSON.stringify({ action }))).toBe('$default');
  });
});
