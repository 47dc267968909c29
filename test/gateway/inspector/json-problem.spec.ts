import { assert, constantFrom, json as jsonTexts, nat, property } from 'fast-check';
import { expect, it } from 'vitest';
import { jsonProblem } from '../../../src/gateway/inspector/frame/json-problem.js';

it.each(['{"a":1}', '1', '"text"', ' [ ] ', '{"a":{"b":[1,2.5e3,null]}}'])(
  'finds no problem in %s',
  (text) => {
    expect(jsonProblem(text)).toBeUndefined();
  },
);

it.each([
  ['{"a":1,\n "b" 2}', 2, 6, 'a colon'],
  ['{"a":', 1, 6, 'a value'],
  ['{"a":1}\nx', 2, 1, 'the end'],
  ['hello', 1, 1, 'a value'],
  ['{"a":1,}', 1, 8, 'a name in double quotes'],
  ["{'a':1}", 1, 2, 'a name in double quotes'],
  ['[1 2]', 1, 4, 'a comma or ]'],
  ['{"a":"x\n"}', 1, 6, 'a text on one line that ends with "'],
  ['[01]', 1, 3, 'a comma or ]'],
])('names line, column and what is expected: %j', (text, line, column, expected) => {
  expect(jsonProblem(text)).toEqual({ line, column, expected });
});

it('has a place within the text for everything that is not JSON', () => {
  assert(
    property(jsonTexts(), nat(), constantFrom('', '}', ',', '"', 'x', '\\'), (json, index, inserted) => {
      const at = index % (json.length + 1);
      const text = json.slice(0, at) + inserted + json.slice(at + 1);
      const problem = jsonProblem(text);
      const lines = text.split('\n');
      const length = lines[(problem?.line ?? 1) - 1]?.length;
      expect(problem === undefined || problem.column <= (length ?? -1) + 1).toBe(true);
      expect(problem?.expected).not.toBe('JSON');
    }),
  );
});
