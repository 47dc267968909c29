import { describe, expect, it } from 'vitest';
import { renderTemplate } from './render-template.js';

const BODY = '{"empty":"","zero":0,"no":false,"nothing":null,"n":5,"list":["a","b"],"map":{"k":"v"}}';
const render = (template: string) => renderTemplate(template, BODY);

describe('text', () => {
  it.each([
    '{"color": "#fff", "price": "$5", "path": "$.x", "at": "a@b.c#1", "#": "$"}',
    'line\n\n  line\n',
    '',
    '#foo("x") #bar',
    '#* no comment #[[ no raw text',
    '$! #@ #{x} #endless $. #',
  ])('%j is printed unmodified', (text) => {
    expect(render(text)).toBe(text);
  });

  it.each([
    ['a ## comment\nb', 'a b'],
    ['a#* comment\n *#b', 'ab'],
    ['#[[$raw #if]]#', '$raw #if'],
    [String.raw`\$n`, '$n'],
    ['#if(true)\nx\n#end\ny', 'x\ny'],
  ])('%j gives %j', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

describe('a reference without a value', () => {
  it.each([
    '$none',
    '${none}',
    '$none.a.b',
    '${none.a}',
    "$none.get('x', 1)",
    '$none[0]',
    '$none[]',
    '$none(1)',
    "$input.path('$').none",
    "$input.path('$.list').none()",
    "$input.path('$.nothing')",
  ])('%s is printed as written', (template) => {
    expect(render(template)).toBe(template);
  });

  it.each(['$!none', '$!{none}', '$!none.a.b', '$!{none.get("x")}', "$!input.path('$.nothing')"])(
    '%s is quiet',
    (template) => {
      expect(render(`[${template}]`)).toBe('[]');
    },
  );
});

describe('#if', () => {
  it.each([
    ["$input.path('$.empty')", true],
    ["$input.path('$.zero')", true],
    ["$input.path('$.list')", true],
    ["$input.path('$.no')", false],
    ["$input.path('$.nothing')", false],
    ['$none', false],
    ['!$none', true],
    ['$none == $null', true],
    ['$none != ""', true],
    ['"$!none" == ""', true],
    ['"$!none" != ""', false],
    ["$input.path('$.n') == 5", true],
    ["$input.path('$.n') == '5'", true],
    ["$input.path('$.n') > 4 && $input.path('$.n') <= 5", true],
    ["$input.path('$.n') < 5 || $input.path('$.n') >= 6", false],
    ['"a" < "b"', false],
    ['(true && false) || true', true],
    ['not false and true', true],
    ["$input.path('$.list').equals(['a', 'b'])", true],
    ["$input.path('$.list').size() gt 1", true],
  ])('(%s) is %s', (condition, expected) => {
    expect(render(`#if(${condition})yes#{else}no#end`)).toBe(expected ? 'yes' : 'no');
  });

  it('takes the first branch that is true', () => {
    const template =
      "#set($n = $input.path('$.n'))#if($n == 1)one#elseif($n == 5)five#elseif($n)more#{else}none#end";
    expect(render(template)).toBe('five');
  });
});

describe('#set', () => {
  it.each([
    ['#set($x = 5 / 2)$x', '2'],
    ['#set($x = 5.0 / 2.5)$x', '2'],
    ['#set($x = 7.5 / 2)$x', '3.75'],
    ['#set($x = 1 + 2 * 3 - 1)$x', '6'],
    ['#set($x = (1 + 2) * 3 % 5)$x', '4'],
    ['#set($x = 1 / 0)$x', '$x'],
    ['#set($x = "a" + 1)$x', 'a1'],
    ['#set($x = "a" - 1)$x', '$x'],
    ['#set($x = \'v\')#set($y = "<$x> ${x}s")$y', '<v> vs'],
    ["#set($x = 'v')#set($y = '<$x>')$y", '<$x>'],
    ['#set($x = -5)$x', '-5'],
    ['#set($x = [1, "a", true, $none])$x', '[1, a, true, null]'],
    ['#set($x = {"a": 1, "b": [1, 2]})$x', '{a=1, b=[1, 2]}'],
    ['#set($x = {"a": {}})#set($x.a.b = 2)#set($x["c"] = 3)$x', '{a={b=2}, c=3}'],
    ['#set($x = [1, 2])#set($x[0] = 9)$x', '[9, 2]'],
    // Velocity 1.7 does not assign null
    ['#set($x = 1)#set($x = $none)$x', '1'],
  ])('%s gives %s', (template, text) => {
    expect(render(template)).toBe(text);
  });
});

describe('#foreach', () => {
  it.each([
    [
      "#foreach($i in $input.path('$.list'))$i$foreach.index$foreach.count#if($foreach.hasNext),#end#end",
      'a01,b12',
    ],
    ['#foreach($i in [1..3])$i#end', '123'],
    ['#foreach($i in [3..1])$velocityCount#end', '123'],
    ["#foreach($v in $input.path('$.map'))$v#end", 'v'],
    ["#foreach($e in $input.path('$.map').entrySet())$e.key:$e.value$e.getKey()#end", 'k:vk'],
    ['#foreach($i in $none)x#end', ''],
    ["#foreach($i in $input.path('$.n'))x#end", ''],
    ['#foreach($i in [1..5])#if($i == 3)#break#end$i#end!', '12!'],
    ['#foreach($i in [1,2])#foreach($j in [1,2])#if($j == 2)#break#end$i$j #end#end', '11 21 '],
    // the variable has its former value afterwards
    ['#set($i = "x")#foreach($i in [1])#end$i$!foreach.index', 'x'],
    ['#foreach($i in [1,2])#set($last = $i)#end$last', '2'],
  ])('%s gives %s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  it('iterates over 1000 items', () => {
    expect(render('#foreach($i in [1..1000])x#end')).toHaveLength(1000);
  });
});

it.each([
  ['#macro(tag $a $b)<$a|$b>#end#tag(1, "x")#tag("y")', '<1|x><y|$b>'],
  ['#define($d)[$i]#end#foreach($i in [1,2])$d#end', '[1][2]'],
])('%s gives %s', (template, text) => {
  expect(render(template)).toBe(text);
});

it('accepts Windows line ends', () => {
  expect(render("#if(true)\r\n$input.path('$.n')\r\n#end")).toContain('5');
});
