import { expect, it } from 'vitest';
import { Stack } from '../../../src/gateway/cloudformation/stack.js';
import { readTemplate } from '../../../src/gateway/cloudformation/template.js';
import { CloudFormationError } from '../../../src/gateway/cloudformation/cloudformation-error.js';

const SETTINGS = { parameters: new Map(), region: 'us-east-1', accountId: '000000000000' };

/** Reads a template and evaluates the property `P` of its resource `A`. */
function evaluate(template: object): unknown {
  const stack = new Stack(readTemplate(JSON.stringify(template), 'f.json'), SETTINGS);
  stack.resources();
  return stack.value(stack.template.resources.get('A')!.properties.get('P')!.value);
}

const withProperty = (P: unknown, more: object = {}) => ({
  ...more,
  Resources: { A: { Type: 'T', Properties: { P } } },
});
const LONG = 'a'.repeat(400_000);

it.each([
  [
    'Fn::Sub of a long parameter',
    withProperty(
      { 'Fn::Sub': '${P}'.repeat(100_000) },
      { Parameters: { P: { Type: 'String', Default: LONG } } },
    ),
  ],
  ['Fn::Join with a long delimiter', withProperty({ 'Fn::Join': [LONG, Array(100_000).fill('b')] })],
])('%s is an error before the text is built', (_, template) => {
  expect(() => evaluate(template)).toThrow(CloudFormationError);
  expect(() => evaluate(template)).toThrow('more than 1048576 characters');
});

it('a long chain of conditions is an error', () => {
  const chain = Array.from({ length: 8_000 }, (_, index) => [
    `C${index}`,
    { 'Fn::Not': [{ Condition: `C${index + 1}` }] },
  ]);
  const Conditions = { ...Object.fromEntries(chain), C8000: { 'Fn::Equals': ['a', 'a'] } };
  const Resources = { A: { Type: 'T', Condition: 'C0', Properties: { P: 'a' } } };
  expect(() => evaluate({ Conditions, Resources })).toThrow('more than 100 levels deep');
});

it('more than 500 resources are an error, as on AWS', () => {
  const resources = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, { Type: 'T' }]));
  expect(readTemplate(JSON.stringify({ Resources: resources(500) }), 'f.json').resources.size).toBe(500);
  expect(() => readTemplate(JSON.stringify({ Resources: resources(501) }), 'f.json')).toThrow(
    '501 resources',
  );
});

it.each(['[', '{"a":', '- ', '? '])('a template of many "%s" is an error that says so', (text) => {
  expect(() => readTemplate(text.repeat(20_000), 'f.yaml')).toThrow('nested too deeply');
});
