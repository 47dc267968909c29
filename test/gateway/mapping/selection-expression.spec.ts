import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../../src/gateway/mapping/expression-error.js';
import {
  evaluateSelection,
  parseSelectionExpression,
} from '../../../src/gateway/mapping/selection-expression.js';

const evaluate = (expression: string, body: unknown) =>
  evaluateSelection(parseSelectionExpression(expression), body);

describe('a route selection expression', () => {
  it.each([
    ['$request.body.action', { action: 'join' }, 'join'],
    ['${request.body.action}', { action: 'join' }, 'join'],
    ['$request.body.service.do', { service: { do: 'run' } }, 'run'],
    ['${request.body.service}/${request.body.action}', { service: 'chat', action: 'join' }, 'chat/join'],
    ['$request.body.a/$request.body.b', { a: 1, b: 2 }, '1/2'],
    ['join', {}, 'join'],
    ['\\$default', {}, '$default'],
    ['$request.body.actions[1]', { actions: ['a', 'b'] }, 'b'],
  ])('%s of %j is %s', (expression, body, value) => {
    expect(evaluate(expression, body)).toBe(value);
  });

  it('leaves out what is not there', () => {
    expect(evaluate('${request.body.action}-${request.body.missing}', { action: 'join' })).toBe('join-');
  });

  it('writes an array as [item1, item2]', () => {
    expect(evaluate('$request.body.a', { a: ['item1', 'item2'] })).toBe('[item1, item2]');
  });

  it('is evaluated once: a variable in a value stays text', () => {
    expect(evaluate('$request.body.a', { a: '${request.body.b}', b: 'x' })).toBe('${request.body.b}');
  });

  it.each(['', '$request.header.x', '$context.routeKey', '${request.body.a', '$request.bodyguard.a', '$'])(
    '%j is refused',
    (expression) => {
      expect(() => parseSelectionExpression(expression)).toThrow(ExpressionError);
    },
  );
});
