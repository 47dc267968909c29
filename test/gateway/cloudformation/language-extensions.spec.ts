import { describe, expect, it } from 'vitest';
import { expandLoops } from '../../../src/gateway/cloudformation/expand-loops.js';
import { Stack } from '../../../src/gateway/cloudformation/stack.js';
import { readTemplate } from '../../../src/gateway/cloudformation/template.js';

const SETTINGS = { region: 'eu-central-1', accountId: '123456789012' };

const HEAD = `Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'red-1, blue-2'}
Mappings:
  Sizes: {dev: {Ms: 5000, Colours: [red, blue]}}
`;

function read(text: string, parameters: Record<string, string> = {}) {
  const settings = { ...SETTINGS, parameters: new Map(Object.entries(parameters)) };
  return new Stack(expandLoops(readTemplate(text, 't.yml'), settings), settings);
}

/** The property `Value` of each resource. */
function values(text: string, parameters?: Record<string, string>) {
  const stack = read(text, parameters);
  return Object.fromEntries(
    [...stack.template.resources].map(([name, { properties }]) => {
      const node = properties.get('Value')?.value;
      return [name, node && stack.value(node)];
    }),
  );
}

describe('AWS::LanguageExtensions', () => {
  it.each([
    ['!Length [a, !Ref AWS::Region, c]', 3],
    ['{"Fn::Length": !Ref Names}', 2],
    ['!ToJsonString {a: 1, b: [!Ref AWS::Region], c: true}', '{"a":1,"b":["eu-central-1"],"c":true}'],
    ['!FindInMap [Sizes, prod, Ms, DefaultValue: !Ref AWS::Region]', 'eu-central-1'],
    ['!FindInMap [Sizes, dev, Ms, DefaultValue: 1]', 5000],
  ])('evaluates %s', (value, expected) => {
    const text = `${HEAD}Resources: {A: {Type: T, Properties: {Value: ${value}}}}`;
    expect(values(text)).toEqual({ A: expected });
  });

  it.each([
    ['!ToJsonString text', 'Fn::ToJsonString needs an object or a list'],
    ['!Length text', 'this must be a list'],
    ['!FindInMap [Sizes, prod, Ms, 1]', 'the fourth parameter must be {DefaultValue: …}'],
    ['!FindInMap [Sizes, prod, Ms]', 'the mappings have no entry [Sizes, prod, Ms]'],
  ])('refuses %s', (value, reason) => {
    const text = `${HEAD}Resources: {A: {Type: T, Properties: {Value: ${value}}}}`;
    expect(() => values(text)).toThrow(reason);
  });

  it('adds no resources: a reference to another one is an error', () => {
    const text = `${HEAD}Resources: {A: {Type: T, Properties: {Value: !Ref B}}}`;
    expect(() => values(text)).toThrow('the template has no such resource or parameter');
  });
});

describe('Fn::ForEach', () => {
  it('repeats resources, with the variable in keys, texts and references', () => {
    const text = `${HEAD}Resources:
  Fn::ForEach::Topics:
    - Colour
    - [red, blue]
    - 'Topic\${Colour}':
        Type: T
        Properties: {Value: [!Ref Colour, 'a-\${Colour}', !Sub '\${Colour}-\${AWS::Region}', '\${Other}']}
  Last: {Type: T, Properties: {Value: 1}}
`;
    const all = (colour: string) => [colour, `a-${colour}`, `${colour}-eu-central-1`, '${Other}'];
    expect(values(text)).toEqual({ Topicred: all('red'), Topicblue: all('blue'), Last: 1 });
  });

  it.each([
    ['a parameter', '!Ref Names', {}, { Tred1: 'red-1', Tblue2: 'blue-2' }],
    ['a given parameter', '!Ref Names', { Names: 'x' }, { Tx: 'x' }],
    ['a mapping', '!FindInMap [Sizes, dev, Colours]', {}, { Tred: 'red', Tblue: 'blue' }],
  ])('reads its list from %s; &{} leaves letters and digits', (_, list, parameters, expected) => {
    const text = `${HEAD}Resources:
  Fn::ForEach::Topics: [N, ${list}, {'T&{N}': {Type: T, Properties: {Value: !Ref N}}}]
`;
    expect(values(text, parameters)).toEqual(expected);
  });

  it('repeats within properties, conditions and outputs, and inside another loop', () => {
    const text = `${HEAD}Conditions:
  Fn::ForEach::Conditions: [C, [a, b], {'Is\${C}': !Equals [!Ref C, a]}]
Resources:
  Fn::ForEach::Outer:
    - O
    - [x, y]
    - Fn::ForEach::Inner:
        - I
        - ['1', !Ref O]
        - '\${O}\${I}': {Type: T, Properties: {Value: {'Fn::ForEach::Keys': [K, [k, l], {'\${K}\${I}': !If [Isa, yes, no]}]}}}
Outputs:
  Fn::ForEach::Outputs: [C, [a, b], {'Out\${C}': {Value: !Ref C, Export: {Name: 'n-\${C}'}}}]
`;
    expect(values(text)).toEqual({
      x1: { k1: true, l1: true },
      xx: { kx: true, lx: true },
      y1: { k1: true, l1: true },
      yy: { ky: true, ly: true },
    });
    const stack = read(text);
    expect(stack.template.outputs.map(({ name }) => name && stack.text(name))).toEqual(['n-a', 'n-b']);
  });

  it('keeps the places of the loop', () => {
    const text = `${HEAD}Resources:\n  Fn::ForEach::L:\n    - N\n    - [a]\n    - T\${N}: {Type: T, Properties: {Value: !Ref B}}\n`;
    expect(() => values(text)).toThrow(/^t\.yml:10:44: Unresolved resource dependencies \[B\]/);
  });

  it.each([
    ['N', 'needs an identifier, a list and an object'],
    ['[N, [a]]', 'needs an identifier, a list and an object'],
    ['[N, a, {}]', 'this must be a list'],
    ['[N, [[a]], {A: {Type: T}}]', 'the list of Fn::ForEach::L must have texts'],
    ['[N, [a], [b]]', 'Fn::ForEach::L needs an object'],
    ['[N, [a, b], {A: {Type: T}}]', "duplicate key 'A'"],
  ])('refuses %s with its place', (loop, reason) => {
    expect(() => read(`${HEAD}Resources: {Fn::ForEach::L: ${loop}}`)).toThrow(reason);
    expect(() => read(`${HEAD}Resources: {Fn::ForEach::L: ${loop}}`)).toThrow(/^t\.yml:6:/);
  });

  it('needs Transform: AWS::LanguageExtensions', () => {
    expect(() => read('Resources: {Fn::ForEach::L: [N, [a], {A: {Type: T}}]}')).toThrow(
      't.yml:1:12: Fn::ForEach::L needs Transform: AWS::LanguageExtensions',
    );
  });

  it('refuses loops that expand without end', () => {
    const list = JSON.stringify(Array.from({ length: 100 }, (_, index) => `i${index}`));
    const nested = (depth: number): string =>
      depth === 0
        ? `{'T\${N1}\${N2}\${N3}\${N4}': {Type: T}}`
        : `{Fn::ForEach::L${depth}: [N${depth}, ${list}, ${nested(depth - 1)}]}`;
    expect(() => read(`${HEAD}Resources: ${nested(4)}`)).toThrow('with its loops expanded');
  });

  it('refuses texts that grow without end', () => {
    const value = 'x'.repeat(10_000);
    const text = `${HEAD}Resources: {Fn::ForEach::L: [N, [${value}], {A: {Type: T, Properties: {Value: '${'${N}'.repeat(200)}'}}}]}`;
    expect(() => read(text)).toThrow('larger than 1 MB with its loops expanded');
  });
});
