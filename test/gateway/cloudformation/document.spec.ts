import { describe, expect, it } from 'vitest';
import { type Node, readDocument } from '../../../src/gateway/cloudformation/document.js';

const read = (text: string) => readDocument(text, 't.yml').root;

/** A node without its place. */
function plain(node: Node | undefined): unknown {
  switch (node?.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'dictionary':
      return Object.fromEntries([...node.entries].map(([name, { value }]) => [name, plain(value)]));
    case 'call':
      return { call: node.name, argument: plain(node.argument) };
    case undefined:
      return undefined;
  }
}

describe('readDocument', () => {
  it('reads a function in YAML, short and long, and in JSON, as the same', () => {
    const join = { call: 'Fn::Join', argument: ['/', [{ call: 'Ref', argument: 'A' }, 'b']] };
    expect(plain(read('x: !Join ["/", [!Ref A, b]]'))).toEqual({ x: join });
    expect(plain(read('x:\n  Fn::Join:\n    - /\n    - - Ref: A\n      - b'))).toEqual({ x: join });
    expect(plain(read('{\n\t"x": {"Fn::Join": ["/", [{"Ref": "A"}, "b"]]}\n}'))).toEqual({ x: join });
  });

  it('reports line and column of each key and each value, tags included', () => {
    const root = read('A:\n  B: !Ref C\n  D:\n    - e\n    -   f: g\n');
    if (root.kind !== 'dictionary') throw new Error('a dictionary was read');
    const places: Record<string, unknown> = {};
    const visit = (node: Node): void => {
      if (node.kind === 'list') node.items.forEach(visit);
      if (node.kind !== 'dictionary') return;
      for (const [name, entry] of node.entries) {
        places[name] = [entry.at, entry.value.at];
        visit(entry.value);
      }
    };
    visit(root);
    const at = (line: number, column: number) => ({ line, column });
    expect(places).toEqual({
      A: [at(1, 1), at(2, 3)],
      B: [at(2, 3), at(2, 6)],
      D: [at(3, 3), at(4, 5)],
      f: [at(5, 9), at(5, 12)],
    });
  });

  it('reads the booleans of YAML 1.1, unless they are quoted or the text of a function', () => {
    expect(plain(read('[yes, Yes, YES, on, On, ON, true, no, No, NO, off, Off, OFF, False]'))).toEqual([
      ...Array.from({ length: 7 }, () => true),
      ...Array.from({ length: 7 }, () => false),
    ]);
    const texts = read('["yes", \'on\', yEs, y, n, !!str off]');
    expect(plain(texts)).toEqual(['yes', 'on', 'yEs', 'y', 'n', 'off']);
    expect(plain(read('A: !Ref on'))).toEqual({ A: { call: 'Ref', argument: 'on' } });
    expect(plain(read('on: |-\n  off'))).toEqual({ true: 'off' });
  });

  it('reads the functions of language extensions and rules in their short form', () => {
    expect(plain(read('[!Length [a], !ToJsonString {a: 1}, !Contains [[a], b]]'))).toEqual([
      { call: 'Fn::Length', argument: ['a'] },
      { call: 'Fn::ToJsonString', argument: { a: 1 } },
      { call: 'Fn::Contains', argument: [['a'], 'b'] },
    ]);
  });

  it.each([
    ['a duplicate key', 'A: 1\nB: 2\nA: 3', "t.yml:3:1: duplicate key 'A'"],
    [
      'a merge key',
      'A: &a {b: 1}\nC:\n  <<: *a',
      't.yml:3:3: CloudFormation does not support merge keys (<<)',
    ],
    ['a tag that is no function', 'A: !Foo b', 't.yml:1:4: CloudFormation has no function !Foo'],
    ['a second document', 'A: 1\n---\nB: 2', 't.yml:2:1: a second YAML document begins here'],
    ['an alias of nothing', 'A: *a', 't.yml:1:4: the anchor &a is not defined before it'],
    ['a key that is not text', '? [a]\n: b', 't.yml:1:3: a key must be text'],
    ['nothing', '# nothing', 't.yml:1:1: the template is empty'],
    ['broken YAML', 'A: 1\n B: 2', /^t\.yml:1:\d+: /],
    ['broken JSON', '{"A": 1,\n"B" 2}', /^t\.yml:2:\d+: /],
  ])('reports the place of %s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

describe('hostile YAML', () => {
  it('does not expand aliases of aliases without end', () => {
    const bomb = [
      'a0: &a0 x',
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
    ];
    expect(() => read(bomb.join('\n'))).toThrow('the template has more than 500000 nodes');
  });

  it('does not follow an alias that contains itself', () => {
    expect(() => read('a: &a [*a]')).toThrow(/nested more than 100 levels deep/);
  });

  it.each(['['.repeat(50_000), `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, `${'- '.repeat(5_000)}x`])(
    'refuses deep nesting',
    (text) => {
      expect(() => read(text)).toThrow(/^t\.yml:\d+:\d+: /);
    },
  );

  it('refuses a template over CloudFormation’s limit', () => {
    expect(() => read(`a: ${'x'.repeat(1024 * 1024)}`)).toThrow('larger than 1 MB');
  });

  it('reads a large one in linear time', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`);
    const root = read(keys.join('\n'));
    expect(root.kind === 'dictionary' && root.entries.size).toBe(50_000);
  });
});
