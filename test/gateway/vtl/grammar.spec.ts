import {
  type Arbitrary,
  array,
  assert,
  constant,
  constantFrom,
  letrec,
  oneof,
  property,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../../src/gateway/vtl/parse.js';
import { renderTemplate } from './render-template.js';
import { comparable, velocityjsSyntax } from './velocityjs-syntax.js';

type Rule =
  | 'name'
  | 'text'
  | 'number'
  | 'string'
  | 'literal'
  | 'args'
  | 'step'
  | 'path'
  | 'reference'
  | 'map'
  | 'value'
  | 'list'
  | 'operand'
  | 'product'
  | 'calculation'
  | 'comparison'
  | 'condition'
  | 'expression'
  | 'open'
  | 'set'
  | 'if'
  | 'foreach'
  | 'macro'
  | 'call'
  | 'argument'
  | 'other'
  | 'piece'
  | 'template';

/** Generates templates that velocityjs and Velocity 1.7 read alike. */
const { template } = letrec<Record<Rule, string>>((tie) => {
  const join = (...parts: readonly Arbitrary<string>[]) => tuple(...parts).map((all) => all.join(''));
  const list = (item: Arbitrary<string>, separator: string, maxLength = 3) =>
    array(item, { maxLength }).map((items) => items.join(separator));
  const of = (...values: readonly string[]) => constantFrom(...values);
  const space = of('', '', ' ', '\n ');
  return {
    name: of('a', 'b1', 'long_name', 'x-y', 'Input'),
    text: of(
      ' ',
      ' x',
      '\n',
      ' \n',
      '\t\n\n',
      ', {"a": "b"}',
      '; $ # $5 #1 $!5 }',
      ' \\$a',
      ' \\\\',
      ' \\\\\\#if',
      ' é\u{1f600} ',
      ' #word #end_',
    ),
    number: of('0', '1', '12', '1234567890123456789', '1.5', '0.25', '-1', '-2.5'),
    string: of(
      '""',
      "''",
      '"a b"',
      "'$a #if'",
      '"it\'s"',
      String.raw`'it\'s'`,
      String.raw`"say \"$a\""`,
      '"$a and ${b.c}s"',
      '"#if($a)x#end"',
      '"costs $5 #1"',
      `"$a.b('x', [1])"`,
    ),
    literal: oneof(tie('number'), tie('string'), of('true', 'false', 'null')),
    args: join(space, list(tie('value'), ', '), space),
    step: oneof(
      { depthSize: 'small', withCrossShrink: true },
      join(constant('.'), tie('name')),
      join(constant('['), oneof(tie('number'), tie('string'), tie('reference')), constant(']')),
      join(constant('.'), tie('name'), constant('('), tie('args'), constant(')')),
    ),
    path: join(tie('name'), list(tie('step'), '')),
    reference: oneof(
      { depthSize: 'small', withCrossShrink: true },
      join(of('$', '$!'), tie('path')),
      join(of('${', '$!{'), tie('path'), constant('}')),
    ),
    map: array(tuple(of(':', ' : '), tie('value')), { maxLength: 3 }).map((entries) => {
      const items = entries.map(([colon, value], index) => `"key ${index}"${colon}${value}`);
      return `{${items.join(', ')}}`;
    }),
    value: oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('literal'),
      tie('reference'),
      tie('map'),
      tie('list'),
    ),
    list: oneof(
      { depthSize: 'small', withCrossShrink: true },
      join(
        constant('['),
        oneof(of('1', '-3'), tie('reference')),
        constant('..'),
        of('2', '$b'),
        constant(']'),
      ),
      join(constant('['), tie('number'), list(join(constant(', '), tie('value')), ''), constant(']')),
      constant('[]'),
    ),
    operand: oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('literal'),
      tie('reference'),
      join(of('(', '( ', '!(', 'not (', '-('), tie('condition'), constant(')')),
      join(of('!', '! '), tie('reference')),
    ),
    product: join(tie('operand'), of(' + ', ' - ', ' * ', ' / ', ' % '), tie('operand')),
    calculation: oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('operand'),
      join(tie('product'), of(' + ', ' - ', ' * ', ' / ', ' % '), tie('product')),
    ),
    comparison: oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('calculation'),
      join(tie('calculation'), of(' == ', ' != ', ' < ', '>', ' <= ', '>='), tie('calculation')),
      join(tie('calculation'), of(' eq ', ' ne ', ' lt ', ' gt ', ' le ', ' ge '), tie('calculation')),
    ),
    condition: oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('comparison'),
      join(tie('comparison'), of('||', ' or '), tie('comparison')),
      join(
        tie('comparison'),
        constant(' && '),
        tie('comparison'),
        of(' and ', ' || ', ' or '),
        tie('comparison'),
      ),
    ),
    expression: oneof(tie('condition'), tie('value')),
    open: of('(', ' (', '( '),
    set: join(
      constant('#set'),
      tie('open'),
      tie('reference'),
      of('=', ' = '),
      tie('expression'),
      space,
      constant(')'),
    ),
    if: join(
      constant('#if'),
      tie('open'),
      tie('condition'),
      constant(')'),
      tie('template'),
      list(join(constant('#elseif'), tie('open'), tie('condition'), constant(')'), tie('template')), '', 2),
      oneof(constant(''), join(of('#else ', '#{else}'), tie('template'))),
      constant('#end'),
    ),
    foreach: join(
      constant('#foreach'),
      tie('open'),
      of('$i in ', '${i} in '),
      oneof(tie('reference'), tie('list')),
      constant(')'),
      tie('template'),
      of('#end', '#break#end'),
    ),
    macro: join(
      of('#macro(m)', '#macro(m $a $b)', '#macro( m $a )', '#define($d)'),
      tie('template'),
      constant('#end'),
    ),
    call: join(of('#m(', '#m ('), list(tie('argument'), ' '), constant(')')),
    argument: oneof(tie('literal'), of('$a', '$!{a.b}', "$a.b('x')", '[1, 2]')),
    other: of('## comment\n', '#* $a #if *#', '#[[$raw #if]]#', '#call(1, $a)', '#call()'),
    piece: oneof(
      { depthSize: 'small', withCrossShrink: true },
      join(tie('reference'), tie('text')),
      tie('set'),
      tie('if'),
      tie('foreach'),
      tie('macro'),
      tie('call'),
      tie('other'),
    ),
    template: array(oneof({ depthSize: 'small', withCrossShrink: true }, tie('text'), tie('piece')), {
      maxLength: 4,
    }).map((pieces) => pieces.join(' ')),
  };
});

it('reads a template as velocityjs does', () => {
  assert(
    property(template, (source) => {
      expect(comparable(parseTemplate(source))).toEqual(velocityjsSyntax(source));
    }),
    { numRuns: 1000, seed: 20_261_128 },
  );
});

describe('where velocityjs differs from Velocity 1.7', () => {
  const body = '{"a":"A","b":"B"}';
  it.each([
    ['a number sign after a reference', '#set($a = "A")$a#$a#1', 'A#A#1'],
    ['a comment after a reference', '#set($a = "A")$a#* c *#$a## c', 'AA'],
    ['an escaped reference after a reference', String.raw`#set($a = "A")$a\$a`, 'A$a'],
    ['parentheses after a method', '#set($a = "A")$a.concat("B")(C)', 'AB(C)'],
    ['parentheses after a reference', '#set($a = "A")$a($a)', 'A(A)'],
    ['four backslashes', String.raw`#set($a = "A")\\\\$a`, String.raw`\\A`],
    ['directives in braces', '#{if}(true)x#{else}y#{end}z', 'xz'],
    ['the precedence of &&', '#if(true || false && false)x#end', 'x'],
    ['the precedence of <', '#if(false == 2 < 1)x#end', 'x'],
    ['a list in a comparison', "#if([1, 'a'] == [1, 'a'])x#end", 'x'],
    ['a list of words', '#set($a = [true, false])$a', '[true, false]'],
    ['a Windows line end after a directive', '#set($a = 1)\r\n#if(true)\r\nx#end', 'x'],
    ['a large negative number', '#set($a = -1234567890123456789)$a', '-1234567890123456789'],
    ['leading zeros', '#set($a = 007)$a', '7'],
  ])('%s', (_name, source, text) => {
    expect(renderTemplate(source, body)).toBe(text);
  });
});
