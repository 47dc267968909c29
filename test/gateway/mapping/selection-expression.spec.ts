import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../../src/gateway/mapping/expression-error.js';
import {
  evaluateSelection,
  parseSelectionExpression,
} from '../../../src/gateway/mapping/selection-expression.js';

const evaluate = (expression: string, body: unknown) =>
  evaluateSelection(parseSelectionExpression(expression), { body });

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

  it('leaves out absent values', () => {
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

describe('the template selection expression of an integration response', () => {
  const response = {
    status: 404,
    headers: { 'x-kind': 'b', 'x-many': ['1', '2'] },
    body: { error: { code: 7 } },
  };

  it.each([
    ['${integration.response.statuscode}', '404'],
    ['$integration.response.header.X-Kind', 'b'],
    ['$integration.response.header.x-many', '2'],
    ['$integration.response.multivalueheader.x-many', '[1, 2]'],
    ['$integration.response.body.error.code', '7'],
    ['$request.body.action', 'join'],
  ])('%s is %s', (expression, value) => {
    const parsed = parseSelectionExpression(expression, 'response');
    expect(evaluateSelection(parsed, { response, body: { action: 'join' } })).toBe(value);
  });
});

describe('an API key selection expression', () => {
  it.each([
    ['$request.header.x-api-key', 'abc'],
    ['$context.authorizer.usageIdentifierKey', 'def'],
    ['$context.constructor', ''],
  ])('%s is %j', (expression, value) => {
    const header = new Map([['x-api-key', ['abc']]]);
    const context = { 'authorizer.usageIdentifierKey': 'def' };
    expect(evaluateSelection(parseSelectionExpression(expression, 'apiKey'), { header, context })).toBe(
      value,
    );
  });

  it('cannot read a body', () => {
    expect(() => parseSelectionExpression('$request.body.key', 'apiKey')).toThrow(ExpressionError);
  });
});
