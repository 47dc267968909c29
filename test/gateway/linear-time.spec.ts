import { describe, expect, it } from 'vitest';
import { Stack } from '../../src/gateway/cloudformation/stack.js';
import { parseSubstitution } from '../../src/gateway/cloudformation/substitution.js';
import { readTemplate } from '../../src/gateway/cloudformation/template.js';
import { evaluatePolicy, parsePolicy } from '../../src/gateway/iam/policy.js';
import { parseSelectionExpression } from '../../src/gateway/mapping/selection-expression.js';
import { parseMappingTemplate } from '../../src/gateway/vtl/render.js';
import { callMethod } from '../../src/gateway/vtl/methods.js';
import { readMessage } from '../../src/gateway/websocket/client-message.js';
import { validateMessage } from '../../src/gateway/websocket/steps/validate-message.js';

// Each input takes minutes by an algorithm that is quadratic or worse, and the test's time is then over.

it('a policy with many wildcards', () => {
  const resource = 'a'.repeat(150);
  const statement = { Effect: 'Allow', Action: '*', Resource: `${'*a'.repeat(6)}b` };
  expect(evaluatePolicy(parsePolicy({ Statement: statement }), 'execute-api:Invoke', resource)).toBe(
    'implicitDeny',
  );
});

it('the text of Fn::Sub with many ${ that nothing closes', () => {
  const text = '${'.repeat(400_000);
  expect(parseSubstitution(text)).toEqual([{ kind: 'text', text }]);
});

it('a template with many dynamic references that nothing closes', () => {
  const text = '{{resolve:'.repeat(100_000);
  const template = readTemplate(`Resources: { A: { Type: T, Properties: { P: '${text}' } } }`, 'f.yaml');
  const stack = new Stack(template, {
    parameters: new Map(),
    region: 'us-east-1',
    accountId: '0'.repeat(12),
  });
  expect(stack.value(template.resources.get('A')!.properties.get('P')!.value)).toBe(text);
});

it('a text with many digits that is not a number, in a mapping template', () => {
  expect(() => callMethod(0, 'parseDouble', [`${'1'.repeat(500_000)}x`])).toThrow('not a number');
});

it.each([
  ['matches', ['(a+)+b'], false],
  ['replaceAll', ['(a+)+b', ''], 'a'.repeat(36)],
  ['split', ['(a+)+b'], ['a'.repeat(36)]],
])('a pattern with nested repetitions, in a mapping template: %s', (method, args, expected) => {
  expect(callMethod('a'.repeat(36), method, args)).toEqual(expected);
});

it('a pattern that scans the whole text at each step back, in a mapping template', () => {
  const before = process.threadCpuUsage();
  expect(callMethod('a'.repeat(650_000), 'matches', ['(.*)(.*)b'])).toBe(false);
  // processor time: 0.06 s, and 2 s without the limit of steps back
  expect(process.threadCpuUsage(before).user).toBeLessThan(500_000);
});

describe('a mapping template that is ten times as long as the longest allowed one', () => {
  const many = (text: string) => text.repeat(327_680 / text.length);
  const within = (before: string, after: string, texts: readonly string[]) =>
    texts.map((text) => `${before}${many(text)}${after}`);

  it.each(
    [
      ...within('', '', ['$', '#', '\\', '\\$', '$!', '${a}', '$a', '$a#', '$a(', '#a ', '#a( ', '#[[ ']),
      ...within('#* '.repeat(200_000), '', ['#* ']),
      ...within('#if(true)#foreach($i in [1])', '#end#end', ['$a', '# ', '$', '#set($a = 1)', '#if(1)#end']),
      ...within('#define($d)', '#end', ['#m(1)', '## c\n', '\r\n', '"']),
      ...within('#set($a = "', '")', ['$a ', '# ', '\\"']),
      ...within('#set($a = [', '1])', ['1,', '"a",', '$a.b(1),', ' ']),
      ...within('#set($a = {', '"a":1})', ['"a":1,', ' ']),
      ...within('#if(', '1)#end', ['1 + ', '$a || ']),
      ...within('$a.b(', '1)', ['1, ', '"$a",']),
      ...within('#m(', '1)', ['1 ', '"a" ']),
      ...within('$a', '', ['.b', '[0]', '.b()']),
      ...within('#if(true)', '#end', ['#elseif(true)']),
      ...within('#macro(m ', ')#end', ['$a ']),
    ].map((template) => [template.slice(0, 40), template] as const),
  )('%j… is parsed', (_, template) => {
    expect(() => parseMappingTemplate('key', template)).not.toThrow();
  });

  it.each([
    ['#if(true)', '#if has no #end'],
    ['#if(true)#foreach($i in [1])', '#if has no #end'],
    ['(', 'nested more than'],
    ['!', 'nested more than'],
    ['[', 'nested more than'],
    ['{"a":', 'nested more than'],
    ['$a.b(', 'nested more than'],
    ['$a[', 'nested more than'],
    ['"', 'expected'],
    ["\\'", 'expected'],
  ])('many %j are refused', (text, reason) => {
    const template = `${text.startsWith('#') ? '' : '#set($a = '}${many(text)}`;
    expect(() => parseMappingTemplate('key', template)).toThrow(reason);
  });
});

it.each([
  ['a pattern', { properties: { a: { pattern: '^(a+)+$' } } }, { a: `${'a'.repeat(40)}!` }],
  [
    'a pattern for emoji',
    { properties: { a: { pattern: '^(.+)+$' } } },
    { a: `${'\u{1f600}'.repeat(40)}\n` },
  ],
  ['patternProperties', { patternProperties: { '^(a+)+$': { not: {} } } }, { [`${'a'.repeat(40)}!`]: 1 }],
])('a message under a model with nested repetitions in %s', (_, schema, message) => {
  const models = {
    selection: parseSelectionExpression('$request.body.action', 'request'),
    schemas: new Map([['$default', schema]]),
  };
  const isRefused = 'properties' in schema;
  expect(validateMessage(models, readMessage(JSON.stringify(message))) !== undefined).toBe(isRefused);
});

it('a message with many items, under a model with uniqueItems', () => {
  const models = {
    selection: parseSelectionExpression('$request.body.action', 'request'),
    schemas: new Map([['$default', { type: 'array', uniqueItems: true }]]),
  };
  const items = Array.from({ length: 80_000 }, (_, index) => ({ a: index, b: [index] }));
  expect(validateMessage(models, readMessage(JSON.stringify(items)))).toBeUndefined();
  const repeated = [...items.slice(0, 10), { b: [3], a: 3 }];
  expect(validateMessage(models, readMessage(JSON.stringify(repeated)))).toContain('duplicate');
  expect(
    validateMessage(models, readMessage('[1, "1", [1], {"a":1}, {"a":[1]}, null, "null"]')),
  ).toBeUndefined();
});
