import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../../src/gateway/mapping/expression-error.js';
import { parseJsonPath, valueAt } from '../../../src/gateway/mapping/json-path.js';

const body = {
  action: 'join',
  'user-id': 7,
  service: { do: 'run', list: [{ n: 1 }, { n: 2 }], 'odd name': true, nothing: null },
};

describe('a JSONPath', () => {
  it.each([
    ['', body],
    ['.action', 'join'],
    ['.user-id', 7],
    ['.service.do', 'run'],
    ["['service']['odd name']", true],
    ['.service["do"]', 'run'],
    ['.service.list[1].n', 2],
    ['.service.list[-1].n', 2],
    ['.service.list[*].n', [1, 2]],
    ['.service.list.*.n', [1, 2]],
    ['.service.nothing', null],
  ])('%j finds its value', (path, value) => {
    expect(valueAt(body, parseJsonPath(path))).toEqual(value);
  });

  it.each([
    '.missing',
    '.action.length',
    '.service.list.n',
    '.service.list[9]',
    '[0]',
    '.service.missing[*]',
  ])('%j finds nothing', (path) => {
    expect(valueAt(body, parseJsonPath(path))).toBeUndefined();
  });

  it('does not find what every object inherits', () => {
    expect(valueAt({}, parseJsonPath('.constructor'))).toBeUndefined();
  });

  it.each(['..action', '.a[?(@.x)]', '.a[0:2]', '.a[', '.', 'action'])('%j is refused', (path) => {
    expect(() => parseJsonPath(path)).toThrow(ExpressionError);
  });
});
